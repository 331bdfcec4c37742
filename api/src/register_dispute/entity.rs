//! The table of disputes; `cooperative/store.rs` enters them as identities are claimed. All belong to the national branch.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::cooperative::RegisterDisputeOutcome;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_dispute")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made.
    pub number: i64,
    /// The national branch.
    pub branch_id: Uuid,
    /// Which cooperative claims it.
    pub cooperative_id: Uuid,
    /// Which one held it then.
    pub holder_id: Uuid,
    /// The court that keeps the register.
    pub court: String,
    /// The number in the register.
    pub register_number: String,
    /// When it was claimed; microseconds since 1970 in UTC.
    pub claimed_at: i64,
    /// What was decided.
    pub outcome: EnumValue<RegisterDisputeOutcome>,
    /// Why.
    pub reason: Option<String>,
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
    const SEE: Permission = Permission::SeeRegisterDisputes;
    const MANAGE: Permission = Permission::ManageRegisterDisputes;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(RegisterDispute { Id => id, Number => number, BranchId => branch_id, CooperativeId => cooperative_id, HolderId => holder_id, Court => court, RegisterNumber => register_number, ClaimedAt => claimed_at, Outcome => outcome, Reason => reason, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Cooperative: cooperative_id, Cooperative: holder_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Outcome, Permission::DecideRegisterDisputes));
}
