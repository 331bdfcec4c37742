//! What stock counts lead to.

use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::product::object::ProductVariant;
use crate::stock_count::object::{StockCount, StockCountLine};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl StockCount {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }
}

#[ComplexObject]
impl StockCountLine {
    /// The variant; null for callers who may not see it.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        self.batch.object(ctx.reader(), self.variant_key).await.transpose()
    }
}
