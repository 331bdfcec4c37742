//! Why somebody can do something, or what is missing: told about what lies within her reach, and about nothing else.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::Table;
use crate::user::assignment;
use crate::user::object::RoleAssignment;
use crate::{agreement, audit, branch, category, contribution, cooperative, document, geography, indicator, listing};
use crate::{market, membership, partner, partner_client, product, programme, user};
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
    /// There is no such thing within her reach, be it that there is none at all.
    OutOfReach,
}

/// Why somebody may do something to a thing, or what is missing.
#[derive(SimpleObject)]
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
    let (is_reached, key) = match id.kind {
        Kind::Region => because::<geography::region::Entity>(reader, permission, id.key).await?,
        Kind::Province => because::<geography::province::Entity>(reader, permission, id.key).await?,
        Kind::Category => because::<category::entity::Entity>(reader, permission, id.key).await?,
        Kind::Branch => because::<branch::entity::Entity>(reader, permission, id.key).await?,
        Kind::Cooperative => because::<cooperative::entity::Entity>(reader, permission, id.key).await?,
        Kind::Product => because::<product::entity::Entity>(reader, permission, id.key).await?,
        Kind::ProductVariant => because::<product::variant::Entity>(reader, permission, id.key).await?,
        Kind::Market => because::<market::entity::Entity>(reader, permission, id.key).await?,
        Kind::Listing => because::<listing::entity::Entity>(reader, permission, id.key).await?,
        Kind::Partner => because::<partner::entity::Entity>(reader, permission, id.key).await?,
        Kind::Agreement => because::<agreement::entity::Entity>(reader, permission, id.key).await?,
        Kind::Contribution => because::<contribution::entity::Entity>(reader, permission, id.key).await?,
        Kind::Programme => because::<programme::entity::Entity>(reader, permission, id.key).await?,
        Kind::Indicator => because::<indicator::entity::Entity>(reader, permission, id.key).await?,
        Kind::ProgrammeIndicator => because::<programme::indicator::Entity>(reader, permission, id.key).await?,
        Kind::IndicatorValue => because::<indicator::value::Entity>(reader, permission, id.key).await?,
        Kind::User => because::<user::entity::Entity>(reader, permission, id.key).await?,
        Kind::RoleAssignment => because::<assignment::Entity>(reader, permission, id.key).await?,
        Kind::PartnerClient => because::<partner_client::entity::Entity>(reader, permission, id.key).await?,
        Kind::AuditEntry => because::<audit::entity::Entity>(reader, permission, id.key).await?,
        Kind::Membership => because::<membership::entity::Entity>(reader, permission, id.key).await?,
        Kind::Document => because::<document::entity::Entity>(reader, permission, id.key).await?,
    };
    let assignment = match key {
        Some(key) => user::store::find_assignment(reader, key).await?,
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

/// Whether a thing lies within reach, and by which assignment a permission is held on it.
async fn because<E: Table>(reader: &Reader, permission: Permission, key: Uuid) -> Result<(bool, Option<Uuid>)> {
    let tx = reader.begin();
    if tx.select_in_scope::<E>().filter(E::KEY.eq(key)).count(None).await? == 0 {
        return Ok((false, None));
    }
    Ok((true, tx.granted_by::<E>(key, permission).await?))
}
