//! Root fields of disputes about identities in the register.

use super::object::{RegisterDispute, RegisterDisputeFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of disputes about identities in the register.
#[derive(Default)]
pub struct RegisterDisputeQuery;

#[Object]
impl RegisterDisputeQuery {
    /// A dispute about an identity in the register by its id; null when there is none that the caller may see.
    async fn register_dispute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dispute's global id.")] id: ID,
    ) -> Option<Result<RegisterDispute>> {
        let found = async {
            let key = GlobalId::parse_as(Kind::RegisterDispute, &id, "id")?;
            ctx.reader().signed_in()?;
            RegisterDispute::open(ctx.reader(), key).await
        };
        found.await.transpose()
    }

    /// Disputes about identities in the register, a page at a time, the newest first where nothing else is said. The national
    /// level alone sees them.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn register_disputes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only disputes that meet all of these conditions.")] filter: Option<
            RegisterDisputeFilter,
        >,
        #[graphql(desc = "The order of the disputes.", default)] order_by: CreationOrder,
    ) -> Result<Connection<RegisterDispute>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        store::list(ctx.reader(), ListArgs { page, published: false }, filter, order_by).await
    }
}
