//! What branches lead to.

use super::{connection, page};
use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::branch::store::ChildrenOf;
use crate::cooperative::object::Cooperative;
use crate::cooperative::store::CooperativesOf;
use crate::geography::object::{Province, Region};
use crate::geography::{province, region};
use crate::market::object::Market;
use crate::market::store::MarketsOf;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::Connection;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Branch {
    /// The branch above this one; null for the national branch.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), self.parent_key).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// The region that the branch is for; null for the national branch.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        let found = self.batch.one::<region::Entity>(ctx.reader(), self.region_key).await;
        found.map(|found| found.map(Region::new)).transpose()
    }

    /// The province that the branch is for; null for a branch of a region and the national one.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        let found = self.batch.one::<province::Entity>(ctx.reader(), self.province_key).await;
        found.map(|found| found.map(Province::new)).transpose()
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
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), ChildrenOf { args, total }, self.key).await?)
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
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), CooperativesOf { args, total }, self.key).await?)
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
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), MarketsOf::<false> { args, total }, self.key).await?)
    }
}
