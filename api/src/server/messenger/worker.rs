//! Answering on Messenger.

use super::event::Event;
use super::send::{MOST_REPLIES, Reply, Sending};
use crate::bot::conversation::{Answer, Bot, Said};
use crate::bot::object::BotScreen;
use crate::bot::phrase::{Phrase, locales};
use crate::config::MessengerSettings;
use crate::platform::graphql::text::Text;
use crate::platform::loading::reader::Readers;
use domain::actor::Actor;
use domain::bot::language::language_of;
use domain::bot::menu::BotLanguage;
use domain::codes::Coded;

/// The platform takes an answer within so many milliseconds after what it answers: 24 hours.
const WINDOW: i64 = 24 * 3600 * 1000;

/// What stands before a language on a button.
const LANGUAGE: &str = "language:";
/// The button that hands the thread to people.
const PEOPLE: &str = "people";

/// Under which name a conversation on Messenger stands.
pub(super) fn name_of(sender: &str) -> String {
    format!("messenger:{sender}")
}

/// What answers.
pub(super) struct Worker {
    sending: Sending,
    help_url: String,
    bot: Bot,
    readers: Readers,
}

/// What a language is called in itself, as far as a quick reply shows it.
fn own_name(language: BotLanguage) -> &'static str {
    match language {
        BotLanguage::Darija => "الدارجة",
        BotLanguage::DarijaLatin => "Darija",
        BotLanguage::Arabic => "العربية",
        BotLanguage::French => "Français",
        BotLanguage::Tamazight => "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    }
}

impl Worker {
    pub fn new(settings: MessengerSettings, bot: Bot, readers: Readers) -> Self {
        let help_url = settings.help_url.clone();
        Self { sending: Sending::new(settings), help_url, bot, readers }
    }

    /// Answer what somebody said.
    pub async fn answer(&self, event: Event) {
        let now = self.readers.clock.now().as_millisecond();
        if now.saturating_sub(event.at) > WINDOW {
            return;
        }
        let (name, to) = (name_of(&event.sender), event.sender.as_str());
        let before = self.bot.states.get(&name).await;
        let payload = event.payload.as_deref();
        let chosen = payload.and_then(|payload| payload.strip_prefix(LANGUAGE)).and_then(BotLanguage::parse);
        let written = || language_of(event.text.as_deref().unwrap_or_default());
        let language = chosen.unwrap_or_else(|| before.as_ref().map_or_else(written, |state| state.language));
        self.sending.typing(to).await;
        if payload == Some(PEOPLE) && self.sending.hand_over(to).await {
            self.sending.text(to, Phrase::HandedOver.text(language), &[]).await;
            return;
        }
        let choice = payload.filter(|_| chosen.is_none());
        let said = Said { text: event.text.as_deref(), choice, language };
        let reader = self.readers.reader(Actor::Anonymous, locales(language).to_vec());
        let Answer { screens, is_over } = self.bot.answer(&reader, &name, said).await;
        let last = screens.len().saturating_sub(1);
        for (place, screen) in screens.iter().enumerate() {
            // Who begins is told first what the platform cannot promise; whoever is in danger is told whom to call before that.
            if before.is_none() && !is_over && !screen.is_emergency {
                let notice = format!("{} {}", Phrase::MessengerNotice.text(language), self.help_url);
                self.sending.text(to, &notice, &[]).await;
            }
            let replies = if place == last { replies(screen, language) } else { Vec::new() };
            self.sending.text(to, &text(screen, language), &replies).await;
        }
    }
}

/// A screen as a text: with its services, which other clients show by themselves.
fn text(screen: &BotScreen, language: BotLanguage) -> String {
    let services = screen.services.iter().map(|service| {
        let Text(name) = &service.name;
        let (_, name) = name.resolve(locales(language));
        let known = service.known_as_of.as_deref().filter(|_| service.is_stale);
        let known = known.map(|day| format!(" ({} {day})", Phrase::KnownAsOf.text(language))).unwrap_or_default();
        format!("\n• {name}: {}{known}", service.phones.join(", "))
    });
    [screen.text.clone()].into_iter().chain(services).collect()
}

/// The buttons of a screen, with those of Messenger alone as far as there is room: people, and the other languages.
fn replies(screen: &BotScreen, language: BotLanguage) -> Vec<Reply> {
    let of_screen = screen.choices.iter().map(|choice| (choice.label.clone(), choice.id.to_string()));
    let mut replies: Vec<Reply> = of_screen.take(MOST_REPLIES).collect();
    let people = (Phrase::PeopleButton.text(language).to_owned(), PEOPLE.to_owned());
    let others = BotLanguage::ALL.iter().filter(|other| **other != language);
    let others = others.map(|other| (own_name(*other).to_owned(), format!("{LANGUAGE}{other}")));
    let more = [people].into_iter().chain(others);
    replies.extend(more.take(MOST_REPLIES - replies.len()));
    replies
}
