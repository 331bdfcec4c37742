//! Root fields of branches.

use super::object::{Branch, BranchFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of branches.
#[derive(Default)]
pub struct BranchQuery;

#[Object]
impl BranchQuery {
    /// A branch by its id or its slug; null when there is none that the caller may see.
    async fn branch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch's global id.")] id: Option<ID>,
        #[graphql(desc = "The branch's URL slug.")] slug: Option<String>,
    ) -> Option<Result<Branch>> {
        let found = async { store::find(ctx.reader(), Lookup::new(Kind::Branch, id, slug)?).await };
        found.await.transpose()
    }

    /// Branches, a page at a time.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn branches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only branches that meet all of these conditions.")] filter: Option<BranchFilter>,
        #[graphql(desc = "The order of the list.", default)] order_by: NameOrder,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<Branch>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let roots = ListArgs { page, published };
        store::list(ctx.reader(), roots, filter, order_by).await
    }
}
