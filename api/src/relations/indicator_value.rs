//! What figures lead to.

use crate::indicator::entity as indicator;
use crate::indicator::object::{Indicator, IndicatorValue};
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::programme::entity as programme;
use crate::programme::object::Programme;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl IndicatorValue {
    /// The indicator that the figure measures.
    async fn indicator(&self, ctx: &Context<'_>) -> Option<Result<Indicator>> {
        let found = self.batch.one::<indicator::Entity>(ctx.reader(), Some(self.indicator_key)).await;
        found.map(|found| found.map(Indicator::new)).transpose()
    }

    /// The programme whose figure it is; null for statistics.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        let found = self.batch.one::<programme::Entity>(ctx.reader(), self.programme_key).await;
        found.map(|found| found.map(Programme::new)).transpose()
    }
}
