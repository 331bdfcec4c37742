//! Root fields that change staff logins and roles.

use super::object::{RoleAssignment, User};
use super::store;
use super::store::NewAssignment;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::access::Role;
use domain::user::UserStatus;

/// A role to assign.
#[derive(InputObject)]
pub struct RoleInput {
    /// The role to assign.
    pub role: EnumValue<Role>,
    /// The global id of the branch at which the role is held.
    pub branch_id: ID,
    /// Whether the role is also held at all branches below.
    #[graphql(default = false)]
    pub includes_descendants: bool,
    /// The global id of the cooperative that she represents: for COOPERATIVE_REP, and for no other role.
    pub cooperative_id: Option<ID>,
    /// The first day on which the role is in force; by default today.
    pub valid_from: Option<Date>,
    /// The last day on which the role is in force; without one it has no end.
    pub valid_to: Option<Date>,
}

/// A person to invite.
#[derive(InputObject)]
pub struct UserInviteInput {
    /// The e-mail address of the person to invite.
    pub email: String,
    /// The person's name.
    pub display_name: String,
    /// The role that she will hold.
    pub assignment: RoleInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The login whose status changes.
#[derive(InputObject)]
pub struct UserTransitionInput {
    /// The global id of the login.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A person whose name is corrected.
#[derive(InputObject)]
pub struct UserRenameInput {
    /// The global id of the login.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The person's name.
    pub display_name: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A person whose e-mail address changes.
#[derive(InputObject)]
pub struct UserEmailChangeInput {
    /// The global id of the login.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The new e-mail address.
    pub email: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A role to assign to a login.
#[derive(InputObject)]
pub struct RoleAssignInput {
    /// The global id of the login.
    pub user_id: ID,
    /// The role to assign, and where.
    pub assignment: RoleInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A role assignment to revoke.
#[derive(InputObject)]
pub struct RoleRevokeInput {
    /// The global id of the role assignment to revoke.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a login.
    UserPayload {
        /// The login as it is now; null when it was refused, unless the refusal is a CONFLICT.
        user: User
    }
}

payload! {
    /// The outcome of assigning or revoking a role.
    RoleAssignmentPayload {
        /// The assignment as it is now; null when it was refused, unless the refusal is a CONFLICT.
        assignment: RoleAssignment
    }
}

/// A role that is asked for: its ids are read, and looked up later.
fn given(input: &RoleInput) -> Result<NewAssignment> {
    let cooperative = input.cooperative_id.as_ref();
    let cooperative = cooperative
        .map(|id| GlobalId::parse_as(Kind::Cooperative, id, "input.assignment.cooperativeId"))
        .transpose()?;
    Ok(NewAssignment {
        role: input.role.0,
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
    /// Invites a person to a role. She receives an e-mail, and can sign in once she has set a password. Codes in
    /// `userErrors`: BRANCH_CLOSED, EMAIL_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, ASSIGNMENT_INVALID,
    /// DATE_INVALID, ROLE_NOT_GRANTABLE.
    async fn user_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person to invite, and her role.")] input: UserInviteInput,
    ) -> Result<UserPayload> {
        let role = given(&input.assignment)?;
        mutate(ctx, &input, async |tx| store::invite(tx, &input.email, &input.display_name, role).await).await
    }

    /// Sends the e-mail of an invitation again, to a person who has not accepted it. An address is sent at most three within
    /// an hour; more are refused with RATE_LIMITED. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn user_invitation_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invited login, at the version that the caller has read.")] input: UserTransitionInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::resend_invitation(tx, key, input.expected_version).await).await
    }

    /// Cancels an invitation that was not accepted: its links end, and the login is gone; `user` is null. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID.
    async fn user_invitation_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invited login, at the version that the caller has read.")] input: UserTransitionInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::cancel_invitation(tx, key, input.expected_version).await).await
    }

    /// Corrects the name of a person. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn user_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, and the person's name.")] input: UserRenameInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        let (version, name) = (input.expected_version, &input.display_name);
        mutate(ctx, &input, async |tx| store::rename(tx, key, version, name).await).await
    }

    /// Asks a person to confirm another e-mail address, by an e-mail to it; until she does, her address stays. Codes in
    /// `userErrors`: CONFLICT, EMAIL_INVALID, STATUS_INVALID.
    async fn user_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, and its new address.")] input: UserEmailChangeInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        let (version, email) = (input.expected_version, &input.email);
        mutate(ctx, &input, async |tx| store::change_email(tx, key, version, email).await).await
    }

    /// Disables a login: all its sessions end at once. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// LAST_NATIONAL_ADMIN.
    async fn user_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, at the version that the caller has read.")] input: UserTransitionInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        let (version, status) = (input.expected_version, UserStatus::Disabled);
        mutate(ctx, &input, async |tx| store::take_out_of_use(tx, key, version, status).await).await
    }

    /// Locks a login for a time: all its sessions end at once, and nobody signs in by it until `userEnable`. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID, LAST_NATIONAL_ADMIN.
    async fn user_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, at the version that the caller has read.")] input: UserTransitionInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        let (version, status) = (input.expected_version, UserStatus::Locked);
        mutate(ctx, &input, async |tx| store::take_out_of_use(tx, key, version, status).await).await
    }

    /// Enables a login that was disabled or locked. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn user_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, at the version that the caller has read.")] input: UserTransitionInput,
    ) -> Result<UserPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::enable(tx, key, input.expected_version).await).await
    }

    /// Assigns a role to a login that holds one within the caller's reach. Codes in `userErrors`: BRANCH_CLOSED,
    /// ASSIGNMENT_INVALID, DATE_INVALID, ROLE_NOT_GRANTABLE, ROLE_ALREADY_HELD.
    async fn role_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login, and the role to assign.")] input: RoleAssignInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::User, &input.user_id, "input.userId")?;
        let role = given(&input.assignment)?;
        mutate(ctx, &input, async |tx| store::assign(tx, key, role).await).await
    }

    /// Revokes a role assignment, at once. Codes in `userErrors`: CONFLICT, STATUS_INVALID, ROLE_NOT_GRANTABLE,
    /// LAST_NATIONAL_ADMIN.
    async fn role_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role assignment to revoke.")] input: RoleRevokeInput,
    ) -> Result<RoleAssignmentPayload> {
        let key = GlobalId::parse_as(Kind::RoleAssignment, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::revoke(tx, key, input.expected_version).await).await
    }
}
