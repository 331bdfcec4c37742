//! The table of lots: what a market has of one production of a variant.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_lot")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// What it is a part of.
    pub stock_level_id: Uuid,
    /// The cooperative that made it.
    pub cooperative_id: Uuid,
    /// What stands on the label.
    pub code: String,
    /// When it was produced.
    pub produced_on: Option<Day>,
    /// Its last day.
    pub expires_on: Option<Day>,
    /// How much there is, in thousandths; derived.
    pub on_hand: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeStock;
    const MANAGE: Permission = Permission::ManageStock;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}
