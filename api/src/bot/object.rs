//! The GraphQL face of the bot's conversations.

use crate::platform::graphql::mutation::UserError;
use crate::platform::query::stored::EnumValue;
use crate::support_service::emergency::EmergencyNumber;
use crate::support_service::object::SupportService;
use async_graphql::{ID, SimpleObject};
use domain::bot::menu::BotLanguage;

/// A button of a screen of the bot.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotChoice {
    /// What `botTurn` is given as `choice` when the button is pressed.
    pub id: ID,
    /// What stands on the button.
    pub label: String,
}

/// A screen of the bot.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotScreen {
    /// Which screen it is; the same screen has the same id.
    pub id: ID,
    /// What the screen says, in the language of the turn; lines are divided by line feeds.
    pub text: String,
    /// The buttons. Every screen has one that leads to the emergency card or is that card, and one that deletes the conversation.
    pub choices: Vec<BotChoice>,
    /// The support services that the screen names, the best one first, the national line last.
    pub services: Vec<SupportService>,
    /// Whether it is the emergency card.
    pub is_emergency: bool,
    /// The numbers of the emergency card, with their sources; empty on other screens.
    pub emergency_numbers: Vec<EmergencyNumber>,
    /// Whether no person has written it: always true.
    pub is_automated: bool,
}

/// What the bot answers.
#[derive(SimpleObject, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotTurnPayload {
    /// The name of the conversation, for the next turn; null: it is deleted, or it was refused. It is good until the day ends, in
    /// Morocco.
    pub conversation: Option<String>,
    /// The screens, one below another: the emergency card first, when the message speaks of danger.
    pub screens: Vec<BotScreen>,
    /// The refusals of the input; empty when the turn was taken.
    pub user_errors: Vec<UserError>,
}

/// In how many conversations the bot came to a node of its menu.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotNodeCount {
    /// The key of the node in the menu.
    pub node: String,
    /// The number of conversations; null: fewer than ten, or it would tell of fewer than ten.
    pub conversations: Option<i32>,
    /// The same by language.
    pub by_language: Vec<BotLanguageCount>,
    /// The same by region.
    pub by_region: Vec<BotRegionCount>,
}

/// In how many conversations in a language the bot came to a node.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotLanguageCount {
    /// The language.
    pub language: EnumValue<BotLanguage>,
    /// The number of conversations; null: fewer than ten, or it would tell of fewer than ten.
    pub conversations: Option<i32>,
}

/// In how many conversations from a region the bot came to a node.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotRegionCount {
    /// The code of the region; null: nobody said where she is.
    pub region_code: Option<String>,
    /// The number of conversations; null: fewer than ten, or it would tell of fewer than ten.
    pub conversations: Option<i32>,
}
