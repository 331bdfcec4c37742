//! What indicators lead to.

use super::{connection, page};
use crate::indicator::object::{Indicator, IndicatorValue};
use crate::indicator::store::{LatestStatisticsOf, StatisticsOf};
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::Connection;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Indicator {
    /// The latest context figure of each source and milieu. Two sources may disagree; both are kept.
    async fn latest_statistics(&self, ctx: &Context<'_>) -> Result<Vec<IndicatorValue>> {
        let rows = self.batch.load(ctx.reader(), LatestStatisticsOf, self.key).await?;
        Ok(rows.into_iter().map(IndicatorValue::new).collect())
    }

    /// All context figures, those recorded last first.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<IndicatorValue>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), StatisticsOf { args, total }, self.key).await?)
    }
}
