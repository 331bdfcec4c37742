//! One request's reader: in whose name it asks, when, and in which languages it wants to be answered.

use crate::platform::clock::Clock;
use crate::platform::db::{Db, Tx};
use crate::platform::page::CursorKey;
use async_graphql::Context;
use domain::access::Actor;
use domain::text::Locale;
use jiff::Timestamp;
use jiff::civil::Date;
use std::any::Any;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What a resolver asks its context for.
pub struct Reader {
    db: Db,
    actor: Actor,
    locales: Vec<Locale>,
    now: Timestamp,
    today: Date,
    cursor_key: CursorKey,
    calendar: OnceCell<Arc<dyn Any + Send + Sync>>,
}

/// What all requests share, and what makes a reader of each.
#[derive(Clone)]
pub struct Readers {
    /// The database.
    pub db: Db,
    /// The clock that each request reads once.
    pub clock: Clock,
    /// The key that cursors are sealed with.
    pub cursor_key: CursorKey,
}

impl Readers {
    /// A reader for one request.
    pub fn reader(&self, actor: Actor, locales: Vec<Locale>) -> Reader {
        let now = self.clock.now();
        Reader {
            db: self.db.clone(),
            actor,
            locales,
            now,
            today: domain::calendar::today(now),
            cursor_key: self.cursor_key.clone(),
            calendar: OnceCell::new(),
        }
    }
}

impl Reader {
    /// A conversation with the database in the actor's name, for reading.
    pub fn begin(&self) -> Tx<'_> {
        self.db.read(&self.actor, self.now)
    }

    /// The languages of the request, best first; empty when it named none.
    pub fn locales(&self) -> &[Locale] {
        &self.locales
    }

    /// Whether lists by name are sorted by the Arabic names: when Arabic is the first language, as it is by default.
    pub fn sorts_in_arabic(&self) -> bool {
        matches!(self.locales.first(), None | Some(Locale::Ar))
    }

    /// When the request came.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The calendar day in Casablanca on which the request came.
    pub fn today(&self) -> Date {
        self.today
    }

    /// The key that this installation seals cursors with.
    pub(crate) fn cursor_key(&self) -> &CursorKey {
        &self.cursor_key
    }

    /// A fact that is read once per request, at the first question.
    pub(crate) fn fact(&self) -> &OnceCell<Arc<dyn Any + Send + Sync>> {
        &self.calendar
    }
}

/// Reach a request's reader from a resolver's context.
pub trait Reads {
    /// The request's reader.
    fn reader(&self) -> &Reader;
}

impl Reads for Context<'_> {
    fn reader(&self) -> &Reader {
        self.data_unchecked::<Reader>()
    }
}
