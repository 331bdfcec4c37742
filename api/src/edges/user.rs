//! What logins and roles lead to, and who is asking.

use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::cooperative::entity as cooperative;
use crate::cooperative::object::Cooperative;
use crate::partner_client;
use crate::partner_client::object::PartnerClient;
use crate::platform::batch::Batch;
use crate::platform::error::Result;
use crate::platform::reader::Reads;
use crate::user;
use crate::user::object::{Permission, RoleAssignment, User, sorted};
use crate::user::store::AssignmentsOf;
use async_graphql::{ComplexObject, Context, Object};
use domain::access::Actor;
use uuid::Uuid;

#[ComplexObject]
impl User {
    /// The roles that she holds, as far as the caller reaches; those that were taken away are left out.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<RoleAssignment>> {
        self.batch.load(ctx.reader(), AssignmentsOf, self.key).await
    }
}

#[ComplexObject]
impl RoleAssignment {
    /// At which branch.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// Who holds it.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let found = self.batch.one::<user::entity::Entity>(ctx.reader(), Some(self.user_key)).await;
        found.map(|found| found.map(User::new)).transpose()
    }

    /// Whose representative she is; null for every other role.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), self.cooperative_key).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }
}

/// Who is asking, and what she may do.
pub struct Viewer;

/// Who is asking, and what she may do.
#[Object]
impl Viewer {
    /// The login of the person who asks; null for a partner's program.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return None };
        user::store::find(ctx.reader(), staff.user).await.transpose()
    }

    /// The partner's program that asks; null for a person.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<PartnerClient>> {
        let Actor::Partner(client) = ctx.reader().actor() else { return None };
        partner_client::store::find(ctx.reader(), client.client).await.transpose()
    }

    /// The roles that she holds and that are in force today.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<RoleAssignment>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Ok(Vec::new()) };
        let in_force: Vec<Uuid> = staff.assignments().iter().map(|assignment| assignment.key).collect();
        let own = Batch::naming(crate::platform::global_id::Kind::User, staff.user);
        let mut held = own.load(ctx.reader(), AssignmentsOf, staff.user).await?;
        held.retain(|assignment| in_force.contains(&assignment.id.key));
        Ok(held)
    }

    /// All that she may do somewhere, in the order of their names; where, the assignments say.
    async fn permissions(&self, ctx: &Context<'_>) -> Vec<Permission> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Vec::new() };
        sorted(staff.permissions().into_iter())
    }
}

/// Who is asking.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, and what she may do; null for anybody.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        ctx.reader().actor().key().map(|_| Viewer)
    }
}
