//! What countersignatures lead to.

use crate::cooperative::object::Cooperative;
use crate::countersignature::object::DeliveryCountersignature;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::stock::object::StockMovement;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl DeliveryCountersignature {
    /// The delivery.
    async fn movement(&self, ctx: &Context<'_>) -> Option<Result<StockMovement>> {
        self.batch.object(ctx.reader(), self.movement_key).await.transpose()
    }

    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// The cooperative; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}
