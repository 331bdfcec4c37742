//! Root fields that change staff logins and roles.

use super::object::{Role, RoleAssignment, User};
use super::store::{self, Given};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use async_graphql::{Context, ID, InputObject, Object};

/// A role that is to be given.
#[derive(InputObject)]
pub struct RoleInput {
    /// Which role.
    pub role: Role,
    /// At which branch.
    pub branch_id: ID,
    /// Whether it holds for all branches below too.
    #[graphql(default = false)]
    pub includes_descendants: bool,
    /// Whose representative she will be: for COOPERATIVE_REP, and for no other.
    pub cooperative_id: Option<ID>,
    /// The first day on which it is in force; today, if nothing is said.
    pub valid_from: Option<Date>,
    /// The last day; no end, if nothing is said.
    pub valid_to: Option<Date>,
}

/// Somebody who is to be invited.
#[derive(InputObject)]
pub struct UserInviteInput {
    /// Her e-mail address.
    pub email: String,
    /// What she is called.
    pub display_name: String,
    /// The role that she will hold.
    pub assignment: RoleInput,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// A login that is to be taken out of use, or put into use again.
#[derive(InputObject)]
pub struct UserMoveInput {
    /// Which one.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// A role that is to be given to somebody.
#[derive(InputObject)]
pub struct RoleAssignInput {
    /// To whom.
    pub user_id: ID,
    /// The role.
    pub assignment: RoleInput,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// A role that is to be taken away.
#[derive(InputObject)]
pub struct RoleRevokeInput {
    /// Which assignment.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of changing a login.
    UserPayload {
        /// The login as it is now; null when it was refused and nothing stands in the way.
        user: User = |reader, key| store::find(reader, key)
    }
}

payload! {
    /// What came of giving a role or taking it away.
    RoleAssignmentPayload {
        /// The assignment as it is now; null when it was refused and nothing stands in the way.
        assignment: RoleAssignment = |reader, key| store::find_assignment(reader, key)
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
        let role = given(&input.assignment)?;
        mutate(ctx, &input, async |tx| store::invite(tx, &input.email, &input.display_name, role).await).await
    }

    /// Take a login out of use: all its sessions end at once.
    async fn user_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserMoveInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::disable(tx, key, input.expected_version).await).await
    }

    /// Put a login into use again.
    async fn user_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserMoveInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::enable(tx, key, input.expected_version).await).await
    }

    /// Give a role to somebody who holds one within the caller's reach.
    async fn role_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and which.")] input: RoleAssignInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.user_id, "input.userId")?;
        let role = given(&input.assignment)?;
        mutate(ctx, &input, async |tx| store::assign(tx, key, role).await).await
    }

    /// Take a role away: it ends at once.
    async fn role_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RoleRevokeInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::RoleAssignment, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::revoke(tx, key, input.expected_version).await).await
    }
}
