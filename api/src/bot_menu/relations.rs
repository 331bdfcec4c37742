//! What is read out of a menu of the bot.

use super::form::written;
use super::object::{BotMenu, BotNode};
use crate::bot::conversation::preview;
use crate::bot::object::BotScreen;
use crate::platform::graphql::mutation::{UserError, user_errors};
use crate::platform::query::stored::EnumValue;
use async_graphql::{ComplexObject, Context};
use domain::bot::menu::BotLanguage;

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

    /// A node as the bot shows it, without the services that it names; null: there is no such node.
    async fn preview(
        &self,
        #[graphql(desc = "The key of the node; the one that a conversation begins at, if none is given.")] node: Option<
            String,
        >,
        #[graphql(desc = "The language.")] language: EnumValue<BotLanguage>,
    ) -> Option<BotScreen> {
        preview(self.key, &self.content, node.as_deref(), language.0)
    }

    /// What is missing before the menu can be reviewed.
    async fn problems(&self, ctx: &Context<'_>) -> Vec<UserError> {
        user_errors(ctx, self.content.problems())
    }
}
