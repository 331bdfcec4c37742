//! What contributions lead to.

use crate::agreement::entity as agreement;
use crate::agreement::object::Agreement;
use crate::contribution::object::Contribution;
use crate::market::entity as market;
use crate::market::object::Market;
use crate::partner::entity as partner;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Contribution {
    /// The partner that paid; null when the payer is not published.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let found = self.batch.one::<partner::Entity>(ctx.reader(), self.partner_key).await;
        found.map(|found| found.map(Partner::new)).transpose()
    }

    /// The market that was paid for; null when it was an agreement.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        let found = self.batch.one::<market::Entity>(ctx.reader(), self.market_key).await;
        found.map(|found| found.map(Market::new)).transpose()
    }

    /// The agreement that was paid for; null when it was a market.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        let found = self.batch.one::<agreement::Entity>(ctx.reader(), self.agreement_key).await;
        found.map(|found| found.map(|found| Agreement::new(found, ctx.reader().today()))).transpose()
    }
}
