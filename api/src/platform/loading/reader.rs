//! One request's reader: in whose name it asks, when, and in which languages it wants to be answered.

use crate::platform::audit;
use crate::platform::audit::record::{AuditOutcome, Origin, Repeated};
use crate::platform::audit::refusal::{Refusals, Wanted};
use crate::platform::clock::Clock;
use crate::platform::database::connection::Connection;
use crate::platform::database::db::{Author, Db};
use crate::platform::error::{Error, Result};
use crate::platform::files::Files;
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::paging::cursor::CursorKey;
use crate::platform::query::change::Written;
use crate::platform::query::transaction::{Renew, Tx};
use async_graphql::Context;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::cooperative::Rules;
use domain::fault::Code;
use domain::text::Locale;
use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::any::Any;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// What a resolver asks its context for.
pub struct Reader {
    connection: Connection,
    actor: Actor,
    locales: Vec<Locale>,
    now: Timestamp,
    today: Date,
    keys: Keys,
    rules: Rules,
    files: Files,
    case_keys: Files,
    origin: Origin,
    db: Db,
    on_commit: OnCommit,
    facts: Facts,
    fact: OnceCell<Fact>,
    personal: PersonalReads,
    refusals: Refusals,
    renew: Option<Renew>,
    deadline: Option<Instant>,
    /// The bytes of text that were given out.
    given: AtomicUsize,
}

/// The most bytes of an answer. The number of its values is bounded before anything runs; texts are counted as they are given.
pub const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// The personal data that a request has read, by what was asked for.
#[derive(Clone, Debug, Default)]
pub struct PersonalReads(Arc<Mutex<BTreeSet<&'static str>>>);

impl PersonalReads {
    /// What was read; nothing when it is asked again.
    pub fn take(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What all requests share, and what makes a reader of each.
#[derive(Clone)]
pub struct Readers {
    /// The database.
    pub db: Db,
    /// The clock that each request reads once.
    pub clock: Clock,
    /// The keys of the installation.
    pub keys: Keys,
    /// What the association sets for itself.
    pub rules: Rules,
    /// Where photos are kept.
    pub files: Files,
    /// Where the keys of cases are kept.
    pub case_keys: Files,
    /// What they share for a second.
    pub facts: Facts,
    /// What is told which tables a committed transaction changed.
    pub on_commit: OnCommit,
    /// Who was refused as she wanted to come in, until it is written down.
    pub refusals: Refusals,
}

/// Lets people in and out.
static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// What is called after each transaction that a request commits, with the tables that it changed: caches are dropped and
/// the outbox is looked at by it, so that no mutation can forget to. Cheap to clone.
#[derive(Clone, Default)]
pub struct OnCommit(Option<Arc<Listener>>);

type Listener = dyn Fn(&Written) + Send + Sync;

impl OnCommit {
    /// Call this.
    pub fn new(call: impl Fn(&Written) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(call)))
    }

    fn call(&self, written: &Written) {
        if let Some(call) = &self.0 {
            call(written);
        }
    }
}

/// A fact that is the same for everybody and changes a few times a year: it is read once a second at the most, and not
/// by each request.
#[derive(Clone, Debug, Default)]
pub struct Facts(Arc<Mutex<Option<(Timestamp, Fact)>>>);

type Fact = Arc<dyn Any + Send + Sync>;

/// How old a shared fact may be.
const FRESH: SignedDuration = SignedDuration::from_secs(1);

impl Readers {
    /// Those of a database, with nothing shared yet, where the association has set nothing itself.
    pub fn new(db: Db, clock: Clock, keys: Keys, (files, case_keys): (Files, Files)) -> Self {
        let rules = Rules::default();
        let (facts, on_commit, refusals) = (Facts::default(), OnCommit::default(), Refusals::default());
        Self { db, clock, keys, rules, files, case_keys, facts, on_commit, refusals }
    }

    /// A reader for one request.
    pub fn reader(&self, actor: Actor, locales: Vec<Locale>) -> Reader {
        let now = self.clock.now();
        Reader {
            connection: self.db.read(&actor),
            actor,
            locales,
            now,
            today: domain::calendar::today(now),
            keys: self.keys.clone(),
            rules: self.rules,
            files: self.files.clone(),
            case_keys: self.case_keys.clone(),
            origin: Origin::default(),
            db: self.db.clone(),
            on_commit: self.on_commit.clone(),
            facts: self.facts.clone(),
            fact: OnceCell::new(),
            personal: PersonalReads::default(),
            refusals: self.refusals.clone(),
            renew: None,
            deadline: None,
            given: AtomicUsize::new(0),
        }
    }
}

impl Reader {
    /// Statements that read, in the actor's name.
    pub fn begin(&self) -> Tx<'_> {
        self.db.read_on(&self.connection, &self.actor, self.now)
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

    /// What the association sets for itself.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Where photos are kept.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Where the keys of cases are kept.
    pub fn case_keys(&self) -> &Files {
        &self.case_keys
    }

    /// The calendar day in Casablanca on which the request came.
    pub fn today(&self) -> Date {
        self.today
    }

    /// The key that this installation seals cursors with.
    pub(crate) fn cursor_key(&self) -> &CursorKey {
        self.keys.cursor()
    }

    /// The keys of the installation.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// In whose name it asks.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same, with where the request came from.
    #[must_use]
    pub fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The same, for somebody whose rights are read again by each transaction that writes: no change is made on rights
    /// that are older than itself.
    #[must_use]
    pub fn renewed_by(self, renew: Option<Renew>) -> Self {
        Self { renew, ..self }
    }

    /// Where the request came from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Somebody in particular.
    ///
    /// # Errors
    /// UNAUTHENTICATED for anybody else.
    pub fn signed_in(&self) -> Result<()> {
        if self.actor.key().is_some() { Ok(()) } else { Err(Error::refused(Code::Unauthenticated)) }
    }

    /// Write in the actor's name: everything that `work` does is kept, with its entry in the audit, or nothing. What is
    /// refused is written down too.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal.
    pub(in crate::platform) async fn write<T>(
        &self,
        (action, subject): (&str, Option<(Kind, Uuid)>),
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone,
    ) -> Result<T> {
        // A request holds one connection at a time, and reads anew what it has written.
        self.connection.release().await;
        let context = audit::record::Context { keys: &self.keys, action, origin: &self.origin };
        let done = self.db.write_audited(self.author(), (self.now, self.deadline), Some(context), work).await;
        let done = done.map(|(done, written)| {
            self.on_commit.call(&written);
            done
        });
        if let Err(error) = &done
            && matches!(error.code(), Code::Forbidden | Code::NotFound)
        {
            let refused = Repeated { action, outcome: AuditOutcome::Refused, subject, code: None, times: 1 };
            if let Err(error) = self.note(&refused).await {
                tracing::error!(cause = error.cause(), "an entry of the audit could not be written");
            }
        }
        done
    }

    /// The same, for a request that must be answered by an instant.
    #[must_use]
    pub fn until(self, deadline: Instant) -> Self {
        Self { connection: self.connection.until(deadline), deadline: Some(deadline), ..self }
    }

    fn author(&self) -> Author<'_> {
        self.renew.as_ref().map_or(Author::Known(&self.actor), Author::Renewed)
    }

    /// Count a text that goes into the answer.
    ///
    /// # Errors
    /// LIMIT_EXCEEDED when the answer would be too large.
    pub(crate) fn give<'t>(&self, text: &'t str) -> Result<&'t str> {
        let before = self.given.fetch_add(text.len(), Ordering::Relaxed);
        if before + text.len() > LARGEST_ANSWER { Err(Error::refused(Code::LimitExceeded)) } else { Ok(text) }
    }

    /// Remember that personal data is read, for the audit.
    pub(crate) fn reads_personal(&self, what: &'static str) {
        self.personal.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    /// The personal data that this request reads, also when the reader is gone.
    pub fn personal_reads(&self) -> PersonalReads {
        self.personal.clone()
    }

    /// Write down that personal data was read: before the answer leaves.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn note_read(&self, what: &str) -> Result<()> {
        self.note(&Repeated { action: what, outcome: AuditOutcome::Read, subject: None, code: None, times: 1 }).await
    }

    /// Write something down in a transaction of its own.
    async fn note(&self, what: &Repeated<'_>) -> Result<()> {
        self.connection.release().await;
        let note = async |tx: &Tx<'_>| {
            tx.begin_recording().await?;
            audit::record::record_repeated(tx, &self.keys, what, &self.origin).await
        };
        self.db.write(&self.actor, self.now, note).await
    }

    /// Have it written down, behind the answer, that somebody was refused as she wanted to come in.
    pub(crate) fn note_refusal(&self, action: &'static str, code: Code, wanted: Wanted) {
        self.refusals.add((action, code), wanted, self.now, &self.origin);
    }

    /// Work as the platform itself, which lets people in and out: what the caller learns of it is for `work` to see to.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal.
    pub(crate) async fn as_platform<T>(&self, work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone) -> Result<T> {
        self.connection.release().await;
        let platform = Author::Known(&PLATFORM);
        let work = async |tx: &Tx<'_>| {
            if let Some(renew) = &self.renew
                && renew(tx).await?.is_none()
            {
                return Err(Error::refused(Code::Unauthenticated));
            }
            work(tx).await
        };
        let (done, written) = self.db.write_audited(platform, (self.now, self.deadline), None, work).await?;
        self.on_commit.call(&written);
        Ok(done)
    }

    /// The fact that all requests share, read anew when it is not fresh.
    ///
    /// # Errors
    /// What the reading answered.
    pub(crate) async fn fact<'r, T: Send + Sync + 'static>(
        &'r self,
        read: impl FnOnce() -> BoxFuture<'r, Result<T>> + Send,
    ) -> Result<Arc<T>> {
        // One request reads it once, however many of its fields ask at the same time.
        let fact = self.fact.get_or_try_init(|| async {
            let kept = self.facts.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some((_, fact)) =
                kept.filter(|(read_at, _)| (SignedDuration::ZERO..FRESH).contains(&self.now.duration_since(*read_at)))
            {
                return Ok(fact);
            }
            let fact: Fact = Arc::new(read().await?);
            *self.facts.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((self.now, Arc::clone(&fact)));
            Ok::<_, Error>(fact)
        });
        Ok(Arc::clone(fact.await?).downcast::<T>().expect("there is one fact, of one type"))
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
