//! What indicators lead to.

use crate::indicator::object::{Indicator, IndicatorValue};
use crate::indicator::store::{LatestStatisticsOf, statistics};
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::programme::object::Programme;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Indicator {
    /// The latest context figure of each source and milieu. Two sources may disagree; both are kept.
    async fn latest_statistics(&self, ctx: &Context<'_>) -> Result<Vec<IndicatorValue>> {
        self.batch.load(ctx.reader(), LatestStatisticsOf, self.key).await
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
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), statistics(page), self.key).await
    }
}

#[ComplexObject]
impl IndicatorValue {
    /// The indicator that the figure measures.
    async fn indicator(&self, ctx: &Context<'_>) -> Option<Result<Indicator>> {
        self.batch.object(ctx.reader(), self.indicator_key).await.transpose()
    }

    /// The programme whose figure it is; null for statistics.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        self.batch.object(ctx.reader(), self.programme_key).await.transpose()
    }
}
