//! Root fields of partners.

use super::object::Partner;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs, Roots, asks_total};
use async_graphql::{Context, ID, Object};

/// Root fields of partners.
#[derive(Default)]
pub struct PartnerQuery;

#[Object]
impl PartnerQuery {
    /// A partner by its id or its slug; null when there is none that the caller may see.
    async fn partner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: Option<ID>,
        #[graphql(desc = "Its name in addresses.")] slug: Option<String>,
    ) -> Option<Result<Partner>> {
        let found = async { store::find(ctx.reader(), Lookup::new(Kind::Partner, id, slug)?).await };
        found.await.transpose()
    }

    /// Partners, a page at a time.
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Ask for the public list, whoever asks.", default)] published: bool,
    ) -> Result<Connection<Partner>> {
        let args = PageArgs::new(first, after, last, before);
        let roots = Roots { args, total: asks_total(ctx), published };
        store::list(ctx.reader(), roots).await
    }
}
