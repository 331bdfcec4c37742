//! The table of programmes.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use crate::programme::participation;
use domain::access::Permission;
use domain::programme::{ProgrammeStatus, StatusBasis, Theme};
use domain::source::Source;
use domain::text::LocalizedText;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// The title.
    pub title: Json<LocalizedText>,
    /// What lists by name sort by in Arabic.
    pub title_key_ar: String,
    /// What lists by name sort by in the other languages.
    pub title_key_fr: String,
    /// What it is.
    pub description: Option<Json<LocalizedText>>,
    /// What it is about.
    pub theme: EnumValue<Theme>,
    /// The targets of the Sustainable Development Goals it serves.
    pub sdg_targets: Json<Vec<String>>,
    /// Its first day.
    pub starts_on: Option<Day>,
    /// Its last day.
    pub ends_on: Option<Day>,
    /// Whether the programme needs no agreement.
    pub self_funded: bool,
    /// Where it stands.
    pub status: EnumValue<ProgrammeStatus>,
    /// How that is known.
    pub status_basis: EnumValue<StatusBasis>,
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
pub const TEXTS: [&str; 2] = ["title", "description"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProgrammes;
    const MANAGE: Permission = Permission::ManageProgrammes;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Published];

    /// Those that the branches take part in.
    fn shared(backend: DbBackend, branches: SelectStatement) -> Option<Condition> {
        Some(among_selected(backend, Column::Id, participation::programmes(backend, branches)))
    }

    /// Those of the agreements that the partner is party to.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::Id, reach::programmes(partner)))
    }
}

crate::table!(Programme { Id => id, Number => number, BranchId => branch_id, Slug => slug, Title => title, TitleKeyAr => title_key_ar, TitleKeyFr => title_key_fr, Description => description, Theme => theme, SdgTargets => sdg_targets, StartsOn => starts_on, EndsOn => ends_on, SelfFunded => self_funded, Status => status, StatusBasis => status_basis, Published => published, Sources => sources, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideProgrammes));
}
