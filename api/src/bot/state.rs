//! Where conversations stand: for a day at most, under a pseudonym.
//!
//! The name of a conversation, which its client keeps, is never kept here: what stands is its keyed hash, and the key is made
//! anew each day and then gone, with everything that was kept under it. A state holds a node, a language and a place, and no word
//! that anybody wrote. Instances share states through Redis; without one, or while it is away, each keeps its own.

use crate::platform::clock::Clock;
use crate::platform::keys::random;
use crate::platform::redis::Redis;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::bot::menu::BotLanguage;
use domain::calendar::{midnight_after, today};
use jiff::civil::Date;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// So many conversations are kept in memory at once; those that were not asked for longest go first.
const MOST: usize = 50_000;

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The menu that it goes by.
    pub menu: Uuid,
    /// The node that it has come to.
    pub node: String,
    /// Its language.
    pub language: BotLanguage,
    /// The code of the region, where that is known.
    pub region: Option<String>,
    /// The code of the province, where that is known; empty: she does not want to say.
    pub province: Option<String>,
    /// The nodes that it was counted at.
    pub counted: BTreeSet<String>,
}

/// The states of conversations; cheap to clone.
#[derive(Clone)]
pub struct States(Arc<Inner>);

struct Inner {
    clock: Clock,
    redis: Option<Redis>,
    today: RwLock<Arc<Day>>,
}

/// A day's key, and what is kept under it.
struct Day {
    date: Date,
    own: hmac::Key,
    shared: OnceCell<hmac::Key>,
    states: Cache<[u8; 32], State>,
}

impl Day {
    fn new(date: Date) -> Arc<Self> {
        let own = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>());
        Arc::new(Self { date, own, shared: OnceCell::new(), states: Cache::new(MOST) })
    }
}

/// The keyed hash of a name.
fn pseudonym(key: &hmac::Key, name: &str) -> [u8; 32] {
    hmac::sign(key, name.as_bytes()).as_ref().try_into().expect("HMAC-SHA-256 has 256 bits")
}

impl States {
    /// None yet.
    pub fn new(redis: Option<Redis>, clock: Clock) -> Self {
        let today = RwLock::new(Day::new(today(clock.now())));
        Self(Arc::new(Inner { clock, redis, today }))
    }

    /// The present day. With the day before everything goes that was kept on it.
    fn day(&self) -> Arc<Day> {
        let date = today(self.0.clock.now());
        let day = Arc::clone(&self.0.today.read().unwrap_or_else(PoisonError::into_inner));
        if day.date == date {
            return day;
        }
        let mut day = self.0.today.write().unwrap_or_else(PoisonError::into_inner);
        if day.date != date {
            *day = Day::new(date);
        }
        Arc::clone(&day)
    }

    /// Let everything go that was kept on an earlier day, also when nobody writes.
    pub fn forget_yesterday(&self) {
        drop(self.day());
    }

    /// The seconds until everything of a day goes.
    fn seconds_left(&self, day: &Day) -> i64 {
        midnight_after(day.date).duration_since(self.0.clock.now()).as_secs().max(1)
    }

    /// Under which name a conversation is shared, and with whom; none where there is no Redis, or it is away.
    async fn shared(&self, day: &Day, name: &str) -> Option<(&Redis, String)> {
        let redis = self.0.redis.as_ref()?;
        let made = day.shared.get_or_try_init(async || {
            let (place, new) = (format!("unfm:bot:key:{}", day.date), URL_SAFE_NO_PAD.encode(random::<32>()));
            let mut set = redis::cmd("SET");
            set.arg(&place).arg(&new).arg("NX").arg("EX").arg(self.seconds_left(day));
            redis.ask::<redis::Value>(&set).await.ok_or(())?;
            let kept: String = redis.ask::<Option<String>>(redis::cmd("GET").arg(&place)).await.flatten().ok_or(())?;
            Ok::<_, ()>(hmac::Key::new(hmac::HMAC_SHA256, kept.as_bytes()))
        });
        let key = made.await.ok()?;
        Some((redis, format!("unfm:bot:state:{}", URL_SAFE_NO_PAD.encode(pseudonym(key, name)))))
    }

    /// Where a conversation stands; none when it is not known.
    pub async fn get(&self, name: &str) -> Option<State> {
        let day = self.day();
        if let Some((redis, place)) = self.shared(&day, name).await
            && let Some(kept) = redis.ask::<Option<String>>(redis::cmd("GET").arg(&place)).await
        {
            return serde_json::from_str(&kept?).ok();
        }
        day.states.get(&pseudonym(&day.own, name))
    }

    /// Keep where a conversation stands, until the day ends.
    pub async fn put(&self, name: &str, state: State) {
        let day = self.day();
        if let Some((redis, place)) = self.shared(&day, name).await
            && let Ok(text) = serde_json::to_string(&state)
        {
            let mut set = redis::cmd("SET");
            set.arg(&place).arg(text).arg("EX").arg(self.seconds_left(&day));
            if redis.ask::<()>(&set).await.is_some() {
                return;
            }
        }
        day.states.insert(pseudonym(&day.own, name), state);
    }

    /// Forget a conversation.
    pub async fn remove(&self, name: &str) {
        let day = self.day();
        if let Some((redis, place)) = self.shared(&day, name).await {
            redis.ask::<()>(redis::cmd("DEL").arg(&place)).await;
        }
        day.states.remove(&pseudonym(&day.own, name));
    }
}

/// Whether a text is such a name, and none of a conversation elsewhere.
pub fn is_name(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A name for a new conversation, which nobody can guess.
pub fn new_name() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn state() -> State {
        let (node, language) = ("start".to_owned(), BotLanguage::Darija);
        State { menu: Uuid::nil(), node, language, region: None, province: None, counted: BTreeSet::new() }
    }

    #[tokio::test]
    async fn a_conversation_is_known_until_its_day_ends_and_until_it_is_deleted() {
        let clock = Clock::fixed("2026-11-27T20:00:00Z".parse().unwrap());
        let states = States::new(None, clock.clone());
        states.put("one", state()).await;
        states.put("two", state()).await;
        assert_eq!(states.get("one").await, Some(state()));
        states.remove("one").await;
        assert_eq!((states.get("one").await, states.get("two").await), (None, Some(state())));
        clock.set(clock.now() + SignedDuration::from_hours(5));
        assert_eq!(states.get("two").await, None);
    }

    #[tokio::test]
    async fn nothing_that_is_kept_leads_back_to_the_name() {
        assert!(
            is_name(&new_name()) && !is_name("messenger:123456789012"),
            "nobody goes on with a thread of Messenger's"
        );
        let states = States::new(None, Clock::fixed("2026-11-27T20:00:00Z".parse().unwrap()));
        let day = states.day();
        let other = Day::new(day.date);
        assert_ne!(pseudonym(&day.own, "one"), pseudonym(&other.own, "one"), "each key is another one");
    }
}
