//! The GraphQL face of the bot's menus.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::bot::classifier::BotIntent;
use domain::bot::menu::{BotLanguage, BotMenuStatus, BotTexts, Menu, Node};
use domain::support_service::SupportServiceKind;
use uuid::Uuid;

/// A version of the menu that the bot speaks by.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct BotMenu {
    /// The menu's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The menu's version: 1 when it was created, and one more with each edit.
    pub version: i32,
    /// When the menu was last edited.
    pub changed_at: DateTime,
    /// The status of the menu.
    pub status: EnumValue<BotMenuStatus>,
    /// When the menu was published; null: it was not.
    pub published_at: Option<DateTime>,
    /// The key of the node that a conversation begins at.
    pub start: String,
    /// Whether the menu was invented for demonstration: nobody who speaks its languages has reviewed it.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) content: Menu,
}

impl RowObject for BotMenu {
    type Columns = Entity;

    fn new(row: &Model, _: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::BotMenu, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            status: row.status,
            published_at: row.published_at.map(DateTime::micros),
            start: row.content.0.start.clone(),
            is_demo: row.is_demo,
            key: row.id,
            content: row.content.0.clone(),
        }
    }
}

/// A text of the bot; null: it is missing in this language.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotText {
    /// In Moroccan Arabic, in Arabic letters.
    pub darija: Option<String>,
    /// In Moroccan Arabic, in Latin letters.
    pub darija_latin: Option<String>,
    /// In standard Arabic.
    pub arabic: Option<String>,
    /// In French.
    pub french: Option<String>,
    /// In Tamazight, in Tifinagh.
    pub tamazight: Option<String>,
}

impl From<&BotTexts> for BotText {
    fn from(texts: &BotTexts) -> Self {
        let text = |language| texts.get(&language).cloned();
        Self {
            darija: text(BotLanguage::Darija),
            darija_latin: text(BotLanguage::DarijaLatin),
            arabic: text(BotLanguage::Arabic),
            french: text(BotLanguage::French),
            tamazight: text(BotLanguage::Tamazight),
        }
    }
}

/// What leads from a node of the menu to another one.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotNodeChoice {
    /// What stands on the button.
    pub label: BotText,
    /// The key of the node that it leads to.
    pub to: String,
}

/// A node of the menu: one screen of the bot.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct BotNode {
    /// Its key in the menu.
    pub key: String,
    /// What it says.
    pub text: BotText,
    /// What leads on from it.
    pub choices: Vec<BotNodeChoice>,
    /// The intents of messages that lead to it.
    pub intents: Vec<EnumValue<BotIntent>>,
    /// The kinds of the support services that it names, once it is known where.
    pub services: Vec<EnumValue<SupportServiceKind>>,
    /// Whether it shows the emergency card.
    pub is_emergency: bool,
    /// Whether a conversation may end here.
    pub is_end: bool,
}

impl From<&Node> for BotNode {
    fn from(node: &Node) -> Self {
        let choices = node.choices.iter();
        Self {
            key: node.key.clone(),
            text: (&node.text).into(),
            choices: choices
                .map(|choice| BotNodeChoice { label: (&choice.label).into(), to: choice.to.clone() })
                .collect(),
            intents: node.intents.iter().copied().map(EnumValue).collect(),
            services: node.services.iter().copied().map(EnumValue).collect(),
            is_emergency: node.is_emergency,
            is_end: node.is_end,
        }
    }
}

/// Conditions on menus of the bot: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct BotMenuFilter {
    /// Leaves only menus in this status.
    pub status: Option<EnumValue<BotMenuStatus>>,
}
