//! The table of who made sure of which support service, and when. Rows are only added.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "support_verification")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps the service.
    pub branch_id: Uuid,
    /// The service.
    pub support_service_id: Uuid,
    /// Who made sure; none: the platform itself, of the demo world.
    pub actor_id: Option<Uuid>,
    /// What she was called.
    pub actor_name: Option<String>,
    /// How she made sure.
    pub note: Option<String>,
    /// When; microseconds since 1970 in UTC.
    pub verified_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeSupportServices;
    const MANAGE: Permission = Permission::DecideSupportServices;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
