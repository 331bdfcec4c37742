//! Root fields of the audit.

use super::object::{AuditEntry, AuditEntryFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs, Roots, asks_total};
use async_graphql::{Context, Object};

/// Root fields of the audit.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Entries of the audit within the caller's reach, a page at a time, the newest first.
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<AuditEntryFilter>,
    ) -> Result<Connection<AuditEntry>> {
        let args = PageArgs::new(first, after, last, before);
        store::list(ctx.reader(), Roots { args, total: asks_total(ctx), published: false }, filter).await
    }
}
