//! A turn of a conversation: what somebody says or chooses, and the screens that answer it.
//!
//! Words of danger are looked at first, before anything that could fail: the emergency card is part of the program and is shown
//! also when the database is away.

use super::object::{BotChoice, BotScreen};
use super::phrase::{Phrase, emergency_card};
use super::place::{self, PROVINCES, REGIONS};
use super::state::{State, States};
use super::tally::Tally;
use crate::bot_menu;
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reader;
use crate::platform::redis::Redis;
use crate::support_service;
use crate::support_service::emergency::NUMBERS;
use crate::support_service::object::SupportService;
use async_graphql::ID;
use domain::bot::classifier::{BotIntent, CERTAIN, Classifier};
use domain::bot::danger::is_danger;
use domain::bot::menu::{BotLanguage, BotTexts, Menu, Node};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// So long one waits for the menu and the services; then the national line is named without them.
const PATIENCE: Duration = Duration::from_secs(4);
/// So old may be what is known of which menu is published.
const FRESH: Duration = Duration::from_secs(5);
/// So many intents are offered for a message that was not understood.
const OFFERED: usize = 3;

/// What all conversations share; cheap to clone.
#[derive(Clone)]
pub struct Bot {
    /// Where conversations stand.
    pub states: States,
    /// How many there were.
    pub tally: Tally,
    menus: Arc<Mutex<Menus>>,
}

/// The menus that were read: what is published once never changes.
#[derive(Default)]
struct Menus {
    known: HashMap<Uuid, Arc<Menu>>,
    published: Option<(Instant, Uuid)>,
}

/// What somebody says in one turn.
#[derive(Clone, Copy)]
pub struct Said<'t> {
    /// What she writes.
    pub text: Option<&'t str>,
    /// The id of the button that she presses.
    pub choice: Option<&'t str>,
    /// Her language.
    pub language: BotLanguage,
}

/// What the bot answers in one turn.
pub struct Answer {
    /// The screens, one below another.
    pub screens: Vec<BotScreen>,
    /// Whether the conversation is deleted.
    pub is_over: bool,
}

impl Bot {
    /// A bot that nobody has talked to.
    pub fn new(redis: Option<Redis>, clock: Clock) -> Self {
        Self { states: States::new(redis, clock), tally: Tally::default(), menus: Arc::default() }
    }

    /// Answer a turn of the conversation of a name.
    pub async fn answer(&self, reader: &Reader, name: &str, said: Said<'_>) -> Answer {
        if said.choice == Some(FORGET) {
            self.states.remove(name).await;
            let forgotten = screen(
                "forgotten",
                Phrase::Forgotten.text(said.language),
                said.language,
                vec![
                    button(EMERGENCY, Phrase::EmergencyButton, said.language),
                    button(START, Phrase::StartButton, said.language),
                ],
            );
            return Answer { screens: vec![forgotten], is_over: true };
        }
        let is_emergency = said.choice == Some(EMERGENCY);
        let mut screens = Vec::new();
        let is_in_danger = said.text.is_some_and(is_danger);
        if is_emergency || is_in_danger {
            screens.push(card(said.language));
        }
        if !is_emergency {
            let went_on = tokio::time::timeout(PATIENCE, self.go_on(reader, name, (said, is_in_danger))).await;
            match went_on {
                Ok(Ok(screen)) => screens.push(screen),
                Ok(Err(error)) => {
                    tracing::error!(cause = error.cause(), "the bot has no menu");
                    screens.extend(screens.is_empty().then(|| card(said.language)));
                }
                Err(_) => {
                    tracing::error!("the bot was not given its menu or services in time");
                    screens.extend(screens.is_empty().then(|| card(said.language)));
                }
            }
        }
        Answer { screens, is_over: false }
    }

    /// The menu of a key; the published one, when that is not known.
    async fn menu(&self, reader: &Reader, key: Option<Uuid>) -> Result<Option<(Uuid, Arc<Menu>)>> {
        let (known, fresh, stale) = {
            let menus = self.menus.lock().unwrap_or_else(PoisonError::into_inner);
            let known = |key: Uuid| menus.known.get(&key).map(|menu| (key, Arc::clone(menu)));
            let published = menus.published.and_then(|(read, key)| Some((read, known(key)?)));
            let fresh = published.as_ref().filter(|(read, _)| read.elapsed() < FRESH).map(|(_, menu)| menu.clone());
            (key.and_then(known), fresh, published.map(|(_, menu)| menu))
        };
        if known.is_some() {
            return Ok(known);
        }
        if let Some(key) = key
            && let Some(menu) = bot_menu::store::open(reader, key).await?
        {
            return Ok(Some((key, self.remember(key, menu, false))));
        }
        if fresh.is_some() {
            return Ok(fresh);
        }
        match bot_menu::store::published(reader).await {
            Ok(Some((key, menu))) => Ok(Some((key, self.remember(key, menu, true)))),
            Ok(None) => Ok(None),
            // While the database is away, the menu that was known last goes on.
            Err(error) => stale.map(Some).ok_or(error),
        }
    }

    fn remember(&self, key: Uuid, menu: Menu, is_published: bool) -> Arc<Menu> {
        let mut menus = self.menus.lock().unwrap_or_else(PoisonError::into_inner);
        if is_published {
            menus.published = Some((Instant::now(), key));
        }
        // Of those that conversations finish by there are a few.
        if menus.known.len() >= MOST_MENUS {
            let published = menus.published.map(|(_, key)| key);
            menus.known.retain(|key, _| Some(*key) == published);
        }
        Arc::clone(menus.known.entry(key).or_insert_with(|| Arc::new(menu)))
    }

    /// Go on from where a conversation stands.
    async fn go_on(&self, reader: &Reader, name: &str, (said, is_in_danger): (Said<'_>, bool)) -> Result<BotScreen> {
        let before = self.states.get(name).await;
        let of_choice = said.choice.and_then(|choice| choice.strip_prefix(NODE)).and_then(|to| to.split_once('/'));
        let of_choice = of_choice.and_then(|(menu, node)| Some((menu.parse::<Uuid>().ok()?, node)));
        let wanted = before.as_ref().map(|state| state.menu).or(of_choice.map(|(menu, _)| menu));
        let Some((key, menu)) = self.menu(reader, wanted).await? else { return Ok(card(said.language)) };
        let language = said.language;
        let fresh = || State {
            menu: key,
            node: menu.start.clone(),
            language,
            region: None,
            province: None,
            counted: BTreeSet::new(),
        };
        let mut state = before.unwrap_or_else(fresh);
        (state.menu, state.language) = (key, language);
        let (screen, has_come) = self.screen_of(reader, (key, &menu), &mut state, (&said, is_in_danger)).await;
        // Not before it is known where she is: help is counted where it was given.
        if has_come && state.counted.insert(state.node.clone()) {
            let region =
                state.province.as_deref().and_then(place::province).map(|province| province.region_code.as_str());
            self.tally.count(
                &state.node,
                language,
                region.or(state.region.as_deref()).unwrap_or_default(),
                reader.now(),
            );
        }
        self.states.put(name, state).await;
        Ok(screen)
    }

    /// The screen that a turn leads to, and whether it is that of a node, and no question.
    async fn screen_of(
        &self,
        reader: &Reader,
        of: (Uuid, &Menu),
        state: &mut State,
        (said, is_in_danger): (&Said<'_>, bool),
    ) -> (BotScreen, bool) {
        let (key, menu) = of;
        match said.choice.map(|choice| choice.split_once(':').unwrap_or((choice, ""))) {
            Some(("node", to)) => {
                let to = to.rsplit('/').next().unwrap_or_default();
                state.node = menu.node(to).map_or(&menu.start, |node| &node.key).clone();
            }
            Some(("region", code)) => {
                let is_known = REGIONS.iter().any(|region| region.code == code);
                state.region = is_known.then(|| code.to_owned());
                state.province = None;
            }
            Some(("province", code)) => state.province = place::province(code).map(|province| province.code.clone()),
            Some(("place", "any")) => state.province = Some(String::new()),
            Some(_) => state.node.clone_from(&menu.start),
            None => {}
        }
        if let Some(text) = said.text {
            let place = place::named_in(text);
            if let Some(place) = place {
                state.province = Some(place.code.clone());
            }
            let likely = Classifier::get().classify(text);
            // Below the emergency card stands what is sure, or where she was.
            let certain = if is_in_danger { SURE } else { CERTAIN };
            let certain =
                likely.first().filter(|(_, how)| *how >= certain).and_then(|(intent, _)| menu.node_of(*intent));
            match certain {
                Some(node) => state.node.clone_from(&node.key),
                // A place alone answers the question where she is.
                None if place.is_some() && menu.node(&state.node).is_some_and(|node| !node.services.is_empty()) => {}
                None if is_in_danger => {}
                None => return (not_understood(of, state, &likely), false),
            }
        }
        let Some(node) = menu.node(&state.node).or_else(|| menu.node(&menu.start)) else {
            return (card(state.language), false);
        };
        let has_come = node.services.is_empty() || state.province.is_some();
        (shown(reader, key, node, state).await, has_come)
    }
}

/// How likely an intent is that is shown to somebody in danger.
const SURE: f64 = 0.8;

/// The most menus that are kept in memory.
const MOST_MENUS: usize = 16;

/// The button of the emergency card.
const EMERGENCY: &str = "emergency";
/// The button that leads to the beginning.
const START: &str = "start";
/// The button that deletes the conversation.
const FORGET: &str = "forget";
/// What stands before the menu and the node that a button leads to.
const NODE: &str = "node:";

fn button(id: &str, phrase: Phrase, language: BotLanguage) -> BotChoice {
    BotChoice { id: ID::from(id), label: phrase.text(language).to_owned() }
}

/// A screen that says that it is automated.
fn screen(id: &str, text: &str, language: BotLanguage, choices: Vec<BotChoice>) -> BotScreen {
    BotScreen {
        id: ID::from(id),
        text: format!("{text}\n\n{}", Phrase::Automated.text(language)),
        choices,
        services: Vec::new(),
        is_emergency: false,
        emergency_numbers: Vec::new(),
        is_automated: true,
    }
}

/// The emergency card, which needs nothing but the program.
pub fn card(language: BotLanguage) -> BotScreen {
    let buttons = vec![button(START, Phrase::StartButton, language), button(FORGET, Phrase::ForgetButton, language)];
    let card = screen(EMERGENCY, &emergency_card(language), language, buttons);
    BotScreen { is_emergency: true, emergency_numbers: NUMBERS.clone(), ..card }
}

/// A text of the menu in a language; in another one that its reader may know, where it is missing.
fn text(texts: &BotTexts, language: BotLanguage) -> &str {
    let known = [language, BotLanguage::Arabic, BotLanguage::French].into_iter().find_map(|one| texts.get(&one));
    known.map(String::as_str).unwrap_or_default()
}

/// The buttons of a node, and the one that deletes the conversation.
fn buttons(menu: Uuid, node: &Node, language: BotLanguage) -> Vec<BotChoice> {
    let to = |choice: &domain::bot::menu::Choice| BotChoice {
        id: ID::from(format!("{NODE}{menu}/{}", choice.to)),
        label: text(&choice.label, language).to_owned(),
    };
    let last = button(FORGET, Phrase::ForgetButton, language);
    node.choices.iter().map(to).chain([last]).collect()
}

/// What is shown at a node: where she is is asked first, where services are named.
async fn shown(reader: &Reader, menu: Uuid, node: &Node, state: &State) -> BotScreen {
    let language = state.language;
    if node.is_emergency {
        return BotScreen { choices: buttons(menu, node, language), ..card(language) };
    }
    let says = text(&node.text, language);
    if node.services.is_empty() {
        return screen(&node.key, says, language, buttons(menu, node, language));
    }
    let Some(province) = &state.province else { return where_is_she(says, &node.key, state) };
    let services = support_service::store::helping(reader, &node.services, province).await;
    let services: Vec<SupportService> = services.unwrap_or_else(|error| {
        tracing::error!(cause = error.cause(), "the bot cannot look up services");
        Vec::new()
    });
    if services.is_empty() {
        let line = NUMBERS.iter().find(|number| number.code.0 == support_service::emergency::NATIONAL_LINE);
        let line = line.map(|number| number.phones.join(", ")).unwrap_or_default();
        let says = format!("{says}\n{} {line}", Phrase::Disturbed.text(language));
        return screen(&node.key, &says, language, buttons(menu, node, language));
    }
    BotScreen { services, ..screen(&node.key, says, language, buttons(menu, node, language)) }
}

/// A node of a menu as it is shown, without services: before anybody talks to it.
pub fn preview(key: Uuid, menu: &Menu, node: Option<&str>, language: BotLanguage) -> Option<BotScreen> {
    let node = menu.node(node.unwrap_or(&menu.start))?;
    let choices = buttons(key, node, language);
    Some(match node.is_emergency {
        true => BotScreen { choices, ..card(language) },
        false => screen(&node.key, text(&node.text, language), language, choices),
    })
}

/// The question in which region or province she is.
fn where_is_she(says: &str, node: &str, state: &State) -> BotScreen {
    let language = state.language;
    let (asked, places): (Phrase, Vec<BotChoice>) = match &state.region {
        None => (
            Phrase::Region,
            REGIONS.iter().map(|region| choice("region", &region.code, region.name(language))).collect(),
        ),
        Some(region) => {
            let provinces = PROVINCES.iter().filter(|province| province.region_code == *region);
            (
                Phrase::Province,
                provinces.map(|province| choice("province", &province.code, province.name(language))).collect(),
            )
        }
    };
    let last = [button("place:any", Phrase::AnywhereButton, language), button(FORGET, Phrase::ForgetButton, language)];
    let first = [button(EMERGENCY, Phrase::EmergencyButton, language)];
    let choices = first.into_iter().chain(places).chain(last).collect();
    screen(&format!("{node}/place"), &format!("{says}\n{}", asked.text(language)), language, choices)
}

fn choice(kind: &str, code: &str, label: &str) -> BotChoice {
    BotChoice { id: ID::from(format!("{kind}:{code}")), label: label.to_owned() }
}

/// What is asked when a message was not understood: the likeliest nodes, and the beginning.
fn not_understood((key, menu): (Uuid, &Menu), state: &State, likely: &[(BotIntent, f64)]) -> BotScreen {
    let language = state.language;
    let nodes = likely.iter().filter_map(|(intent, _)| menu.node_of(*intent)).filter(|node| node.key != menu.start);
    let offered = nodes.take(OFFERED).filter_map(|node| {
        let label = text(menu.label_to(&node.key)?, language).to_owned();
        Some(BotChoice { id: ID::from(format!("{NODE}{key}/{}", node.key)), label })
    });
    let first = [button(EMERGENCY, Phrase::EmergencyButton, language)];
    let last = [button(START, Phrase::StartButton, language), button(FORGET, Phrase::ForgetButton, language)];
    let choices = first.into_iter().chain(offered).chain(last).collect();
    screen("not-understood", Phrase::NotUnderstood.text(language), language, choices)
}
