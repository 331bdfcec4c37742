//! Root fields of indicators.

use super::object::{Indicator, IndicatorFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of indicators.
#[derive(Default)]
pub struct IndicatorQuery;

#[Object]
impl IndicatorQuery {
    /// An indicator by its id or its slug; null when there is none that the caller may see.
    async fn indicator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator's global id.")] id: Option<ID>,
        #[graphql(desc = "The indicator's URL slug.")] slug: Option<String>,
    ) -> Option<Result<Indicator>> {
        let found = async { store::find(ctx.reader(), Lookup::new(Kind::Indicator, id, slug)?).await };
        found.await.transpose()
    }

    /// Indicators, a page at a time.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn indicators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only indicators that meet all of these conditions.")] filter: Option<IndicatorFilter>,
        #[graphql(desc = "The order of the list.", default)] order_by: NameOrder,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<Indicator>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let roots = ListArgs { page, published };
        store::list(ctx.reader(), roots, filter, order_by).await
    }
}
