//! What is read out of a menu of the bot.

use super::form::written;
use super::object::{BotMenu, BotNode};
use crate::platform::graphql::mutation::{UserError, user_errors};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl BotMenu {
    /// The nodes of the menu: at most 200.
    async fn nodes(&self) -> Vec<BotNode> {
        self.content.nodes.iter().map(BotNode::from).collect()
    }

    /// The menu as a file, which `botMenuImport` reads.
    async fn file(&self) -> String {
        written(&self.content)
    }

    /// What is missing before the menu can be reviewed.
    async fn problems(&self, ctx: &Context<'_>) -> Vec<UserError> {
        user_errors(ctx, self.content.problems())
    }
}
