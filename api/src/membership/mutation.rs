//! Root fields that change members of cooperatives.

use super::object::{MemberKind, Membership};
use super::store;
use crate::indicator::object::{Milieu, Sex};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use async_graphql::{Context, ID, InputObject, Object};
use domain::membership::Joining;

/// Somebody who joins a cooperative.
#[derive(InputObject, Clone, Debug)]
pub struct MembershipAddInput {
    /// Which cooperative.
    pub cooperative_id: ID,
    /// A person or an organisation.
    #[graphql(default_with = "MemberKind::NaturalPerson")]
    pub kind: MemberKind,
    /// The name.
    pub name: String,
    /// Her sex: for a person, and for no organisation.
    pub sex: Option<Sex>,
    /// The year of her birth.
    pub birth_year: Option<i32>,
    /// Where she lives.
    pub milieu: Option<Milieu>,
    /// How many shares she holds.
    #[graphql(default)]
    pub shares: i32,
    /// Her first day, which is not in the future.
    pub joined_on: Date,
    /// A key under which the same input may be sent again; it is done once.
    pub idempotency_key: Option<String>,
}

/// Somebody who leaves a cooperative.
#[derive(InputObject, Clone, Debug)]
pub struct MembershipEndInput {
    /// Which membership.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// Her last day: not before her first one, and not in the future.
    pub left_on: Date,
    /// A key under which the same input may be sent again; it is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of changing a membership.
    MembershipPayload {
        /// The membership as it is now; null when it was refused and nothing stands in the way.
        membership: Membership = |reader, key| store::find(reader, key)
    }
}

/// Root fields that change members of cooperatives.
#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Somebody joins a cooperative.
    async fn membership_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and which cooperative.")] input: MembershipAddInput,
    ) -> Result<MembershipPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let joining = Joining {
            kind: input.kind.into(),
            name: input.name.clone(),
            sex: input.sex.map(Into::into),
            birth_year: input.birth_year,
            milieu: input.milieu.map(Into::into),
            shares: input.shares,
            joined_on: input.joined_on.0,
        };
        mutate(ctx, &input, async |tx| store::add(tx, cooperative, joining).await).await
    }

    /// Somebody leaves a cooperative.
    async fn membership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and when.")] input: MembershipEndInput,
    ) -> Result<MembershipPayload> {
        let key = GlobalId::parse_as(Kind::Membership, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::end(tx, key, input.expected_version, input.left_on.0).await).await
    }
}
