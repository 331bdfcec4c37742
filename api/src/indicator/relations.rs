//! What indicators lead to.

use crate::branch::object::Branch;
use crate::indicator::object::{Area, AreaRow, Indicator, IndicatorValue, IndicatorVersion};
use crate::indicator::store::{LatestStatisticsOf, VersionsOf, statistics};
use crate::indicator::total::{IndicatorTotal, IndicatorTotalDimension, IndicatorTotalFilter, totals};
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
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

    /// The totals of the accepted results of programmes: of the whole association or of a branch with all below it, told apart by
    /// what is asked for. A source is never added to another one, and a total of which a part is withheld is withheld too.
    async fn totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Sums only results that meet all of these conditions.")] filter: Option<IndicatorTotalFilter>,
        #[graphql(desc = "By what totals are told apart.", default)] by: Vec<IndicatorTotalDimension>,
    ) -> Result<List<IndicatorTotal>> {
        totals(ctx.reader(), (self.key, self.unit.0), filter, &by).await
    }

    /// The earlier versions of the definition, the latest first.
    async fn earlier_versions(&self, ctx: &Context<'_>) -> Result<List<IndicatorVersion>> {
        self.batch.load(ctx.reader(), VersionsOf, self.key).await.map(List)
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
    /// The area that the figure is about.
    async fn area(&self, ctx: &Context<'_>) -> Result<Area> {
        let row = self.batch.columns::<AreaRow>(ctx.reader(), self.key).await?;
        Ok(Area { kind: row.kind, code: row.code.clone() })
    }

    /// The indicator that the figure measures.
    async fn indicator(&self, ctx: &Context<'_>) -> Option<Result<Indicator>> {
        self.batch.object(ctx.reader(), self.indicator_key).await.transpose()
    }

    /// The programme whose figure it is; null for statistics.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        self.batch.object(ctx.reader(), self.programme_key).await.transpose()
    }
}

#[ComplexObject]
impl IndicatorTotal {
    /// The branch, where totals are told apart by it: one directly below the one that is asked for, with all below it, or that
    /// one itself for its own results.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The partner that funds, where totals are told apart by it; null for what no partner funds.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}
