//! The table of personal values of audit entries, beside the chain: they can be erased.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_value")]
pub struct Model {
    /// The entry that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    /// In whose chain that is.
    pub branch_id: Uuid,
    /// What it is: `actor`, `client`, or a column with the side of the change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The value.
    pub value: String,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeAudit;
    const MANAGE: Permission = Permission::ManageAudit;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::EntryId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
