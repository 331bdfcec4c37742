//! The menu of the bot: nodes and what leads from one to another, as data that people edit and a second person reviews.

use super::classifier::BotIntent;
use crate::codes;
use crate::codes::Coded;
use crate::fault::{Code, Fault, Faults};
use crate::support_service::SupportServiceKind;
use crate::text::required;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// A language that the bot speaks.
    BotLanguage {
        /// Moroccan Arabic in Arabic letters.
        Darija = "DARIJA",
        /// Moroccan Arabic in Latin letters.
        DarijaLatin = "DARIJA_LATIN",
        /// Standard Arabic.
        Arabic = "ARABIC",
        /// French.
        French = "FRENCH",
        /// Tamazight in Tifinagh.
        Tamazight = "TAMAZIGHT",
    }
}

impl BotLanguage {
    /// The field that holds a text in this language.
    pub fn field(self) -> &'static str {
        match self {
            Self::Darija => "darija",
            Self::DarijaLatin => "darijaLatin",
            Self::Arabic => "arabic",
            Self::French => "french",
            Self::Tamazight => "tamazight",
        }
    }
}

codes! {
    /// The status of a menu of the bot.
    BotMenuStatus {
        /// Somebody works on it.
        Draft = "DRAFT",
        /// A second person has reviewed it.
        Reviewed = "REVIEWED",
        /// The bot speaks by it.
        Published = "PUBLISHED",
        /// Another one was published; conversations that had begun finish by it.
        Replaced = "REPLACED",
    }
}

impl BotMenuStatus {
    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let is_allowed = matches!(
            (self, next),
            (Self::Draft | Self::Reviewed, Self::Draft)
                | (Self::Draft, Self::Reviewed)
                | (Self::Reviewed, Self::Published)
                | (Self::Published, Self::Replaced)
        );
        if is_allowed { Ok(next) } else { Err(Fault::status(self, next)) }
    }
}

/// A menu has at most so many nodes.
const MOST_NODES: usize = 200;
/// A node offers at most so many choices: Messenger shows thirteen, of which the platform adds some.
const MOST_CHOICES: usize = 8;
/// A key has at most so many characters.
const LONGEST_KEY: usize = 40;
/// A text has at most so many characters.
const LONGEST_TEXT: usize = 1_000;
/// A label has at most so many characters: Messenger shows no more of one.
const LONGEST_LABEL: usize = 20;

/// A text of the bot in each of its languages.
pub type BotTexts = BTreeMap<BotLanguage, String>;

/// The whole menu, as it is kept, and as it is exported and imported in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// The key of the node that a conversation begins at.
    pub start: String,
    /// All nodes.
    pub nodes: Vec<Node>,
}

/// A node: one screen of the bot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its key in the menu: `a-z`, digits and hyphens.
    pub key: String,
    /// What it says.
    pub text: BotTexts,
    /// What leads on from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The intents of messages that lead to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<BotIntent>,
    /// The kinds of the services that it names, once it is known where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<SupportServiceKind>,
    /// Whether it is the way to help in an emergency: it shows the emergency card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_emergency: bool,
    /// Whether a conversation may end here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_end: bool,
}

/// What leads from a node to another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What stands on its button.
    pub label: BotTexts,
    /// The key of the node that it leads to.
    pub to: String,
}

impl Menu {
    /// The node of a key.
    pub fn node(&self, key: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.key == key)
    }

    /// The node that messages of an intent lead to.
    pub fn node_of(&self, intent: BotIntent) -> Option<&Node> {
        self.nodes.iter().find(|node| node.intents.contains(&intent))
    }

    /// What stands on the first button that leads to a node.
    pub fn label_to(&self, key: &str) -> Option<&BotTexts> {
        self.nodes.iter().flat_map(|node| &node.choices).find(|choice| choice.to == key).map(|choice| &choice.label)
    }

    /// The menu with its texts cleaned.
    ///
    /// # Errors
    /// What cannot be kept even as a draft: LIMIT_EXCEEDED, BAD_USER_INPUT and DUPLICATE_ENTRY of keys and lists, TEXT_TOO_LONG,
    /// TEXT_UNSAFE and TEXT_REQUIRED (where one is empty) of texts.
    pub fn cleaned(mut self) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        if self.nodes.len() > MOST_NODES {
            faults.push(Fault::new(Code::LimitExceeded).with_detail(MOST_NODES.to_string()).at("nodes"));
            return Err(faults);
        }
        let mut keys = BTreeSet::new();
        for (place, node) in self.nodes.iter_mut().enumerate() {
            let mut of_node = Faults::new();
            if !is_key(&node.key) {
                of_node.push(Fault::new(Code::BadUserInput).at("key"));
            } else if !keys.insert(node.key.clone()) {
                of_node.push(Fault::new(Code::DuplicateEntry).with_detail(node.key.clone()).at("key"));
            }
            clean(&mut node.text, LONGEST_TEXT, &["text"], &mut of_node);
            if node.choices.len() > MOST_CHOICES {
                of_node.push(Fault::new(Code::LimitExceeded).with_detail(MOST_CHOICES.to_string()).at("choices"));
            }
            for (place, choice) in node.choices.iter_mut().enumerate() {
                clean(&mut choice.label, LONGEST_LABEL, &["choices", &place.to_string(), "label"], &mut of_node);
                if !is_key(&choice.to) {
                    of_node.push(under(Fault::new(Code::BadUserInput), &["choices", &place.to_string(), "to"]));
                }
            }
            faults.extend(of_node.into_iter().map(|fault| under(fault, &["nodes", &place.to_string()])));
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// What is missing before the menu can be reviewed: every node says its text and its labels in every language (TEXT_REQUIRED),
    /// every choice leads somewhere (NOT_FOUND), and every node is reached, offers the emergency node, and leads to a service
    /// and to an end (MENU_INCOMPLETE, which says what is missing).
    pub fn problems(&self) -> Faults {
        let mut faults = Faults::new();
        let incomplete = |what: &str| Fault::new(Code::MenuIncomplete).with_detail(what.to_owned());
        if self.node(&self.start).is_none() {
            faults.push(Fault::new(Code::NotFound).with_detail(self.start.clone()).at("start"));
        }
        let emergency: BTreeSet<&str> = self.keys(|node| node.is_emergency);
        let to_service = self.leading_to(self.keys(|node| !node.services.is_empty()));
        let to_end = self.leading_to(self.keys(|node| node.is_end));
        let reached = self.reached();
        for (place, node) in self.nodes.iter().enumerate() {
            let mut of_node = Faults::new();
            missing(&node.text, &["text"], &mut of_node);
            for (place, choice) in node.choices.iter().enumerate() {
                missing(&choice.label, &["choices", &place.to_string(), "label"], &mut of_node);
                if self.node(&choice.to).is_none() {
                    let nowhere = Fault::new(Code::NotFound).with_detail(choice.to.clone());
                    of_node.push(under(nowhere, &["choices", &place.to_string(), "to"]));
                }
            }
            let offers = |keys: &BTreeSet<&str>| node.choices.iter().any(|choice| keys.contains(choice.to.as_str()));
            let key = node.key.as_str();
            let lacks = [
                (!node.is_emergency && !offers(&emergency), "emergency"),
                (!to_service.contains(key) && !node.is_emergency, "service"),
                (!to_end.contains(key), "end"),
                (!reached.contains(key), "unreachable"),
            ];
            for (_, what) in lacks.into_iter().filter(|(lacks, _)| *lacks) {
                of_node.push(incomplete(what));
            }
            faults.extend(of_node.into_iter().map(|fault| under(fault, &["nodes", &place.to_string()])));
        }
        faults
    }

    fn keys(&self, of: impl Fn(&Node) -> bool) -> BTreeSet<&str> {
        self.nodes.iter().filter(|node| of(node)).map(|node| node.key.as_str()).collect()
    }

    /// The nodes from which one of these is reached, with these.
    fn leading_to<'m>(&'m self, mut known: BTreeSet<&'m str>) -> BTreeSet<&'m str> {
        loop {
            let leads = |node: &&Node| node.choices.iter().any(|choice| known.contains(choice.to.as_str()));
            let more: Vec<&str> = self
                .nodes
                .iter()
                .filter(|node| !known.contains(node.key.as_str()))
                .filter(leads)
                .map(|node| node.key.as_str())
                .collect();
            if more.is_empty() {
                return known;
            }
            known.extend(more);
        }
    }

    /// The nodes that are reached from the start or by a message.
    fn reached(&self) -> BTreeSet<&str> {
        let mut reached = self.keys(|node| node.key == self.start || !node.intents.is_empty() || node.is_emergency);
        loop {
            let from = self.nodes.iter().filter(|node| reached.contains(node.key.as_str()));
            let next: Vec<&str> = from.flat_map(|node| &node.choices).map(|choice| choice.to.as_str()).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached;
            }
        }
    }
}

/// The fault of a field, by the path that leads to it from further out.
fn under(fault: Fault, path: &[&str]) -> Fault {
    path.iter().rev().fold(fault, |fault, field| fault.at(field))
}

/// Whether a text is a key: `a-z`, digits and hyphens.
fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Clean each text of one that is said in several languages.
fn clean(texts: &mut BotTexts, longest: usize, at: &[&str], faults: &mut Faults) {
    for (language, text) in texts.iter_mut() {
        match required(text, longest) {
            Ok(cleaned) => *text = cleaned.into(),
            Err(code) => faults.push(under(Fault::new(code).at(language.field()), at)),
        }
    }
}

/// Name the languages in which a text is not said.
fn missing(texts: &BotTexts, at: &[&str], faults: &mut Faults) {
    for language in BotLanguage::ALL.iter().filter(|language| !texts.contains_key(language)) {
        faults.push(under(Fault::new(Code::TextRequired).at(language.field()), at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in every language.
    fn texts(text: &str) -> BotTexts {
        BotLanguage::ALL.iter().map(|language| (*language, text.to_owned())).collect()
    }

    fn choice(to: &str) -> Choice {
        Choice { label: texts("next"), to: to.to_owned() }
    }

    fn node(key: &str, choices: &[&str]) -> Node {
        let choices = choices.iter().map(|to| choice(to)).collect();
        Node { key: key.to_owned(), text: texts("text"), choices, ..Node::default() }
    }

    /// A start, help from the police, and the emergency card.
    fn menu() -> Menu {
        let help = Node { services: vec![SupportServiceKind::Police], is_end: true, ..node("help", &["emergency"]) };
        let emergency = Node { is_emergency: true, is_end: true, ..node("emergency", &[]) };
        Menu { start: "start".to_owned(), nodes: vec![node("start", &["help", "emergency"]), help, emergency] }
    }

    fn told(menu: &Menu) -> Vec<String> {
        let line =
            |fault: Fault| format!("{} {} {}", fault.code, fault.field.join("."), fault.detail.unwrap_or_default());
        menu.problems().into_iter().map(line).collect()
    }

    #[test]
    fn a_menu_is_complete_when_every_node_leads_to_help_and_to_an_end_and_offers_the_emergency_card() {
        assert_eq!(told(&menu()), [""; 0]);
        let without = |change: fn(&mut Menu)| {
            let mut menu = menu();
            change(&mut menu);
            told(&menu)
        };
        assert_eq!(without(|menu| menu.nodes[0].choices.truncate(1)), ["MENU_INCOMPLETE nodes.0 emergency"]);
        assert_eq!(
            without(|menu| menu.nodes[1].services.clear()),
            ["MENU_INCOMPLETE nodes.0 service", "MENU_INCOMPLETE nodes.1 service"]
        );
        assert_eq!(
            without(|menu| menu.nodes.push(node("island", &["help", "emergency"]))),
            ["MENU_INCOMPLETE nodes.3 unreachable"]
        );
        let no_end = without(|menu| menu.nodes.iter_mut().for_each(|node| node.is_end = false));
        assert_eq!(no_end.len(), 3, "{no_end:?}");
        assert_eq!(
            without(|menu| menu.nodes[0].choices[0].to = "gone".to_owned())[0],
            "NOT_FOUND nodes.0.choices.0.to gone"
        );
        let silent = without(|menu| drop(menu.nodes[1].text.remove(&BotLanguage::Tamazight)));
        assert_eq!(silent, ["TEXT_REQUIRED nodes.1.text.tamazight "]);
        assert_eq!(without(|menu| menu.start = "gone".to_owned())[0], "NOT_FOUND start gone");
    }

    #[test]
    fn what_cannot_be_shown_is_not_kept() {
        let refused = |change: fn(&mut Menu)| {
            let mut menu = menu();
            change(&mut menu);
            menu.cleaned()
                .unwrap_err()
                .into_iter()
                .map(|fault| format!("{} {}", fault.code, fault.field.join(".")))
                .collect::<Vec<_>>()
        };
        assert!(menu().cleaned().is_ok());
        assert_eq!(refused(|menu| menu.nodes[0].key = "Start".to_owned()), ["BAD_USER_INPUT nodes.0.key"]);
        assert_eq!(refused(|menu| menu.nodes[1].key = "start".to_owned()), ["DUPLICATE_ENTRY nodes.1.key"]);
        let long = |menu: &mut Menu| drop(menu.nodes[0].choices[1].label.insert(BotLanguage::French, "x".repeat(21)));
        assert_eq!(refused(long), ["TEXT_TOO_LONG nodes.0.choices.1.label.french"]);
        let hidden = |menu: &mut Menu| drop(menu.nodes[2].text.insert(BotLanguage::Arabic, "a\u{202e}b".to_owned()));
        assert_eq!(refused(hidden), ["TEXT_UNSAFE nodes.2.text.arabic"]);
        assert_eq!(refused(|menu| menu.nodes = vec![Node::default(); 201]), ["LIMIT_EXCEEDED nodes"]);
    }

    #[test]
    fn a_menu_is_published_after_a_review_alone() {
        use BotMenuStatus as S;
        assert_eq!(S::Draft.transition(S::Published).unwrap_err().code, Code::StatusInvalid);
        assert_eq!(S::Published.transition(S::Draft).unwrap_err().code, Code::StatusInvalid);
        assert!(S::Draft.transition(S::Reviewed).and_then(|now| now.transition(S::Published)).is_ok());
    }
}
