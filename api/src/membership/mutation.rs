//! Root fields that change members of cooperatives.

use super::object::Membership;
use super::store;
use super::store::Correction;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::scalars::Date;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::membership::{Joining, MemberKind, Milieu, Sex};

/// Somebody who joins a cooperative.
#[derive(InputObject, Clone, Debug)]
pub struct MembershipAddInput {
    /// The global id of the cooperative that she joins.
    pub cooperative_id: ID,
    /// A person or an organisation.
    #[graphql(default_with = "EnumValue(MemberKind::NaturalPerson)")]
    pub kind: EnumValue<MemberKind>,
    /// The member's name.
    pub name: String,
    /// Her sex: for a person, and for no organisation.
    pub sex: Option<EnumValue<Sex>>,
    /// The year of her birth.
    pub birth_year: Option<i32>,
    /// Whether she lives in a town or in the country; null when it is not known.
    pub milieu: Option<EnumValue<Milieu>>,
    /// The number of shares that the member holds.
    #[graphql(default)]
    pub shares: i32,
    /// Her first day, which is not in the future.
    pub joined_on: Date,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// Somebody who leaves a cooperative.
#[derive(InputObject, Clone, Debug)]
pub struct MembershipEndInput {
    /// The global id of the membership to end.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// Her last day: not before her first one, and not in the future.
    pub left_on: Date,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// Corrections of what was entered of a member; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct MembershipEditInput {
    /// The global id of the membership to correct.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The member's name.
    pub name: Option<String>,
    /// Her sex: for a person, and for no organisation.
    pub sex: MaybeUndefined<EnumValue<Sex>>,
    /// The year of her birth.
    pub birth_year: MaybeUndefined<i32>,
    /// Whether she lives in a town or in the country; null when it is not known.
    pub milieu: MaybeUndefined<EnumValue<Milieu>>,
    /// The number of shares that the member holds.
    pub shares: Option<i32>,
    /// Her first day, which is not in the future.
    pub joined_on: Option<Date>,
    /// Her last day: not before her first one, and not in the future; null when she has not left.
    pub left_on: MaybeUndefined<Date>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a membership.
    MembershipPayload {
        /// The membership as it is now; null when it was refused, unless the refusal is a CONFLICT.
        membership: Membership
    }
}

/// Root fields that change members of cooperatives.
#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Adds a member to a cooperative. Codes in `userErrors`: TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE,
    /// MEMBER_INVALID, DATE_INVALID, AMOUNT_INVALID.
    async fn membership_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member, and the cooperative that she joins.")] input: MembershipAddInput,
    ) -> Result<MembershipPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let joining = Joining {
            kind: input.kind.0,
            name: input.name.clone(),
            sex: input.sex.map(|sex| sex.0),
            birth_year: input.birth_year,
            milieu: input.milieu.map(|milieu| milieu.0),
            shares: input.shares,
            joined_on: input.joined_on.0,
        };
        mutate(ctx, &input, async |tx| store::add(tx, cooperative, joining).await).await
    }

    /// Corrects what was entered of a member; what is not named stays. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, MEMBER_INVALID, DATE_INVALID, AMOUNT_INVALID.
    async fn membership_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership to correct, and its new values.")] input: MembershipEditInput,
    ) -> Result<MembershipPayload> {
        let key = GlobalId::parse_as(Kind::Membership, &input.id, "input.id")?;
        let correction = Correction {
            name: input.name.clone(),
            sex: given(&input.sex, |sex| sex.0),
            birth_year: given(&input.birth_year, |year| *year),
            milieu: given(&input.milieu, |milieu| milieu.0),
            shares: input.shares,
            joined_on: input.joined_on.as_ref().map(|day| day.0),
            left_on: given(&input.left_on, |day| day.0),
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, correction).await).await
    }

    /// Ends a membership. Codes in `userErrors`: CONFLICT, STATUS_INVALID, DATE_INVALID.
    async fn membership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership to end, and its last day.")] input: MembershipEndInput,
    ) -> Result<MembershipPayload> {
        let key = GlobalId::parse_as(Kind::Membership, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::end(tx, key, input.expected_version, input.left_on.0).await).await
    }
}
