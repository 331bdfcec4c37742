//! The table of where branches stood on which days; derived by `projection.rs`. Totals of figures, which anybody may ask for, count
//! each where its branch stood.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "branch_place")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which branch.
    pub branch_id: Uuid,
    /// Below which one.
    pub parent_id: Option<Uuid>,
    /// From which day on.
    pub valid_from: Day,
    /// The day on which it was moved; none: it stands there.
    pub valid_until: Option<Day>,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeBranches;
    const MANAGE: Permission = Permission::ManageBranches;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
