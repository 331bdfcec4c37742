//! The GraphQL face of staff logins and of the roles that people hold.

use super::assignment;
use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{ID, InputObject, SimpleObject};
use domain::access::{Permission, Role};
use domain::codes::Coded;
use domain::user::UserStatus;
use uuid::Uuid;

/// A login of somebody who works for the association.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct User {
    /// The login's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The login's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the login was last edited.
    pub changed_at: DateTime,
    /// The e-mail address that the person signs in with.
    pub email: String,
    /// The person's name.
    pub display_name: String,
    /// The login's status.
    pub status: EnumValue<UserStatus>,
    /// Whether the login was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for User {
    type Columns = Entity;
    const PERSONAL: Option<&'static str> = Some("users");

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::User, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            email: row.email.clone(),
            display_name: row.display_name.clone(),
            status: row.status,
            is_demo: row.is_demo,
            key: row.id,
            batch,
        }
    }
}

/// A role that somebody holds at a branch, for a time.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct RoleAssignment {
    /// The role assignment's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The role assignment's version: 1 when it was created, and one more with each edit. What only follows from
    /// other data leaves it as it is.
    pub version: i32,
    /// When the role assignment was last edited.
    pub changed_at: DateTime,
    /// The role that is held.
    pub role: EnumValue<Role>,
    /// Whether the role is also held at all branches below.
    pub includes_descendants: bool,
    /// The first day on which it is in force.
    pub valid_from: Date,
    /// The last day on which the role is in force; null: no end.
    pub valid_to: Option<Date>,
    /// When the role was revoked; null when it was not.
    pub revoked_at: Option<DateTime>,
    /// The permissions that the role grants, by name.
    pub permissions: Vec<EnumValue<Permission>>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) user_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for RoleAssignment {
    type Columns = assignment::Entity;

    fn new(row: &assignment::Model, batch: Batch, _: &Reader) -> Self {
        let role = row.role.0;
        Self {
            id: GlobalId::new(Kind::RoleAssignment, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            role: role.into(),
            includes_descendants: row.includes_descendants,
            valid_from: Date(row.valid_from.0),
            valid_to: row.valid_to.map(|day| Date(day.0)),
            revoked_at: row.revoked_at.map(DateTime::micros),
            permissions: sorted(Permission::ALL.iter().copied().filter(|permission| role.grants(*permission))),
            branch_key: row.branch_id,
            user_key: row.user_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}

/// Permissions in the order of their names.
pub fn sorted(permissions: impl Iterator<Item = Permission>) -> Vec<EnumValue<Permission>> {
    let mut permissions: Vec<_> = permissions.collect();
    permissions.sort_by_key(|permission| permission.as_str());
    permissions.into_iter().map(EnumValue).collect()
}

/// Conditions on logins: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct UserFilter {
    /// Leaves only logins in this status.
    pub status: Option<EnumValue<UserStatus>>,
    /// Leaves only logins that hold this role, as far as the caller sees.
    pub role: Option<EnumValue<Role>>,
    /// Leaves only logins that hold a role at the branch with this global id.
    pub branch: Option<ID>,
    /// Leaves only logins that were created from this instant on.
    pub from: Option<DateTime>,
    /// Leaves only logins that were created before this instant.
    pub until: Option<DateTime>,
}
