//! The table of what was measured: what may leave of it stands in `indicator_value`. Nobody outside reads it.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measurement")]
pub struct Model {
    /// The figure.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value_id: Uuid,
    /// The branch that measured it.
    pub branch_id: Uuid,
    /// How far it was approved.
    pub state: String,
    /// The figure with the decimals of its source.
    pub value: String,
    /// Of how many, where it is a share or a rate.
    pub numerator: Option<i64>,
    /// Among how many.
    pub denominator: Option<i64>,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::ValueId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
