//! The table of what is never public of a cooperative: its identity in the register, its capital, its contacts.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row, as far as it is written here.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cooperative_private")]
pub struct Model {
    /// The cooperative.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cooperative_id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The court of first instance that keeps the register.
    pub court: Option<String>,
    /// The number in the register.
    pub register_number: Option<String>,
    /// Whether the identity was looked at when the cooperative was verified.
    pub register_verified: bool,
    /// Whether another cooperative holds it as well: whose it is the national level decides, and nobody else learns of it.
    pub register_disputed: bool,
    /// When the national level decided about the identity; microseconds since 1970 in UTC.
    pub register_decided_at: Option<i64>,
    /// Why it decided so.
    pub register_reason: Option<String>,
    /// Whether it is older than the register and needs no identity there.
    pub legacy_exemption: bool,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeCooperatives;
    const MANAGE: Permission = Permission::ManageCooperatives;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::CooperativeId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}
