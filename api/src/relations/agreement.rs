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
    /// The branch that keeps it.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// Who is party to it.
    async fn parties(&self, ctx: &Context<'_>) -> Result<Vec<AgreementParty>> {
        self.batch.load(ctx.reader(), PartiesOf, self.key).await
    }

    /// What it is for, in its order.
    async fn objectives(&self, ctx: &Context<'_>) -> Result<Vec<AgreementObjective>> {
        self.batch.load(ctx.reader(), ObjectivesOf, self.key).await
    }

    /// Who is known to give how much for it.
    async fn contributions(&self, ctx: &Context<'_>) -> Result<Vec<Contribution>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(rows.into_iter().map(Contribution::new).collect())
    }

    /// What is missing in its funding.
    async fn funding_gaps(&self, ctx: &Context<'_>) -> Result<Vec<FundingGap>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(funding_gaps(self.budget_centimes, &rows))
    }

    /// The programmes that rest on it.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Programme>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), OfAgreements { args, total }, self.key).await?)
    }

    /// The markets that it funded.
    async fn markets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Market>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), MarketsOf::<true> { args, total }, self.key).await?)
    }
}

#[ComplexObject]
impl AgreementParty {
    /// Who.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let found = self.batch.one::<partner::Entity>(ctx.reader(), Some(self.partner_key)).await;
        found.map(|found| found.map(Partner::new)).transpose()
    }
}
