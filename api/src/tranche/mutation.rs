//! Root fields that change tranches.

use super::object::Tranche;
use super::store::{self, NewEntry, NewTranche};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::required;
use async_graphql::{Context, ID, InputObject, Object};
use domain::budget::{SHARE_MAX, release_share};
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;

/// A tranche of an agreement's money to be planned.
#[derive(InputObject, Clone, Debug)]
pub struct TrancheAddInput {
    /// The global id of the agreement whose money is received.
    pub agreement_id: ID,
    /// The number of the tranche within its agreement: 1 is received first.
    pub number: i32,
    /// The amount that is to be received, in dirhams. All tranches together make no more than the budget.
    pub planned: Decimal,
    /// The day on which it is to be received: not before that of the tranche before it.
    pub planned_on: Date,
    /// The share of what is received, in per cent, that is justified before the next tranche is received.
    #[graphql(default_with = "Decimal(domain::decimal::Decimal::new(SHARE_MAX.into(), 2))")]
    pub justified_percent_to_release: Decimal,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// What was received of a tranche.
#[derive(InputObject, Clone, Debug)]
pub struct TrancheReceiveInput {
    /// The global id of the tranche.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The amount that was received, in dirhams: no more than is planned.
    pub amount: Decimal,
    /// The day on which it was received.
    pub received_on: Date,
    /// The number of the document that proves it.
    pub reference: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// What was justified of a tranche.
#[derive(InputObject, Clone, Debug)]
pub struct TrancheJustifyInput {
    /// The global id of the tranche.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The amount that is justified, in dirhams: no more than was received, and no more than was spent and confirmed.
    pub amount: Decimal,
    /// The day on which it was justified.
    pub justified_on: Date,
    /// The number of the document that proves it.
    pub reference: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An entry of a tranche that is taken back.
#[derive(InputObject, Clone, Debug)]
pub struct TrancheReverseInput {
    /// The global id of the tranche.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The number of the entry that is taken back.
    pub entry_number: i32,
    /// The reason for which it is taken back.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a tranche.
    TranchePayload {
        /// The tranche as it is now; null when it was refused, unless the refusal is a CONFLICT.
        tranche: Tranche
    }
}

fn planned(input: &TrancheAddInput) -> Result<NewTranche> {
    let mut faults = Faults::new();
    if !(1..=100).contains(&input.number) {
        faults.push(Fault::new(Code::AmountInvalid).at("number"));
    }
    let planned = input.planned.entered("planned").map_err(|wrong| faults.extend(wrong));
    let share = release_share(input.justified_percent_to_release.0)
        .map_err(|fault| faults.push(fault.at("justifiedPercentToRelease")));
    match (planned, share) {
        (Ok(planned), Ok(release_share)) if faults.is_empty() => {
            Ok(NewTranche { ordinal: input.number, planned, planned_on: input.planned_on.0, release_share })
        }
        _ => Err(faults.into()),
    }
}

fn entry(given: Decimal, on: Date, reference: &str) -> Result<NewEntry> {
    match (given.entered("amount"), required(reference, NAME_MAX, "reference")) {
        (Ok(amount), Ok(reference)) => Ok(NewEntry { amount, on: on.0, reference }),
        (amount, reference) => {
            Err([amount.err(), reference.err()].into_iter().flatten().flatten().collect::<Faults>().into())
        }
    }
}

/// Root fields that change tranches.
#[derive(Default)]
pub struct TrancheMutation;

#[Object]
impl TrancheMutation {
    /// Plans a tranche of an agreement's money. Codes in `userErrors`: STATUS_INVALID (the agreement has ended), AMOUNT_INVALID,
    /// DUPLICATE_ENTRY, DATE_INVALID, LIMIT_EXCEEDED, BUDGET_EXCEEDED (all tranches make more than the budget).
    async fn tranche_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tranche, and its agreement.")] input: TrancheAddInput,
    ) -> Result<TranchePayload> {
        let agreement = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        mutate(ctx, &input, async |tx| store::add(tx, agreement, || planned(&input)).await).await
    }

    /// Books what was received of a tranche. Codes in `userErrors`: CONFLICT, STATUS_INVALID (the agreement is not signed),
    /// TRANCHE_UNJUSTIFIED (less of the tranche before it is justified than it demands), AMOUNT_INVALID, BUDGET_EXCEEDED (more
    /// than is planned), DATE_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn tranche_receive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tranche, and what was received of it.")] input: TrancheReceiveInput,
    ) -> Result<TranchePayload> {
        let key = GlobalId::parse_as(Kind::Tranche, &input.id, "input.id")?;
        let form = || entry(input.amount, input.received_on, &input.reference);
        mutate(ctx, &input, async |tx| store::receive(tx, key, input.expected_version, form).await).await
    }

    /// Confirms that so much of a tranche is justified. Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED (the
    /// caller booked the receipt), AMOUNT_INVALID, BUDGET_EXCEEDED (more than was received or spent), DATE_INVALID,
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn tranche_justify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tranche, and what was justified of it.")] input: TrancheJustifyInput,
    ) -> Result<TranchePayload> {
        let key = GlobalId::parse_as(Kind::Tranche, &input.id, "input.id")?;
        let form = || entry(input.amount, input.justified_on, &input.reference);
        mutate(ctx, &input, async |tx| store::justify(tx, key, input.expected_version, form).await).await
    }

    /// Takes back an entry of a tranche by a new one of today, below zero. What was justified is taken back by whoever may
    /// justify. Codes in `userErrors`: CONFLICT, NOT_FOUND (no such entry), STATUS_INVALID (it was taken back before, or takes
    /// another one back), BUDGET_EXCEEDED (less would be received than is justified), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn tranche_reverse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tranche, and the entry that is taken back.")] input: TrancheReverseInput,
    ) -> Result<TranchePayload> {
        let key = GlobalId::parse_as(Kind::Tranche, &input.id, "input.id")?;
        let (version, entry) = (input.expected_version, input.entry_number);
        let reason = || Ok(required(&input.reason, NAME_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::reverse(tx, key, version, entry, reason).await).await
    }
}
