//! What consignment contracts lead to.

use crate::consignment_contract::object::ConsignmentContract;
use crate::cooperative::object::Cooperative;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl ConsignmentContract {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// The cooperative; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}
