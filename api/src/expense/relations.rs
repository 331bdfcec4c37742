//! What expenses lead to.

use super::object::Expense;
use crate::budget_line::object::BudgetLine;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Expense {
    /// The budget line that it was spent of.
    async fn budget_line(&self, ctx: &Context<'_>) -> Option<Result<BudgetLine>> {
        self.batch.object(ctx.reader(), self.line_key).await.transpose()
    }

    /// The expense that this one takes back; null when it takes none back.
    async fn reverses(&self, ctx: &Context<'_>) -> Option<Result<Expense>> {
        self.batch.object(ctx.reader(), self.reversed_key).await.transpose()
    }
}
