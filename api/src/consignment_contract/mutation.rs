//! Root fields that make and end consignment contracts.

use super::object::ConsignmentContract;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::stock::{ContractTerms, LossBearer, PAYOUT_DAYS};

/// A consignment contract.
#[derive(InputObject, Clone, Debug)]
pub struct ConsignmentContractCreateInput {
    /// The global id of the cooperative that will deliver.
    pub cooperative_id: ID,
    /// The global id of the market.
    pub market_id: ID,
    /// The contract's first day.
    pub valid_from: Date,
    /// The contract's last day; without one it has no end.
    pub valid_to: Option<Date>,
    /// The share of each price that the market keeps, in basis points (hundredths of a per cent), 0 to 10000.
    #[graphql(default)]
    pub commission_basis_points: i32,
    /// Whoever bears the loss of goods.
    pub loss_borne_by: EnumValue<LossBearer>,
    /// The days of the month on which the cooperative is paid, 1 to 28, at most four; the 1st and the 16th, where none is named.
    pub payout_days: Option<Vec<i32>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A consignment contract that is to end.
#[derive(InputObject, Clone, Debug)]
pub struct ConsignmentContractEndInput {
    /// The global id of the contract.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The contract's last day: today or later, and no later than it would end.
    pub valid_to: Date,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a consignment contract.
    ConsignmentContractPayload {
        /// The contract as it is now; null when it was refused, unless the refusal is a CONFLICT.
        consignment_contract: ConsignmentContract
    }
}

fn terms(input: &ConsignmentContractCreateInput) -> Result<ContractTerms> {
    let mut payout_days = input.payout_days.clone().unwrap_or_else(|| PAYOUT_DAYS.to_vec());
    let mut terms = ContractTerms {
        valid_from: input.valid_from.0,
        valid_to: input.valid_to.map(|day| day.0),
        commission_basis_points: input.commission_basis_points,
        loss_borne_by: input.loss_borne_by.0,
        payout_days: payout_days.clone(),
    };
    let faults = terms.faults();
    payout_days.sort_unstable();
    terms.payout_days = payout_days;
    if faults.is_empty() { Ok(terms) } else { Err(faults.into()) }
}

/// Root fields that make and end consignment contracts.
#[derive(Default)]
pub struct ConsignmentContractMutation;

#[Object]
impl ConsignmentContractMutation {
    /// Makes a consignment contract between a cooperative and a market. Codes in `userErrors`: DATE_INVALID, AMOUNT_INVALID,
    /// LIMIT_EXCEEDED, DUPLICATE_ENTRY, STATUS_INVALID (the market is closed; at `cooperativeId`: the cooperative is not active),
    /// NOT_FOUND (at `cooperativeId`), CONTRACT_OVERLAPS.
    async fn consignment_contract_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, the market, and the terms.")] input: ConsignmentContractCreateInput,
    ) -> Result<ConsignmentContractPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        mutate(ctx, &input, async |tx| store::create(tx, (market, cooperative), || terms(&input)).await).await
    }

    /// Ends a consignment contract: nothing is delivered under it after its last day, and what is there is sold or given back.
    /// Codes in `userErrors`: CONFLICT, DATE_INVALID.
    async fn consignment_contract_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, and its last day.")] input: ConsignmentContractEndInput,
    ) -> Result<ConsignmentContractPayload> {
        let key = GlobalId::parse_as(Kind::ConsignmentContract, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::end(tx, key, input.expected_version, input.valid_to.0).await).await
    }
}
