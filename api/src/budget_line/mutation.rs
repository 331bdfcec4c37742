//! Root fields that change budget lines.

use super::object::BudgetLine;
use super::store::{self, NewLine};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::graphql::text::{LocalizedTextInput, required};
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Fault, Faults};
use domain::money::Money;
use domain::text::NAME_MAX;

/// A budget line to be added to an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct BudgetLineAddInput {
    /// The global id of the agreement whose budget the line is part of.
    pub agreement_id: ID,
    /// The global id of the branch that keeps the line: the agreement's own, where none is named.
    pub branch_id: Option<ID>,
    /// The budget line's code, unique within the agreement.
    pub code: String,
    /// The name of the budget line.
    pub name: LocalizedTextInput,
    /// The amount of the budget line in dirhams. All lines together make no more than the budget.
    pub amount: Decimal,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An amount to be moved from one budget line to another.
#[derive(InputObject, Clone, Debug)]
pub struct BudgetLineTransferInput {
    /// The global id of the budget line that gives.
    pub id: ID,
    /// The version of the line that gives, as the caller has read it. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the budget line that takes: of the same agreement.
    pub to_id: ID,
    /// The amount in dirhams: above zero, and no more than what is left.
    pub amount: Decimal,
    /// The reason for the transfer.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a budget line.
    BudgetLinePayload {
        /// The budget line as it is now (of a transfer, the one that gave); null when it was refused, unless the refusal is a
        /// CONFLICT.
        budget_line: BudgetLine
    }
}

/// The longest code of a budget line, in characters.
const CODE_MAX: usize = 40;

fn added(input: &BudgetLineAddInput) -> Result<NewLine> {
    let at_name = |wrong: Faults| wrong.into_iter().map(|fault: Fault| fault.at("name")).collect::<Faults>();
    let code = required(&input.code, CODE_MAX, "code");
    let name = input.name.clone().merged(None, NAME_MAX).map_err(at_name);
    match (code, name, input.amount.entered("amount")) {
        (Ok(code), Ok(name), Ok(amount)) => Ok(NewLine { code, name, amount }),
        (code, name, amount) => {
            Err([code.err(), name.err(), amount.err()].into_iter().flatten().flatten().collect::<Faults>().into())
        }
    }
}

fn moved(input: &BudgetLineTransferInput) -> Result<(Money, String)> {
    match (input.amount.entered("amount"), required(&input.reason, NAME_MAX, "reason")) {
        (Ok(amount), Ok(reason)) => Ok((amount, reason)),
        (amount, reason) => {
            Err([amount.err(), reason.err()].into_iter().flatten().flatten().collect::<Faults>().into())
        }
    }
}

/// Root fields that change budget lines.
#[derive(Default)]
pub struct BudgetLineMutation;

#[Object]
impl BudgetLineMutation {
    /// Adds a line to the budget of an agreement. Codes in `userErrors`: STATUS_INVALID (the agreement has ended),
    /// BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID, DUPLICATE_ENTRY, LIMIT_EXCEEDED,
    /// BUDGET_EXCEEDED (all lines make more than the budget).
    async fn budget_line_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The budget line, and its agreement.")] input: BudgetLineAddInput,
    ) -> Result<BudgetLinePayload> {
        let agreement = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let branch = input.branch_id.as_ref();
        let branch = branch.map(|id| GlobalId::parse_as(Kind::Branch, id, "input.branchId")).transpose()?;
        mutate(ctx, &input, async |tx| store::add(tx, agreement, branch, || added(&input)).await).await
    }

    /// Moves an amount from one budget line to another one of the same agreement. Codes in `userErrors`: CONFLICT,
    /// AMOUNT_INVALID, BUDGET_EXCEEDED (less is left), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, NOT_FOUND (at `toId`).
    async fn budget_line_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The amount, and the budget lines that give and take it.")] input: BudgetLineTransferInput,
    ) -> Result<BudgetLinePayload> {
        let from = GlobalId::parse_as(Kind::BudgetLine, &input.id, "input.id")?;
        let to = GlobalId::parse_as(Kind::BudgetLine, &input.to_id, "input.toId")?;
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::transfer(tx, (from, to), version, || moved(&input)).await).await
    }
}
