//! What logins and roles lead to, and who is asking.

use super::explain::{Explanation, explain};
use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::cooperative::entity as cooperative;
use crate::cooperative::object::Cooperative;
use crate::partner_client;
use crate::partner_client::object::PartnerClient;
use crate::payload;
use crate::platform::batch::Batch;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::mutation::Idempotency;
use crate::platform::reader::Reads;
use crate::platform::tx::Tx;
use crate::session::mutation::HasDoor;
use crate::user;
use crate::user::object::{
    Permission, RoleAssignInput, RoleAssignment, RoleInput, RoleRevokeInput, User, UserInviteInput, UserMoveInput,
    sorted,
};
use crate::user::store::{self, AssignmentsOf, Given};
use async_graphql::{ComplexObject, Context, ID, Object};
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

    /// Whether she may do something to a thing, by which of her roles, or what is missing. A thing out of reach is
    /// answered like one that does not exist.
    async fn explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What she would do.")] permission: Permission,
        #[graphql(desc = "The global id of the thing.")] id: ID,
    ) -> Result<Explanation> {
        explain(ctx.reader(), permission, GlobalId::parse(&id, "id")?).await
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

payload! {
    /// What came of changing a login.
    UserPayload {
        /// The login as it is now; null when it was refused and nothing stands in the way.
        user: User
    }
}

payload! {
    /// What came of giving a role or taking it away.
    RoleAssignmentPayload {
        /// The assignment as it is now; null when it was refused and nothing stands in the way.
        assignment: RoleAssignment
    }
}

/// A role that is asked for: its ids are read, and looked up later.
fn given(input: &RoleInput) -> Result<Given> {
    let cooperative = input.cooperative_id.as_ref();
    let cooperative = cooperative
        .map(|id| GlobalId::parse_as(Kind::Cooperative, id, "input.assignment.cooperativeId"))
        .transpose()?;
    Ok(Given {
        role: input.role.into(),
        branch: GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.assignment.branchId")?,
        includes_descendants: input.includes_descendants,
        cooperative,
        valid_from: input.valid_from.map(|day| day.0),
        valid_to: input.valid_to.map(|day| day.0),
    })
}

/// Take a login out of use or put it into use again.
async fn move_user(
    ctx: &Context<'_>,
    mutation: &str,
    input: UserMoveInput,
    work: impl AsyncFnOnce(&Tx<'_>, Uuid, i32) -> Result<Uuid> + Clone,
) -> Result<UserPayload> {
    let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
    let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
    let reader = ctx.reader();
    let outcome = reader.mutate(mutation, once, async |tx| work(tx, key, input.expected_version).await).await?;
    ctx.door().rights.forget();
    UserPayload::of(ctx, outcome, async |key| store::find(reader, key).await).await
}

/// Root fields that change staff logins and roles.
#[derive(Default)]
pub struct UserMutation;

#[Object]
impl UserMutation {
    /// Invite somebody to a role. She is written to, and comes in once she has chosen a password.
    async fn user_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and to what.")] input: UserInviteInput,
    ) -> Result<UserPayload> {
        let (role, reader) = (given(&input.assignment)?, ctx.reader());
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &Tx<'_>| store::invite(tx, &input.email, &input.display_name, role).await;
        let outcome = reader.mutate("userInvite", once, work).await?;
        ctx.door().post.tell();
        UserPayload::of(ctx, outcome, async |key| store::find(reader, key).await).await
    }

    /// Take a login out of use: all its sessions end at once.
    async fn user_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserMoveInput,
    ) -> Result<UserPayload> {
        move_user(ctx, "userDisable", input, async |tx, key, version| store::disable(tx, key, version).await).await
    }

    /// Put a login into use again.
    async fn user_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserMoveInput,
    ) -> Result<UserPayload> {
        move_user(ctx, "userEnable", input, async |tx, key, version| store::enable(tx, key, version).await).await
    }

    /// Give a role to somebody who holds one within the caller's reach.
    async fn role_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and which.")] input: RoleAssignInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.user_id, "input.userId")?;
        let (role, reader) = (given(&input.assignment)?, ctx.reader());
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let outcome = reader.mutate("roleAssign", once, async |tx| store::assign(tx, key, role).await).await?;
        ctx.door().rights.forget();
        RoleAssignmentPayload::of(ctx, outcome, async |key| store::find_assignment(reader, key).await).await
    }

    /// Take a role away: it ends at once.
    async fn role_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RoleRevokeInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::RoleAssignment, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let reader = ctx.reader();
        let work = async |tx: &Tx<'_>| store::revoke(tx, key, input.expected_version).await;
        let outcome = reader.mutate("roleRevoke", once, work).await?;
        ctx.door().rights.forget();
        RoleAssignmentPayload::of(ctx, outcome, async |key| store::find_assignment(reader, key).await).await
    }
}
