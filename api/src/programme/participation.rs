//! The table of branches that take part in programmes of others.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_branch")]
pub struct Model {
    /// The programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// The branch that takes part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: Uuid,
    /// Whether it may be shown; derived.
    pub published: bool,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProgrammes;
    const MANAGE: Permission = Permission::ManageProgrammes;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::ProgrammeId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;

    /// Who takes part in those programmes.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::ProgrammeId, reach::programmes(partner)))
    }
}
