//! What contributions lead to.

use crate::agreement::object::Agreement;
use crate::contribution::object::Contribution;
use crate::market::object::Market;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Contribution {
    /// The partner that paid; null when the payer is not published.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }

    /// The contribution that this one takes back; null when it takes none back.
    async fn reverses(&self, ctx: &Context<'_>) -> Option<Result<Contribution>> {
        self.batch.object(ctx.reader(), self.reversed_key).await.transpose()
    }

    /// The market that was paid for; null when it was an agreement.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// The agreement that was paid for; null when it was a market.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }
}
