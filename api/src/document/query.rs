//! Root fields of cooperatives' documents.

use super::object::Document;
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, Object};

/// Root fields of cooperatives' documents.
#[derive(Default)]
pub struct DocumentQuery;

#[Object]
impl DocumentQuery {
    /// Documents of cooperatives within the caller's reach whose last day of validity lies within 30 days from today (or as
    /// many as the association has set), a page at a time, the first to expire first.
    async fn expiring_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Document>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        store::expiring(ctx.reader(), ListArgs { page, published: false }).await
    }
}
