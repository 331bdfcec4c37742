//! A pool of connections, and the log of statements sent on them.

use crate::platform::error::Result;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{AssertSqlSafe, Error as SqlxError, Postgres, query_with};
use sea_orm::{DatabaseConnection, DbBackend};
use sea_query_sqlx::SqlxValues;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A pool of connections to one database, and what is known of the statements sent on them.
#[derive(Debug)]
pub struct Pool {
    pub(in crate::platform) connection: DatabaseConnection,
    /// Connections to PostgreSQL that one request has read on and the next may read on; none any longer when the program ends.
    handed_on: StdMutex<Option<Vec<Idle>>>,
    pub(in crate::platform) statements: AtomicU64,
    /// What is sent, while it is recorded: the check of access compares the work of two requests by it, and the test of
    /// plans reads how the database would run it.
    pub(in crate::platform) recorded: StdMutex<Vec<Sent>>,
    pub(in crate::platform) is_recording: AtomicBool,
    /// Only ever set by [`Db::without_row_filters`].
    pub(in crate::platform) is_without_row_filters: bool,
}

/// A connection to PostgreSQL on which nobody reads just now.
#[derive(Debug)]
struct Idle {
    connection: PoolConnection<Postgres>,
    /// When it was taken from the driver's pool.
    taken_at: Instant,
}

impl Idle {
    /// It goes back to the driver's pool soon: there, whoever waits is given a connection in turn.
    fn may_be_handed_on(&self) -> bool {
        self.taken_at.elapsed() < HANDED_ON_FOR
    }
}

/// A connection to PostgreSQL that one request reads on. When the request has ended, the next one reads on it: the driver's pool
/// makes a round trip to the database with each connection that comes back to it, which costs as much as a small statement.
#[derive(Debug)]
pub(in crate::platform) struct Reading {
    pool: Arc<Pool>,
    /// There until it is dropped.
    idle: Option<Idle>,
    /// Whether a statement was sent and not answered to its end.
    is_busy: bool,
}

impl Reading {
    /// Send a statement, and read all that is answered.
    ///
    /// # Errors
    /// The driver's refusal.
    pub async fn query(&mut self, sql: AssertSqlSafe<String>, values: SqlxValues) -> Result<Vec<PgRow>, SqlxError> {
        let idle = self.idle.as_mut().expect("it was not dropped");
        self.is_busy = true;
        let rows = query_with(sql, values).fetch_all(&mut *idle.connection).await?;
        self.is_busy = false;
        Ok(rows)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let Some(idle) = self.idle.take_if(|idle| !self.is_busy && idle.may_be_handed_on()) else { return };
        if let Some(all) = self.pool.handed_on().as_mut().filter(|all| all.len() < HANDED_ON) {
            all.push(idle);
        }
    }
}

/// For so long a connection is handed on from request to request.
const HANDED_ON_FOR: Duration = Duration::from_millis(100);
/// So many connections wait at most for the next request that reads: half of all, the others are free for whoever writes.
const HANDED_ON: usize = 8;

/// A statement that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its text.
    pub sql: String,
    /// What PostgreSQL calls the types of its parameters.
    pub parameters: Vec<&'static str>,
    /// How many rows it answered or changed.
    pub rows: u64,
}

impl Pool {
    /// A pool over a connection.
    pub(in crate::platform) fn new(connection: DatabaseConnection, is_without_row_filters: bool) -> Self {
        Self {
            connection,
            handed_on: StdMutex::new(Some(Vec::new())),
            statements: AtomicU64::new(0),
            recorded: StdMutex::default(),
            is_recording: AtomicBool::new(false),
            is_without_row_filters,
        }
    }
}

impl Pool {
    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Record the statements that are sent from now on: for the check of access, and for tests.
    #[doc(hidden)]
    pub fn record(&self) {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.is_recording.store(true, Ordering::Relaxed);
    }

    /// The statements that were sent since [`Db::record`]; no more are recorded.
    #[doc(hidden)]
    pub fn recorded(&self) -> Vec<Sent> {
        self.is_recording.store(false, Ordering::Relaxed);
        std::mem::take(&mut *self.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many statements were sent since the start.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn ping(&self) -> Result<(), String> {
        self.connection.ping().await.map_err(|error| error.to_string())
    }

    /// A connection to PostgreSQL for one request that reads.
    ///
    /// # Errors
    /// The driver's refusal.
    pub(in crate::platform) async fn take(self: &Arc<Self>) -> Result<Reading, SqlxError> {
        let idle = self.handed_on().as_mut().and_then(|all| {
            all.retain(Idle::may_be_handed_on);
            all.pop()
        });
        let idle = match idle {
            Some(idle) => idle,
            None => {
                let connection = self.connection.get_postgres_connection_pool().acquire().await?;
                Idle { connection, taken_at: Instant::now() }
            }
        };
        Ok(Reading { pool: Arc::clone(self), idle: Some(idle), is_busy: false })
    }

    fn handed_on(&self) -> MutexGuard<'_, Option<Vec<Idle>>> {
        self.handed_on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Close all connections, when the program ends.
    pub async fn close(&self) {
        *self.handed_on() = None;
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }
}
