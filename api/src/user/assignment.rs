//! The table of roles that people hold at branches.

use crate::platform::stored::{Day, Stored};
use crate::platform::table::{Guarded, Open};
use crate::platform::tx::Node;
use domain::access::{Permission, Role};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// At which branch.
    pub branch_id: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// Which role.
    pub role: Stored<Role>,
    /// Whether it holds for all branches below too.
    pub includes_descendants: bool,
    /// Whose representative she is.
    pub cooperative_id: Option<Uuid>,
    /// The first day on which it is in force.
    pub valid_from: Day,
    /// The last day; none: no end.
    pub valid_to: Option<Day>,
    /// Who granted it; none: the platform itself.
    pub granted_by: Option<Uuid>,
    /// When it was taken away; microseconds since 1970 in UTC.
    pub revoked_at: Option<i64>,
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
    const SEE: Permission = Permission::SeeUsers;
    const MANAGE: Permission = Permission::ManageUsers;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const OWN: Option<Column> = Some(Column::UserId);
}

crate::table!(RoleAssignment { Id => id, BranchId => branch_id, UserId => user_id, Role => role, IncludesDescendants => includes_descendants, CooperativeId => cooperative_id, ValidFrom => valid_from, ValidTo => valid_to, GrantedBy => granted_by, RevokedAt => revoked_at, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, User: user_id, Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
