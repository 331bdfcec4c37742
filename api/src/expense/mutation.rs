//! Root fields that change expenses.

use super::object::Expense;
use super::store::{self, NewExpense};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::required;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Fault, Faults};
use domain::text::NAME_MAX;

/// An expense to be recorded.
#[derive(InputObject, Clone, Debug)]
pub struct ExpenseRecordInput {
    /// The global id of the budget line that it was spent of.
    pub budget_line_id: ID,
    /// The amount in dirhams: above zero, and no more than what is left of the line.
    pub amount: Decimal,
    /// The day on which it was spent: while the agreement is in force, and not in the future.
    pub spent_on: Date,
    /// The number of the document that proves the expense.
    pub reference: String,
    /// The purpose of the expense.
    pub description: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An expense that waits for a second person.
#[derive(InputObject, Clone, Debug)]
pub struct ExpenseConfirmInput {
    /// The global id of the expense to confirm.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An expense that is to be taken back.
#[derive(InputObject, Clone, Debug)]
pub struct ExpenseReverseInput {
    /// The global id of the expense to take back.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason for which it is taken back.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing an expense.
    ExpensePayload {
        /// The expense as it is now; null when it was refused, unless the refusal is a CONFLICT.
        expense: Expense
    }
}

/// Check all of a form at once.
fn recorded(input: &ExpenseRecordInput) -> Result<NewExpense> {
    let amount = input.amount.entered("amount");
    let reference = required(&input.reference, NAME_MAX, "reference");
    let description = input.description.as_deref().map(|text| domain::text::clean(text, NAME_MAX)).transpose();
    let description = description.map_err(|code| vec![Fault::new(code).at("description")]);
    match (amount, reference, description) {
        (Ok(amount), Ok(reference), Ok(description)) => {
            let description = description.map(String::from).filter(|text| !text.is_empty());
            Ok(NewExpense { amount, spent_on: input.spent_on.0, reference, description })
        }
        (amount, reference, description) => {
            let faults = [amount.err(), reference.err(), description.err()];
            Err(faults.into_iter().flatten().flatten().collect::<Faults>().into())
        }
    }
}

/// Root fields that change expenses.
#[derive(Default)]
pub struct ExpenseMutation;

#[Object]
impl ExpenseMutation {
    /// Records what was spent of a budget line. An amount above the association's limit waits for a second person, and counts as
    /// spent meanwhile. Codes in `userErrors`: AMOUNT_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, STATUS_INVALID (the
    /// agreement is not in force), DATE_INVALID, BUDGET_EXCEEDED (less is left of the line).
    async fn expense_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The expense, and its budget line.")] input: ExpenseRecordInput,
    ) -> Result<ExpensePayload> {
        let line = GlobalId::parse_as(Kind::BudgetLine, &input.budget_line_id, "input.budgetLineId")?;
        let limit = ctx.reader().rules().expense_limit;
        mutate(ctx, &input, async |tx| store::record(tx, line, limit, || recorded(&input)).await).await
    }

    /// Confirms an expense that waits for a second person. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// FOUR_EYES_REQUIRED (the caller entered it).
    async fn expense_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The expense to confirm.")] input: ExpenseConfirmInput,
    ) -> Result<ExpensePayload> {
        let key = GlobalId::parse_as(Kind::Expense, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::confirm(tx, key, input.expected_version).await).await
    }

    /// Takes an expense back by a new one below zero, which is the one that is answered. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID (it was taken back before, or takes another one back), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn expense_reverse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The expense to take back, and why.")] input: ExpenseReverseInput,
    ) -> Result<ExpensePayload> {
        let key = GlobalId::parse_as(Kind::Expense, &input.id, "input.id")?;
        let reason = || Ok(required(&input.reason, NAME_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::reverse(tx, key, input.expected_version, reason).await).await
    }
}
