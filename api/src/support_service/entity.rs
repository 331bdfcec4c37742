//! The table of support services. Nothing of where a shelter is stands here.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::codes::Coded;
use domain::opening_hours::OpeningHours;
use domain::source::Source;
use domain::support_service::{
    SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind, SupportServiceStatus,
};
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "support_service")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that keeps it.
    pub branch_id: Uuid,
    /// What it is.
    pub kind: EnumValue<SupportServiceKind>,
    /// Whom it is for.
    pub coverage: EnumValue<SupportCoverage>,
    /// Where it is; none: nowhere in particular.
    pub province_id: Option<Uuid>,
    /// The region of its province.
    pub region_id: Option<Uuid>,
    /// The name.
    pub name: Json<LocalizedText>,
    /// The numbers to call, the best one first.
    pub phones: Json<Vec<String>>,
    /// What is spoken there.
    pub languages: Json<Vec<SupportLanguage>>,
    /// How one gets in.
    pub access: Option<Json<LocalizedText>>,
    /// What it costs.
    pub cost: Option<EnumValue<SupportCost>>,
    /// The address.
    pub address: Option<Json<LocalizedText>>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Whether it is open at any time.
    pub is_always_open: bool,
    /// When it is open otherwise.
    pub opening_hours: Json<OpeningHours>,
    /// Where it stands.
    pub status: EnumValue<SupportServiceStatus>,
    /// The day on which somebody made sure of it last.
    pub verified_on: Option<Day>,
    /// The last day on which it is shown; follows from that.
    pub valid_until: Option<Day>,
    /// Whether it is the national line, which is always shown.
    pub is_national_line: bool,
    /// Whether it may be shown; follows from the others.
    pub published: bool,
    /// Where the facts come from.
    pub sources: Json<Vec<Source>>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// The columns of texts that may be missing in a language.
pub const TEXTS: [&str; 3] = ["name", "access", "address"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeSupportServices;
    const MANAGE: Permission = Permission::ManageSupportServices;
    const OPEN: Open<Column> = Open::PublishedUntil(Column::Published, Column::ValidUntil);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Published];
}

crate::table!(SupportService { Id => id, Number => number, BranchId => branch_id, Kind => kind, Coverage => coverage, ProvinceId => province_id, RegionId => region_id, Name => name, Phones => phones, Languages => languages, Access => access, Cost => cost, Address => address, Latitude => latitude, Longitude => longitude, IsAlwaysOpen => is_always_open, OpeningHours => opening_hours, Status => status, VerifiedOn => verified_on, ValidUntil => valid_until, IsNationalLine => is_national_line, Published => published, Sources => sources, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Province: province_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideSupportServices));
    fn is_entered(value: &str) -> bool {
        value == SupportServiceStatus::Active.as_str()
    }
}
