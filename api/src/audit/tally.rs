//! The table that counts how often something was refused within a minute: the audit holds one entry of it.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_tally")]
pub struct Model {
    /// Who tried.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub action: String,
    /// In which minute since 1970.
    #[sea_orm(primary_key, auto_increment = false)]
    pub minute: i64,
    /// On what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// In whose chain the entry is.
    pub branch_id: Uuid,
    /// The entry.
    pub entry_id: Uuid,
    /// How often.
    pub times: i32,
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
