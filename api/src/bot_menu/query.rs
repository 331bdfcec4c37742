//! Root fields of the bot's menus.

use super::object::{BotMenu, BotMenuFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, Object};

/// Root fields of the bot's menus.
#[derive(Default)]
pub struct BotMenuQuery;

#[Object]
impl BotMenuQuery {
    /// The menus of the bot, as far as the caller may see them, the newest first: the public sees those that the bot speaks or has
    /// spoken by.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn bot_menus(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only menus that meet all of these conditions.")] filter: Option<BotMenuFilter>,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<BotMenu>> {
        let roots = ListArgs { page: PageArgs::new(ctx, first, after, last, before), published };
        store::list(ctx.reader(), roots, filter.unwrap_or_default()).await
    }
}
