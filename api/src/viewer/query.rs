//! Who is asking, and what she may do.

use super::explain::{Explanation, explain};
use crate::partner_client::object::PartnerClient;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::user::object::{RoleAssignment, User, sorted};
use crate::user::store::AssignmentsOf;
use async_graphql::{Context, ID, Object};
use domain::access::Permission;
use domain::actor::Actor;
use uuid::Uuid;

/// The caller, and what she may do.
pub struct Viewer;

/// The caller, and what she may do.
#[Object(crate = "crate::platform::graphql::executor")]
impl Viewer {
    /// The login of the person who asks; null for a program.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return None };
        User::open(ctx.reader(), staff.user).await.transpose()
    }

    /// The program that asks; null for a person.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<PartnerClient>> {
        let Actor::Partner(client) = ctx.reader().actor() else { return None };
        PartnerClient::open(ctx.reader(), client.client).await.transpose()
    }

    /// The roles that the caller holds and that are in force today.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<List<RoleAssignment>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Ok(List(Vec::new())) };
        let in_force: Vec<Uuid> = staff.assignments().iter().map(|assignment| assignment.key).collect();
        let own = Batch::naming(Kind::User, staff.user);
        let mut held = own.load(ctx.reader(), AssignmentsOf, staff.user).await?;
        held.retain(|assignment| in_force.contains(&assignment.id.key));
        Ok(List(held))
    }

    /// Whether roles that the caller holds give her nothing in this session, since they demand a second factor and it was begun
    /// without one. `totpEnrol` and `totpConfirm` set one up.
    async fn second_factor_required(&self, ctx: &Context<'_>) -> bool {
        matches!(ctx.reader().actor(), Actor::Staff(staff) if staff.lacks_second_factor())
    }

    /// Whether she may do something to a thing, by which of her roles, or what is missing. A thing out of reach is
    /// answered like one that does not exist.
    async fn explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The permission to explain.")] permission: EnumValue<Permission>,
        #[graphql(desc = "The global id of the thing.")] id: ID,
    ) -> Result<Explanation> {
        explain(ctx.reader(), permission.0, GlobalId::parse(&id, "id")?).await
    }

    /// The permissions that the caller holds somewhere, by name; the assignments say where.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<EnumValue<Permission>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Vec::new() };
        sorted(staff.permissions().into_iter())
    }
}

/// Who is asking.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The caller, and what she may do; null for anonymous callers.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        ctx.reader().actor().key().map(|_| Viewer)
    }
}
