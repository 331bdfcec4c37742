//! What budget lines lead to.

use super::object::{BudgetLine, BudgetTransfer};
use super::store::TransfersOf;
use crate::agreement::object::Agreement;
use crate::branch::object::Branch;
use crate::expense;
use crate::expense::object::Expense;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl BudgetLine {
    /// The branch that keeps the budget line.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The agreement whose budget the line is part of.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }

    /// The expenses of the budget line, the newest first.
    async fn expenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Expense>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), expense::store::of_budget_lines(page), self.key).await
    }

    /// The transfers from the budget line and to it, in their order.
    async fn transfers(&self, ctx: &Context<'_>) -> Result<List<BudgetTransfer>> {
        self.batch.load(ctx.reader(), TransfersOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl BudgetTransfer {
    /// The budget line that gave the amount.
    async fn from(&self, ctx: &Context<'_>) -> Option<Result<BudgetLine>> {
        self.batch.object(ctx.reader(), self.from_key).await.transpose()
    }

    /// The budget line that was given the amount.
    async fn to(&self, ctx: &Context<'_>) -> Option<Result<BudgetLine>> {
        self.batch.object(ctx.reader(), self.to_key).await.transpose()
    }
}
