//! Root fields of partners' machine credentials.

use super::object::PartnerClient;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of partners' machine credentials.
#[derive(Default)]
pub struct PartnerClientQuery;

#[Object]
impl PartnerClientQuery {
    /// A partner's machine credential by its id; null when there is none that the caller may see.
    async fn partner_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine credential's global id.")] id: ID,
    ) -> Option<Result<PartnerClient>> {
        let found = async {
            let key = GlobalId::parse_as(Kind::PartnerClient, &id, "id")?;
            ctx.reader().signed_in()?;
            PartnerClient::open(ctx.reader(), key).await
        };
        found.await.transpose()
    }

    /// Partners' machine credentials, a page at a time, the newest first where nothing else is said.
    async fn partner_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "The order of the machine credentials.", default)] order_by: CreationOrder,
    ) -> Result<Connection<PartnerClient>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        store::list(ctx.reader(), ListArgs { page, published: false }, order_by).await
    }
}
