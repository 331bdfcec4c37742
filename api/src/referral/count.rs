//! The table of how many referrals were sent: by month, branch and purpose, and of nobody in particular.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_count")]
pub struct Model {
    /// The month: `2026-11`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// The branch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: Uuid,
    /// The code of the purpose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
    /// How many there were.
    pub referrals: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeSupportCounts;
    const MANAGE: Permission = Permission::ManageSupportCounts;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::BranchId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
