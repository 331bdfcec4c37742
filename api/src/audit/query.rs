//! Root fields of the audit.

use super::object::{AuditEntry, AuditEntryFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, PageArgs};
use async_graphql::{Context, Object};

/// Root fields of the audit.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Entries of the audit within the caller's reach, a page at a time, the newest first where nothing else is said.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only audit entries that meet all of these conditions.")] filter: Option<
            AuditEntryFilter,
        >,
        #[graphql(desc = "The order of the entries.", default)] order_by: CreationOrder,
    ) -> Result<Connection<AuditEntry>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        store::list(ctx.reader(), ListArgs { page, published: false }, filter, order_by).await
    }
}
