//! Root fields that change contributions.

use super::object::Contribution;
use super::store::{self, Given, Whole};
use crate::agreement::object::Agreement;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{UserError, run, user_errors};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputObject, InputType, Object, SimpleObject};
use domain::partnership::{ContributionKind, ContributionStatus};
use uuid::Uuid;

/// What somebody gives to an agreement or to a market.
#[derive(InputObject, Clone, Debug)]
pub struct ContributionAddInput {
    /// The global id of the agreement that is contributed to. Exactly one of `agreementId` and `marketId` is required.
    pub agreement_id: Option<ID>,
    /// The global id of the market that is contributed to without an agreement.
    pub market_id: Option<ID>,
    /// The version of the agreement or the market that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the partner that pays; null when it is not known.
    pub partner_id: Option<ID>,
    /// Whether the contribution is in money or in kind.
    pub kind: EnumValue<ContributionKind>,
    /// The amount in dirhams, or the worth of what is given in kind: above zero.
    pub amount: Decimal,
    /// Whether the contribution is confirmed, which needs its payer.
    pub status: EnumValue<ContributionStatus>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A contribution that is to be confirmed.
#[derive(InputObject, Clone, Debug)]
pub struct ContributionConfirmInput {
    /// The global id of the contribution to confirm.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the partner that pays, where it was not known.
    pub partner_id: Option<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A contribution that is to be taken back.
#[derive(InputObject, Clone, Debug)]
pub struct ContributionReverseInput {
    /// The global id of the contribution to take back.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A contribution from abroad that was declared.
#[derive(InputObject, Clone, Debug)]
pub struct ContributionDeclareInput {
    /// The global id of the contribution.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day on which it was declared.
    pub declared_on: Date,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The outcome of changing a contribution.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ContributionPayload {
    /// The contribution as it is now; null when it was refused, unless the refusal is a CONFLICT about it.
    pub contribution: Option<Contribution>,
    /// The agreement as it is now; null when the contribution is to a market, or was refused, unless the refusal is a CONFLICT.
    pub agreement: Option<Agreement>,
    /// The market as it is now; null when the contribution is to an agreement, or was refused, unless the refusal is a CONFLICT.
    pub market: Option<Market>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// Run a mutation whose thing is a contribution, or the agreement or market whose version was not the one that was read.
async fn change(
    ctx: &Context<'_>,
    input: &impl InputType,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<Uuid> + Clone,
) -> Result<ContributionPayload> {
    let (outcome, reader) = (run(ctx, input, work).await?, ctx.reader());
    let contribution = match outcome.thing {
        Some(key) => Contribution::open(reader, key).await?,
        None => None,
    };
    let agreement = match contribution.as_ref().map_or(outcome.thing, |contribution| contribution.agreement_key) {
        Some(key) => Agreement::open(reader, key).await?,
        None => None,
    };
    let market = match contribution.as_ref().map_or(outcome.thing, |contribution| contribution.market_key) {
        Some(key) if agreement.is_none() => Market::open(reader, key).await?,
        Some(_) | None => None,
    };
    Ok(ContributionPayload { contribution, agreement, market, user_errors: user_errors(ctx, outcome.faults) })
}

fn partner(id: Option<&ID>) -> Result<Option<Uuid>> {
    id.map(|id| GlobalId::parse_as(Kind::Partner, id, "input.partnerId")).transpose()
}

/// Root fields that change contributions.
#[derive(Default)]
pub struct ContributionMutation;

#[Object]
impl ContributionMutation {
    /// Adds a contribution to an agreement that is not signed, or to a market. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// AMOUNT_INVALID, PAYER_REQUIRED, NOT_FOUND (at `partnerId`).
    async fn contribution_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contribution, and the agreement that it is for.")] input: ContributionAddInput,
    ) -> Result<ContributionPayload> {
        let whole = match (&input.agreement_id, &input.market_id) {
            (Some(id), None) => Some(Whole::Agreement(GlobalId::parse_as(Kind::Agreement, id, "input.agreementId")?)),
            (None, Some(id)) => Some(Whole::Market(GlobalId::parse_as(Kind::Market, id, "input.marketId")?)),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let given = Given {
            partner: partner(input.partner_id.as_ref())?,
            kind: input.kind.0,
            amount: input.amount,
            status: input.status.0,
        };
        change(ctx, &input, async |tx| store::add(tx, whole, input.expected_version, given).await).await
    }

    /// Confirms a contribution: it is certain who pays it. Codes in `userErrors`: CONFLICT, STATUS_INVALID, PAYER_REQUIRED,
    /// NOT_FOUND (at `partnerId`).
    async fn contribution_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contribution to confirm.")] input: ContributionConfirmInput,
    ) -> Result<ContributionPayload> {
        let key = GlobalId::parse_as(Kind::Contribution, &input.id, "input.id")?;
        let payer = partner(input.partner_id.as_ref())?;
        change(ctx, &input, async |tx| store::confirm(tx, key, input.expected_version, payer).await).await
    }

    /// Takes a contribution back by a new one below zero, which is the one that is answered. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID (its agreement is signed, it was taken back before, or takes another one back).
    async fn contribution_reverse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contribution to take back.")] input: ContributionReverseInput,
    ) -> Result<ContributionPayload> {
        let key = GlobalId::parse_as(Kind::Contribution, &input.id, "input.id")?;
        change(ctx, &input, async |tx| store::reverse(tx, key, input.expected_version).await).await
    }

    /// Writes down when a contribution from abroad was declared to the General Secretariat of the Government; the national level
    /// does. It is a date to keep, and no legal advice. Codes in `userErrors`: CONFLICT, STATUS_INVALID (no foreign partner pays
    /// it, or it was taken back), DATE_INVALID.
    async fn contribution_declare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contribution, and when it was declared.")] input: ContributionDeclareInput,
    ) -> Result<ContributionPayload> {
        let key = GlobalId::parse_as(Kind::Contribution, &input.id, "input.id")?;
        let (version, day) = (input.expected_version, input.declared_on.0);
        change(ctx, &input, async |tx| store::declare(tx, key, version, day).await).await
    }
}
