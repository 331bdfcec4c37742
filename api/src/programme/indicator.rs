//! The table of the indicators that programmes follow.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Node, Open};
use crate::programme::participation;
use domain::access::Permission;
use domain::indicator::Disaggregation;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_indicator")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The definition.
    pub indicator_id: Uuid,
    /// Its place in the programme.
    pub position: i32,
    /// Into which groups its figures are broken down.
    pub disaggregations: Json<Vec<Disaggregation>>,
    /// The age bands, where they are broken down by age.
    pub age_bands: Json<Vec<String>>,
    /// The latest figure; derived.
    pub latest_actual_id: Option<Uuid>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

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

    /// What the programmes follow that the branches take part in.
    fn shared(backend: DbBackend, branches: SelectStatement) -> Option<Condition> {
        Some(among_selected(backend, Column::ProgrammeId, participation::programmes(backend, branches)))
    }

    /// What those programmes follow.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::ProgrammeId, reach::programmes(partner)))
    }
}

crate::table!(ProgrammeIndicator { Id => id, BranchId => branch_id, ProgrammeId => programme_id, IndicatorId => indicator_id, Position => position, Disaggregations => disaggregations, AgeBands => age_bands, LatestActualId => latest_actual_id, Published => published, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Programme: programme_id, Indicator: indicator_id, IndicatorValue: latest_actual_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
