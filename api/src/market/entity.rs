//! The table of markets.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::contacts::Contacts;
use domain::market::{Aim, MarketStatus, OpeningHoursBasis};
use domain::opening_hours::OpeningHours;
use domain::source::Source;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "market")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Where it is.
    pub province_id: Uuid,
    /// The agreement that funded it.
    pub agreement_id: Option<Uuid>,
    /// Its name in addresses.
    pub slug: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// What lists by name sort by in Arabic.
    pub name_key_ar: String,
    /// What lists by name sort by in the other languages.
    pub name_key_fr: String,
    /// The city.
    pub city: Option<Json<LocalizedText>>,
    /// The address.
    pub address: Option<Json<LocalizedText>>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// How the public reaches it.
    pub contacts: Option<Json<Contacts>>,
    /// Where it stands.
    pub status: EnumValue<MarketStatus>,
    /// The day on which the market was announced.
    pub announced_on: Option<Day>,
    /// When it opened.
    pub opened_on: Option<Day>,
    /// When it is open.
    pub opening_hours: Json<OpeningHours>,
    /// Where the hours come from.
    pub opening_hours_basis: EnumValue<OpeningHoursBasis>,
    /// What it cost, in centimes.
    pub cost: Option<i64>,
    /// What it is for.
    pub aims: Json<Vec<Aim>>,
    /// Whether it may be shown; follows from the status.
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
pub const TEXTS: [&str; 3] = ["name", "city", "address"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeMarkets;
    const MANAGE: Permission = Permission::ManageMarkets;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Published];
}

crate::table!(Market { Id => id, Number => number, BranchId => branch_id, ProvinceId => province_id, AgreementId => agreement_id, Slug => slug, Name => name, NameKeyAr => name_key_ar, NameKeyFr => name_key_fr, City => city, Address => address, Latitude => latitude, Longitude => longitude, Contacts => contacts, Status => status, AnnouncedOn => announced_on, OpenedOn => opened_on, OpeningHours => opening_hours, OpeningHoursBasis => opening_hours_basis, Cost => cost, Aims => aims, Published => published, Sources => sources, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Province: province_id, Agreement: agreement_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideMarkets));
}
