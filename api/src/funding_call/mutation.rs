//! Root fields that change calls for funding.

use super::object::FundingCall;
use super::store::{self, Edit, NewCall};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, given, mutate};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::{LocalizedTextInput, required};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::budget::release_share;
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::Ceiling;
use domain::text::NAME_MAX;

/// A call for funding to be recorded.
#[derive(InputObject, Clone, Debug)]
pub struct FundingCallAddInput {
    /// The call's name.
    pub name: LocalizedTextInput,
    /// The global id of the partner that pays.
    pub partner_id: ID,
    /// The first day of the call.
    pub opens_on: Date,
    /// The last day of the call.
    pub closes_on: Option<Date>,
    /// The share of a budget that is paid at most, in per cent: above 0, at most 100.
    pub share_percent_max: Option<Decimal>,
    /// The amount in dirhams that is paid at most.
    pub amount_max: Option<Decimal>,
    /// The source of the terms of the call.
    pub source: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New terms of a call for funding; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct FundingCallEditInput {
    /// The global id of the call to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The call's name: a language that is not named stays as it is, null removes it.
    pub name: Option<LocalizedTextInput>,
    /// The first day of the call.
    pub opens_on: Option<Date>,
    /// The last day of the call.
    pub closes_on: MaybeUndefined<Date>,
    /// The share of a budget that is paid at most, in per cent: above 0, at most 100.
    pub share_percent_max: MaybeUndefined<Decimal>,
    /// The amount in dirhams that is paid at most.
    pub amount_max: MaybeUndefined<Decimal>,
    /// The source of the terms of the call.
    pub source: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a call for funding.
    FundingCallPayload {
        /// The call as it is now; null when it was refused, unless the refusal is a CONFLICT.
        funding_call: FundingCall
    }
}

/// A share above zero.
fn share(given: Decimal) -> Result<i32, Faults> {
    let at = |fault: Fault| vec![fault.at("sharePercentMax")];
    match release_share(given.0).map_err(at)? {
        0 => Err(at(Fault::new(Code::AmountInvalid))),
        share => Ok(share),
    }
}

fn amount(given: Decimal) -> Result<Money, Faults> {
    given.entered("amountMax")
}

fn read(input: &FundingCallAddInput, partner: uuid::Uuid) -> Result<NewCall> {
    let mut faults = Faults::new();
    let name = checked(&mut faults, input.name.clone().merged_at(None, NAME_MAX, "name"));
    let source = checked(&mut faults, required(&input.source, NAME_MAX, "source"));
    let share = checked(&mut faults, input.share_percent_max.map(share).transpose());
    let amount = checked(&mut faults, input.amount_max.map(amount).transpose());
    let days = (input.opens_on.0, input.closes_on.map(|day| day.0));
    match (name, source, share, amount) {
        (Some(name), Some(source), Some(share), Some(amount)) => {
            Ok(NewCall { name, partner, days, ceiling: Ceiling { share, amount }, source })
        }
        _ => Err(faults.into()),
    }
}

fn edited(input: &FundingCallEditInput) -> Result<Edit> {
    let mut faults = Faults::new();
    let share = given(&input.share_percent_max, |percent| share(*percent)).map(Option::transpose).transpose();
    let amount = given(&input.amount_max, |dirhams| amount(*dirhams)).map(Option::transpose).transpose();
    let source = input.source.as_deref().map(|source| required(source, NAME_MAX, "source")).transpose();
    let edit = Edit {
        name: input.name.clone(),
        opens_on: input.opens_on.map(|day| day.0),
        closes_on: given(&input.closes_on, |day| day.0),
        share: checked(&mut faults, share).flatten(),
        amount: checked(&mut faults, amount).flatten(),
        source: checked(&mut faults, source).flatten(),
    };
    if faults.is_empty() { Ok(edit) } else { Err(faults.into()) }
}

/// Root fields that change calls for funding.
#[derive(Default)]
pub struct FundingCallMutation;

#[Object]
impl FundingCallMutation {
    /// Records a call for funding with its ceilings; the national level does. Codes in `userErrors`:
    /// NOT_FOUND (at `partnerId`), DATE_INVALID, AMOUNT_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn funding_call_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call to record.")] input: FundingCallAddInput,
    ) -> Result<FundingCallPayload> {
        let partner = GlobalId::parse_as(Kind::Partner, &input.partner_id, "input.partnerId")?;
        mutate(ctx, &input, async |tx| store::add(tx, || read(&input, partner)).await).await
    }

    /// Edits the terms of a call for funding; the national level does. Agreements that were signed stay as they are. Codes in
    /// `userErrors`: CONFLICT, DATE_INVALID, AMOUNT_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn funding_call_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call, and its new terms.")] input: FundingCallEditInput,
    ) -> Result<FundingCallPayload> {
        let key = GlobalId::parse_as(Kind::FundingCall, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, || edited(&input)).await).await
    }
}
