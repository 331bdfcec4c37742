//! Root fields of agreements.

use super::money::{self, MoneyTotal, MoneyTotalDimension, MoneyTotalFilter};
use super::object::{Agreement, AgreementFilter, AgreementOrder};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::list::List;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of agreements.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// An agreement by its id or its slug; null when there is none that the caller may see.
    async fn agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement's global id.")] id: Option<ID>,
        #[graphql(desc = "The agreement's URL slug.")] slug: Option<String>,
    ) -> Option<Result<Agreement>> {
        let found = async { store::find(ctx.reader(), Lookup::new(Kind::Agreement, id, slug)?).await };
        found.await.transpose()
    }

    /// Agreements, a page at a time.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only agreements that meet all of these conditions.")] filter: Option<AgreementFilter>,
        #[graphql(desc = "The order of the agreements.", default)] order_by: AgreementOrder,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<Agreement>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let roots = ListArgs { page, published };
        store::list(ctx.reader(), roots, filter, order_by).await
    }

    /// Sums of the money of the agreements within the caller's reach, fit for a chart; empty for callers who reach none.
    async fn money_totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Leaves only what meets all of these conditions.")] filter: Option<MoneyTotalFilter>,
        #[graphql(desc = "By what the sums are told apart; one sum of all when nothing is named.")] by: Vec<
            MoneyTotalDimension,
        >,
    ) -> Result<List<MoneyTotal>> {
        money::totals(ctx.reader(), filter, &by).await
    }
}
