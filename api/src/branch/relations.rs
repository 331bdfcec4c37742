//! What branches lead to.

use super::store;
use super::store::{MissingTranslationsOf, PlacesOf};
use crate::agreement::object::AgreementAlert;
use crate::agreement::store::AlertsOf;
use crate::branch::object::{Branch, BranchPlace, MissingTranslations};
use crate::cooperative;
use crate::cooperative::object::Cooperative;
use crate::geography::object::{Province, Region};
use crate::market;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::Date;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::platform::query::stored::EnumValue;
use crate::sale;
use crate::sale::totals::{SalesDimension, SalesTotal};
use async_graphql::{ComplexObject, Context};
use domain::text::Locale;

#[ComplexObject]
impl BranchPlace {
    /// The branch above; null for the national branch.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.parent_key).await.transpose()
    }
}

#[ComplexObject]
impl Branch {
    /// What was sold in a period at the markets of the branch and of those below it, for a chart: voided sales are left out, and
    /// callers see their own part of it. Days and weeks come in their order, everything else by its amount, the largest first; at
    /// most 366 totals.
    async fn sales_totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day, in the market's time zone.")] from: Date,
        #[graphql(desc = "The last day: at most 366 days after the first.")] until: Date,
        #[graphql(desc = "By what totals are told apart.")] by: SalesDimension,
    ) -> Result<List<SalesTotal>> {
        let period = sale::totals::Period::new(from, until)?;
        let totals = self.batch.load(ctx.reader(), sale::totals::OfBranches { period, by }, self.key).await?;
        Ok(List(totals))
    }

    /// The branch above this one; null for the national branch.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.parent_key).await.transpose()
    }

    /// The region that the branch is for; null for the national branch.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        self.batch.object(ctx.reader(), self.region_key).await.transpose()
    }

    /// The province that the branch is for; null for a branch of a region and the national one.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        self.batch.object(ctx.reader(), self.province_key).await.transpose()
    }

    /// The agreements of the branch that end soon and that no other one renews, the first to end first; empty for callers who do
    /// not reach the branch.
    async fn alerts(&self, ctx: &Context<'_>) -> Result<List<AgreementAlert>> {
        self.batch.load(ctx.reader(), AlertsOf, self.key).await.map(List)
    }

    /// Where the branch stood in the tree, the last place first; empty for callers who do not reach the branch.
    async fn places(&self, ctx: &Context<'_>) -> Result<List<BranchPlace>> {
        Ok(List(self.batch.load(ctx.reader(), PlacesOf, self.key).await?))
    }

    /// How many things of the branch, without those of the branches below it, have a text that is missing in a language; null
    /// for callers who do not reach the branch.
    async fn missing_translations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language that texts are missing in.")] language: EnumValue<Locale>,
    ) -> Result<Option<MissingTranslations>> {
        self.batch.load(ctx.reader(), MissingTranslationsOf(language.0), self.key).await
    }

    /// The branches directly below this one, by slug.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Branch>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), store::below(page), self.key).await
    }

    /// The cooperatives that the branch looks after, the newest first.
    async fn cooperatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Cooperative>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), cooperative::store::of_branches(page), self.key).await
    }

    /// The markets that the branch supervises, in the order in which they were founded.
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
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), market::store::of_branches(page), self.key).await
    }
}
