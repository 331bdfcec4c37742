//! What cooperatives lead to.

use crate::branch::object::Branch;
use crate::consignment_contract;
use crate::consignment_contract::object::ConsignmentContract;
use crate::cooperative::object::{Cooperative, RegisterIdentity};
use crate::cooperative::store::IdentitiesOf;
use crate::document;
use crate::document::object::Document;
use crate::geography::object::Province;
use crate::membership;
use crate::membership::object::{MemberCounts, Membership};
use crate::membership::store::CountsOf;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::product;
use crate::product::object::Product;
use crate::sale;
use crate::sale::object::SaleLine;
use crate::stock;
use crate::stock::object::{StockFilter, StockLevel};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Cooperative {
    /// The branch that looks after the cooperative.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The province of the cooperative's seat.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        self.batch.object(ctx.reader(), self.province_key).await.transpose()
    }

    /// The cooperative's members, those who joined last first; empty for callers who may not see them.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Membership>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), membership::store::of_cooperatives(page), self.key).await
    }

    /// The numbers of members today, not rounded or withheld; null for callers who may not see them, and when no
    /// members are entered.
    async fn member_counts(&self, ctx: &Context<'_>) -> Result<Option<MemberCounts>> {
        self.batch.load(ctx.reader(), CountsOf, self.key).await
    }

    /// The cooperative's documents, the newest first; empty for callers who may not see them.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Document>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), document::store::of_cooperatives(page), self.key).await
    }

    /// The cooperative's identity in the register; null for callers who may not see it, and when it has none.
    async fn register_identity(&self, ctx: &Context<'_>) -> Result<Option<RegisterIdentity>> {
        Ok(self.batch.load(ctx.reader(), IdentitiesOf, self.key).await?.and_then(|known| known.identity))
    }

    /// Whether the cooperative is older than the register and needs no identity there; null for callers who may not
    /// see it.
    async fn legacy_exemption(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.batch.load(ctx.reader(), IdentitiesOf, self.key).await?.map(|known| known.legacy_exemption))
    }

    /// The cooperative's products, the newest first.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Product>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), product::store::of_cooperatives(page), self.key).await
    }

    /// What markets sold of the cooperative's products, the newest first; empty for callers who may not see it.
    async fn sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<SaleLine>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), sale::store::of_cooperatives(page), self.key).await
    }

    /// What markets have of the cooperative's products, those that came first first; empty for callers who may not see it.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only stock levels that meet all of these conditions.")] filter: Option<StockFilter>,
    ) -> Result<Connection<StockLevel>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), stock::store::of_cooperatives(page, filter.unwrap_or_default()), self.key).await
    }

    /// The contracts under which the cooperative delivers to markets, the newest first; empty for callers who may not see them.
    async fn consignment_contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<ConsignmentContract>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), consignment_contract::store::of_cooperatives(page), self.key).await
    }
}
