//! Why somebody can do something, or what is missing: told about what lies within her reach, and about nothing else.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::Table;
use crate::user::object::RoleAssignment;
use async_graphql::{Enum, SimpleObject};
use domain::access::{Permission, Role};
use domain::actor::Actor;
use domain::codes::Coded;
use domain::fault::Code;
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// Why somebody may do something, or what is missing.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplanationReason {
    /// A role that she holds allows it there.
    Granted,
    /// The thing lies within her reach; none of the roles by which it does allows the action.
    RoleMissing,
    /// The object does not exist, or is out of the person's reach.
    OutOfReach,
}

/// Why somebody may do something to a thing, or what is missing.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Explanation {
    /// Whether the caller may do it.
    pub allowed: bool,
    /// Why the caller may or may not do it.
    pub reason: ExplanationReason,
    /// The role assignment that allows it; null when none does.
    pub assignment: Option<RoleAssignment>,
    /// The roles that would allow it where the thing is.
    pub roles_that_allow: Vec<EnumValue<Role>>,
}

/// Explain whether whoever asks may do something to a thing.
///
/// # Errors
/// FORBIDDEN to a partner's program: it holds no roles. The database's refusal.
pub(super) async fn explain(reader: &Reader, permission: Permission, id: GlobalId) -> Result<Explanation> {
    let Actor::Staff(_) = reader.actor() else { return Err(Error::refused(Code::Forbidden)) };
    let (is_reached, key) = because(reader, permission, id).await?;
    let assignment = match key {
        Some(key) => RoleAssignment::open(reader, key).await?,
        None => None,
    };
    let reason = match (is_reached, key) {
        (false, _) => ExplanationReason::OutOfReach,
        (true, None) => ExplanationReason::RoleMissing,
        (true, Some(_)) => ExplanationReason::Granted,
    };
    let roles = Role::ALL.iter().filter(|role| role.grants(permission));
    Ok(Explanation {
        allowed: key.is_some(),
        reason,
        assignment,
        roles_that_allow: roles.map(|role| (*role).into()).collect(),
    })
}

/// Declare the look at a thing of any kind from the table of kinds.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        /// Whether a thing lies within reach, and by which assignment a permission is held on it.
        async fn because(reader: &Reader, permission: Permission, id: GlobalId) -> Result<(bool, Option<Uuid>)> {
            match id.kind {
                $(Kind::$kind => granted::<<crate::$($object)::+ as NodeObject>::Entity>(reader, permission, id.key).await),+
            }
        }
    };
}

kinds!(declare);

async fn granted<E: Table>(reader: &Reader, permission: Permission, key: Uuid) -> Result<(bool, Option<Uuid>)> {
    let tx = reader.begin();
    if tx.select_in_scope::<E>().filter(E::KEY.eq(key)).count(None).await? == 0 {
        return Ok((false, None));
    }
    Ok((true, tx.granted_by::<E>(key, permission).await?))
}
