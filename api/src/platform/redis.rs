//! The Redis that instances share, where there is one. Whatever it is asked for goes on without it.

use super::database::fault::StartFault;
use super::keys::random;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, RedisError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// So long one waits for an answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// A Redis that did not answer is left alone for so long, and up to a second more: instances do not come back at once.
const AGAIN: Duration = Duration::from_secs(5);

/// A Redis, and one connection to it for everything that is shared; cheap to clone.
#[derive(Clone)]
pub struct Redis {
    /// What opens connections of their own, to listen on.
    pub client: Client,
    connection: ConnectionManager,
    away: Arc<Away>,
}

/// Whether it was away when it was asked last.
struct Away {
    begun: Instant,
    /// When it is asked again, in milliseconds since the beginning; 0 while it answers.
    until: AtomicU64,
}

impl Away {
    /// The milliseconds from the beginning to `later` from now.
    fn millis(&self, later: Duration) -> u64 {
        u64::try_from((self.begun.elapsed() + later).as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether it may be asked: always while it answers, and by one at a time when it did not for a while.
    fn may_ask(&self) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until == 0 || (until <= self.millis(Duration::ZERO) && self.postpone(until))
    }

    /// Take it upon oneself to be the one who asks.
    fn postpone(&self, until: u64) -> bool {
        let later = self.millis(AGAIN + Duration::from_millis(u64::from(random::<1>()[0]) * 4));
        self.until.compare_exchange(until, later, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn answered(&self) {
        if self.until.load(Ordering::Relaxed) != 0 && self.until.swap(0, Ordering::Relaxed) != 0 {
            tracing::info!("Redis answers again");
        }
    }

    fn was_silent(&self) {
        if self.postpone(0) {
            tracing::warn!("Redis does not answer: this instance goes on without it");
        }
    }
}

impl Redis {
    /// A Redis by its address. The connection is opened when something is asked, and again after it was lost.
    ///
    /// # Errors
    /// One sentence, when it is no address.
    pub fn open(url: &str) -> Result<Self, StartFault> {
        let fault = |_: RedisError| StartFault("REDIS_URL is not an address of a Redis.".into());
        let client = Client::open(url).map_err(fault)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(fault)?;
        let away = Arc::new(Away { begun: Instant::now(), until: AtomicU64::new(0) });
        Ok(Self { client, connection, away })
    }

    /// What it answers; nothing while it is away. A connection may have been lost since it was used last: another one is
    /// tried.
    pub async fn ask<T: FromRedisValue>(&self, question: &Cmd) -> Option<T> {
        if !self.away.may_ask() {
            return None;
        }
        let mut connection = self.connection.clone();
        let asked = async {
            match question.query_async(&mut connection).await {
                Err(error) if error.is_unrecoverable_error() || error.is_io_error() => {
                    question.query_async(&mut connection).await
                }
                answered => answered,
            }
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => {
                self.away.answered();
                Some(answer)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "Redis refused");
                self.away.was_silent();
                None
            }
            Err(_) => {
                self.away.was_silent();
                None
            }
        }
    }

    /// Whether it answers.
    pub async fn answers(&self) -> bool {
        self.ask::<String>(&redis::cmd("PING")).await.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_finds_it_away_leaves_it_alone_and_one_alone_looks_again() {
        let away = Away { begun: Instant::now(), until: AtomicU64::new(0) };
        assert!(away.may_ask() && away.may_ask());
        away.was_silent();
        assert!(!away.may_ask());
        away.until.store(1, Ordering::Relaxed);
        while away.millis(Duration::ZERO) == 0 {
            std::hint::spin_loop();
        }
        assert_eq!((0..10).filter(|_| away.may_ask()).count(), 1, "one finds out for all");
        away.answered();
        assert!(away.may_ask() && away.may_ask());
    }
}
