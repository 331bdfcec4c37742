//! The table of cooperatives: what may become public of them.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::cooperative::{CooperativeStatus, LegalForm, Sector};
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cooperative")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The province of its seat.
    pub province_id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// What lists by name sort by in Arabic.
    pub name_key_ar: String,
    /// What lists by name sort by in the other languages.
    pub name_key_fr: String,
    /// What it lives from.
    pub sector: EnumValue<Sector>,
    /// Its legal form.
    pub legal_form: EnumValue<LegalForm>,
    /// The commune of its seat.
    pub commune: Option<String>,
    /// Where it stands.
    pub status: EnumValue<CooperativeStatus>,
    /// Its members, after disclosure control.
    pub member_count: Option<i32>,
    /// Women among them, after disclosure control.
    pub women_count: Option<i32>,
    /// Whether all members are women; none: not disclosed.
    pub is_women_only: Option<bool>,
    /// Whether it may be shown; follows from the status.
    pub published: bool,
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
pub const TEXTS: [&str; 1] = ["name"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeCooperatives;
    const MANAGE: Permission = Permission::ManageCooperatives;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::Id);
    const GENERATED: &'static [Column] = &[Column::Published];
}

crate::table!(Cooperative { Id => id, Number => number, BranchId => branch_id, ProvinceId => province_id, Slug => slug, Name => name, NameKeyAr => name_key_ar, NameKeyFr => name_key_fr, Sector => sector, LegalForm => legal_form, Commune => commune, Status => status, MemberCount => member_count, WomenCount => women_count, IsWomenOnly => is_women_only, Published => published, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Province: province_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideCooperatives));
}
