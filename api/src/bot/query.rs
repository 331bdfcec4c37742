//! Root fields of the bot.

use super::object::BotNodeCount;
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, Object};

/// Root fields of the bot.
#[derive(Default)]
pub struct BotQuery;

#[Object]
impl BotQuery {
    /// In how many conversations the bot came to each node of its menu, in a month that has ended; each conversation is counted once
    /// at each node. For administrators: those of a region see theirs, the national level all. Fewer than ten conversations are
    /// told of nowhere.
    async fn bot_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month: `2026-10`.")] month: String,
    ) -> Result<Vec<BotNodeCount>> {
        store::counts(ctx.reader(), &month).await
    }
}
