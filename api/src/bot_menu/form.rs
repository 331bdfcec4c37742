//! A menu as a form gives it, and as a file does.

use crate::platform::query::stored::EnumValue;
use async_graphql::InputObject;
use domain::bot::classifier::BotIntent;
use domain::bot::menu::{BotLanguage, BotTexts, Choice, Menu, Node};
use domain::fault::{Code, Fault, Faults};
use domain::support_service::SupportServiceKind;

/// A text of the bot; a language that is not named is missing.
#[derive(InputObject, Clone, Debug, Default)]
pub struct BotTextInput {
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

/// What leads from a node of the menu to another one.
#[derive(InputObject, Clone, Debug)]
pub struct BotNodeChoiceInput {
    /// What stands on the button, in at most 20 characters.
    pub label: BotTextInput,
    /// The key of the node that it leads to.
    pub to: String,
}

/// A node of the menu: one screen of the bot.
#[derive(InputObject, Clone, Debug)]
pub struct BotNodeInput {
    /// Its key in the menu: `a-z`, digits and hyphens, at most 40.
    pub key: String,
    /// What it says, in at most 1,000 characters.
    pub text: BotTextInput,
    /// What leads on from it, at most eight.
    #[graphql(default)]
    pub choices: Vec<BotNodeChoiceInput>,
    /// The intents of messages that lead to it.
    #[graphql(default)]
    pub intents: Vec<EnumValue<BotIntent>>,
    /// The kinds of the support services that it names, once it is known where.
    #[graphql(default)]
    pub services: Vec<EnumValue<SupportServiceKind>>,
    /// Whether it shows the emergency card.
    #[graphql(default)]
    pub is_emergency: bool,
    /// Whether a conversation may end here.
    #[graphql(default)]
    pub is_end: bool,
}

impl From<&BotTextInput> for BotTexts {
    fn from(input: &BotTextInput) -> Self {
        let texts = [
            (BotLanguage::Darija, &input.darija),
            (BotLanguage::DarijaLatin, &input.darija_latin),
            (BotLanguage::Arabic, &input.arabic),
            (BotLanguage::French, &input.french),
            (BotLanguage::Tamazight, &input.tamazight),
        ];
        texts.into_iter().filter_map(|(language, text)| Some((language, text.clone()?))).collect()
    }
}

impl From<&BotNodeInput> for Node {
    fn from(input: &BotNodeInput) -> Self {
        let choice = |choice: &BotNodeChoiceInput| Choice { label: (&choice.label).into(), to: choice.to.clone() };
        Self {
            key: input.key.clone(),
            text: (&input.text).into(),
            choices: input.choices.iter().map(choice).collect(),
            intents: input.intents.iter().map(|intent| intent.0).collect(),
            services: input.services.iter().map(|kind| kind.0).collect(),
            is_emergency: input.is_emergency,
            is_end: input.is_end,
        }
    }
}

/// A menu of these nodes.
///
/// # Errors
/// Those of [`Menu::cleaned`].
pub fn menu(start: &str, nodes: &[BotNodeInput]) -> Result<Menu, Faults> {
    Menu { start: start.to_owned(), nodes: nodes.iter().map(Node::from).collect() }.cleaned()
}

/// The menu of a file, as `BotMenu.file` gives it.
///
/// # Errors
/// FILE_INVALID with the line, and those of [`Menu::cleaned`].
pub fn read(content: &[u8]) -> Result<Menu, Faults> {
    let read = serde_json::from_slice::<Menu>(content);
    let menu =
        read.map_err(|wrong| vec![Fault::new(Code::FileInvalid).with_detail(wrong.line().to_string()).at("file")])?;
    menu.cleaned().map_err(|faults| faults.into_iter().map(|fault| fault.at("file")).collect())
}

/// The file of a menu.
pub fn written(menu: &Menu) -> String {
    serde_json::to_string_pretty(menu).expect("a menu has no keys but texts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_comes_back_from_its_file_as_it_was() {
        let file = include_bytes!("../../assets/bot-menu.json");
        let menu = read(file).unwrap();
        assert_eq!(read(written(&menu).as_bytes()).unwrap(), menu);
        // What the demo world publishes could be published by people.
        assert_eq!(menu.problems(), []);
        let broken = read(b"{\n\"start\": 1}").unwrap_err();
        assert_eq!((broken[0].code, broken[0].detail.as_deref()), (Code::FileInvalid, Some("2")));
        assert_eq!(read(br#"{"start": "x", "nodes": [], "more": 1}"#).unwrap_err()[0].code, Code::FileInvalid);
    }
}
