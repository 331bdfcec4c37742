//! What whoever showed a token may do: read from the database in one statement, kept for less than a second, and
//! forgotten at once when something changes.

use super::token::{Audience, Bearer};
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::query::stored::Json;
use crate::platform::query::table::RowReader;
use crate::platform::query::transaction::Tx;
use crate::platform::redis::Redis;
use crate::user::assignment;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::partner_client::{ClientScope, PartnerClient};
use domain::user::{Assignment, Staff};
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use quick_cache::sync::Cache;
use sea_orm::QueryResult;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// So old may be what is known of somebody.
const FRESH: SignedDuration = SignedDuration::from_millis(900);
/// Of so many at once.
const REMEMBERED: usize = 10_000;

/// In whose name it is read.
static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// What is known of a session or a client.
#[derive(Debug)]
enum CachedPrincipal {
    Nobody,
    Staff {
        user: Uuid,
        is_demo: bool,
        ends_at: i64,
        has_second_factor: bool,
        assignments: Vec<Assignment>,
    },
    Client {
        client: Uuid,
        partner: Uuid,
        scopes: Vec<ClientScope>,
        addresses: Vec<String>,
        is_demo: bool,
        expires_at: i64,
    },
}

/// What is known of those who were here within the last second; cheap to clone.
#[derive(Clone)]
pub struct Rights {
    known: Arc<Cache<Uuid, (Timestamp, Arc<CachedPrincipal>)>>,
    /// By which the other instances are told at once; they would find out within the second all the same.
    redis: Option<Redis>,
    /// Something changed that the others have not been told.
    changed: Arc<Notify>,
}

/// Where instances tell each other that something changed that rights come from. Nothing is said but that.
const CHANNEL: &str = "unfm:rights";
/// A Redis that is away is asked again after so long.
const AGAIN: Duration = Duration::from_secs(5);

impl Rights {
    /// What is known of nobody yet, with the Redis by which instances tell each other.
    pub fn new(redis: Option<Redis>) -> Self {
        Self { known: Arc::new(Cache::new(REMEMBERED)), redis, changed: Arc::default() }
    }

    /// Forget everything, here and on the other instances: something changed that rights come from.
    pub fn forget(&self) {
        self.known.clear();
        self.changed.notify_one();
    }

    /// Tell the other instances and hear from them, as long as the program runs. What is heard grants nothing.
    pub async fn keep_in_step(self) {
        if let Some(redis) = &self.redis {
            tokio::join!(self.listen(redis), self.tell(redis));
        }
    }

    /// Forget whenever another instance says so.
    async fn listen(&self, redis: &Redis) {
        loop {
            let heard = async {
                let mut channel = redis.client.get_async_pubsub().await?;
                channel.subscribe(CHANNEL).await?;
                let mut messages = channel.on_message();
                while messages.next().await.is_some() {
                    self.known.clear();
                }
                Ok::<_, redis::RedisError>(())
            };
            if heard.await.is_err() {
                tracing::debug!("Redis does not answer; rights are read every second all the same");
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Say it to the others; what happened meanwhile is said once.
    async fn tell(&self, redis: &Redis) {
        loop {
            self.changed.notified().await;
            if redis.ask::<u64>(redis::cmd("PUBLISH").arg(CHANNEL).arg("")).await.is_none() {
                tracing::debug!("other instances could not be told; they find out within the second");
            }
        }
    }

    /// In whose name a bearer asks; nobody's, when the session has ended or the login or credential may not come in.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn actor(
        &self,
        db: &Db,
        now: Timestamp,
        bearer: &Bearer,
        is_demo_mode: bool,
        is_from: impl Fn(&str) -> bool,
    ) -> Result<Option<Actor>> {
        let key = bearer.session;
        let kept = self
            .known
            .get(&key)
            .filter(|(read_at, _)| (SignedDuration::ZERO..FRESH).contains(&now.duration_since(*read_at)));
        let known = match kept {
            Some((_, known)) => known,
            None => {
                let read = match bearer.audience {
                    Audience::Staff => staff(&db.rows(&PLATFORM, now, staff_text(), [key.into()]).await?)?,
                    Audience::Partner => client(db.query(&PLATFORM, now, CLIENT, [key.into()]).await?),
                };
                let known = Arc::new(read);
                self.known.insert(key, (now, Arc::clone(&known)));
                known
            }
        };
        Ok(known.actor(now, bearer, is_demo_mode, is_from))
    }
}

/// The same, read in a transaction that is to write: what was known before does not count.
///
/// # Errors
/// The database's refusal.
pub async fn actor_within(
    tx: &Tx<'_>,
    bearer: &Bearer,
    is_demo_mode: bool,
    is_from: impl Fn(&str) -> bool,
) -> Result<Option<Actor>> {
    let known = match bearer.audience {
        Audience::Staff => staff(&tx.rows(staff_text(), [bearer.session.into()]).await?)?,
        Audience::Partner => client(tx.query(CLIENT, [bearer.session.into()]).await?),
    };
    Ok(known.actor(tx.now(), bearer, is_demo_mode, is_from))
}

impl CachedPrincipal {
    /// In whose name a bearer asks at an instant.
    fn actor(
        &self,
        now: Timestamp,
        bearer: &Bearer,
        is_demo_mode: bool,
        is_from: impl Fn(&str) -> bool,
    ) -> Option<Actor> {
        let micros = now.as_microsecond();
        match self {
            Self::Staff { user, is_demo, ends_at, has_second_factor, assignments }
                if *user == bearer.subject && micros < *ends_at && (is_demo_mode || !is_demo) =>
            {
                let today = domain::calendar::today(now);
                let staff = Staff::on(today, *user, bearer.session, assignments.clone());
                // A role may have been given to her since she came in. Demo mode demands no second factor.
                let is_whole = *has_second_factor || is_demo_mode;
                Some(Actor::Staff(if is_whole { staff } else { staff.without_second_factor() }))
            }
            Self::Client { client, partner, scopes, addresses, is_demo, expires_at }
                if *client == bearer.subject
                    && micros < *expires_at
                    && (is_demo_mode || !is_demo)
                    && (addresses.is_empty() || addresses.iter().any(|network| is_from(network))) =>
            {
                let granted = bearer.scope.as_deref().unwrap_or_default();
                let granted: Vec<ClientScope> = granted.split(' ').filter_map(ClientScope::parse).collect();
                let scopes = scopes.iter().copied().filter(|scope| granted.contains(scope)).collect();
                Some(Actor::Partner(PartnerClient { client: bearer.subject, partner: *partner, scopes }))
            }
            Self::Nobody | Self::Staff { .. } | Self::Client { .. } => None,
        }
    }
}

/// What is asked of a session. A role at a closed branch lets nobody do anything.
fn staff_text() -> String {
    format!(
        "select u.id, u.is_demo, s.ends_at, s.has_second_factor, {}
         from session s join staff_user u on u.id = s.user_id and u.credential_epoch = s.epoch
         left join role_assignment a on a.user_id = u.id and a.revoked_at is null
         left join branch b on b.id = a.branch_id
         where s.id = $1 and s.ended_at is null and u.status = 'ACTIVE' order by a.id",
        assignment::COLUMNS
    )
}

/// What a session allows.
fn staff(rows: &[QueryResult]) -> Result<CachedPrincipal> {
    let (mut person, mut assignments) = (None, Vec::new());
    for row in rows {
        let mut cells = RowReader::new(row);
        person = Some((cells.take()?, cells.take()?, cells.take()?, cells.take()?));
        assignments.extend(assignment::read(&mut cells)?);
    }
    Ok(match person {
        Some((user, is_demo, ends_at, has_second_factor)) => {
            CachedPrincipal::Staff { user, is_demo, ends_at, has_second_factor, assignments }
        }
        None => CachedPrincipal::Nobody,
    })
}

/// What is asked of a credential by the secret that a token was given for: a token ends with it.
const CLIENT: &str = "select c.id, c.partner_id, c.scopes, c.addresses, c.is_demo,
        case when s.expires_at < c.expires_at then s.expires_at else c.expires_at end
    from partner_client_secret s join partner_client c on c.id = s.partner_client_id
    where s.id = $1 and c.revoked_at is null";

type ClientRow = (Uuid, Uuid, Json<Vec<ClientScope>>, Json<Vec<String>>, bool, i64);

/// What a credential allows.
fn client(rows: Vec<ClientRow>) -> CachedPrincipal {
    let client = |(client, partner, scopes, addresses, is_demo, expires_at): ClientRow| CachedPrincipal::Client {
        client,
        partner,
        scopes: scopes.0,
        addresses: addresses.0,
        is_demo,
        expires_at,
    };
    rows.into_iter().next().map_or(CachedPrincipal::Nobody, client)
}
