//! What agreements lead to.

use super::{connection, page};
use crate::agreement::object::{Agreement, AgreementObjective, AgreementParty};
use crate::agreement::store::{ObjectivesOf, PartiesOf};
use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::contribution::object::{Contribution, FundingGap, funding_gaps};
use crate::contribution::store::OfAgreements as ContributionsOf;
use crate::market::object::Market;
use crate::market::store::MarketsOf;
use crate::partner::entity as partner;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::Connection;
use crate::programme::object::Programme;
use crate::programme::store::OfAgreements;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Agreement {
    /// The branch that keeps the agreement.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// The parties to the agreement, in their order.
    async fn parties(&self, ctx: &Context<'_>) -> Result<Vec<AgreementParty>> {
        self.batch.load(ctx.reader(), PartiesOf, self.key).await
    }

    /// The objectives of the agreement, in their order.
    async fn objectives(&self, ctx: &Context<'_>) -> Result<Vec<AgreementObjective>> {
        self.batch.load(ctx.reader(), ObjectivesOf, self.key).await
    }

    /// The contributions to the agreement, in their order.
    async fn contributions(&self, ctx: &Context<'_>) -> Result<Vec<Contribution>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(rows.into_iter().map(Contribution::new).collect())
    }

    /// What is missing in the funding of the agreement.
    async fn funding_gaps(&self, ctx: &Context<'_>) -> Result<Vec<FundingGap>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(funding_gaps(self.budget_centimes, &rows))
    }

    /// The programmes that rest on the agreement.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Programme>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), OfAgreements { args, total }, self.key).await?)
    }

    /// The markets that the agreement funded.
    async fn markets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Market>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), MarketsOf::<true> { args, total }, self.key).await?)
    }
}

#[ComplexObject]
impl AgreementParty {
    /// The partner that is party to the agreement.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let found = self.batch.one::<partner::Entity>(ctx.reader(), Some(self.partner_key)).await;
        found.map(|found| found.map(Partner::new)).transpose()
    }
}
