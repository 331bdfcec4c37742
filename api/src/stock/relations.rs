//! What stock leads to.

use crate::cooperative::object::Cooperative;
use crate::countersignature::object::DeliveryCountersignature;
use crate::countersignature::store::SignedOf;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::loading::object::required;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::product::object::{Product, ProductVariant};
use crate::stock::object::{StockLevel, StockLot, StockMovement};
use crate::stock::store::{self, LotOf, LotsOf};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl StockLevel {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// The variant, in packs of which quantities are counted; null for callers who may not see it.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        self.batch.object(ctx.reader(), self.variant_key).await.transpose()
    }

    /// The product; null for callers who may not see it.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }

    /// The cooperative that makes the product; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }

    /// The quantity that may be sold today: what is there, less what has expired and what reservations hold.
    async fn available(&self, ctx: &Context<'_>) -> Result<Decimal> {
        let lots = self.batch.load(ctx.reader(), LotsOf, self.key).await?;
        Ok(Decimal::thousandths(store::good(&lots, ctx.reader().today())))
    }

    /// The lots of which there is some, what expires first first.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Vec<StockLot>> {
        let lots = self.batch.load(ctx.reader(), LotsOf, self.key).await?;
        Ok(lots.iter().map(StockLot::from).collect())
    }

    /// What came and went, the newest first.
    async fn movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<StockMovement>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), store::movements_of_levels(page), self.key).await
    }
}

#[ComplexObject]
impl StockMovement {
    /// The market's stock of the variant.
    async fn stock_level(&self, ctx: &Context<'_>) -> Option<Result<StockLevel>> {
        self.batch.object(ctx.reader(), self.level_key).await.transpose()
    }

    /// The lot that it came to or went from, as it is now.
    async fn lot(&self, ctx: &Context<'_>) -> Result<StockLot> {
        required(self.batch.load(ctx.reader(), LotOf, self.key).await?)
    }

    /// What the cooperative says of the delivery; null until it says something, and for other kinds of movements.
    async fn countersignature(&self, ctx: &Context<'_>) -> Option<Result<DeliveryCountersignature>> {
        self.batch.load(ctx.reader(), SignedOf, self.key).await.transpose()
    }

    /// The cooperative that made it; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}
