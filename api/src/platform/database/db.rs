//! The database: how it is opened, and how one reads and writes in an actor's name.

use super::connection::{Connection, ConnectionState, Held, RawConnection, driver_error, limited};
use super::fault::{StartFault, is_interrupted, unreachable_sentence};
use super::loading::drop_for_loading;
use super::settings::settings;
use crate::platform::audit;
use crate::platform::database::pool::Pool;
use crate::platform::error::{Error, Result};
use crate::platform::projection::{Derivation, Projections};
use crate::platform::query::change::Written;
use crate::platform::query::table::read_all;
use crate::platform::query::transaction::{Renew, Tx};
use domain::access::Purpose;
use domain::actor::Actor;
use domain::fault::Code;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DbBackend, DbErr, QueryResult, SqliteTransactionMode,
    TransactionOptions, TransactionTrait, TryGetableMany, Value,
};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// A pool of connections; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Arc<Pool>,
    projections: Projections,
}

/// What concerns no actor is asked of the pool.
impl Deref for Db {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        &self.pool
    }
}

/// Whether a database file may be made when there is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make an empty one.
    Create,
    /// Refuse.
    Refuse,
}

/// In whose name it is looked whether rows and projections agree.
static CHECKER: Actor = Actor::System(Purpose::Check);

/// In whose name the rights of somebody are read.
static AUTHENTICATING: Actor = Actor::System(Purpose::Authenticate);

/// In whose name something is written.
#[derive(Clone, Copy)]
pub(in crate::platform) enum Author<'a> {
    /// Somebody's whose rights are known.
    Known(&'a Actor),
    /// Somebody's whose rights are read in the transaction itself.
    Renewed(&'a Renew),
}

/// How often a transaction is begun that the database gives up for another one.
const ATTEMPTS: u32 = 4;

/// How many connections to a server are kept: within 4 to 32 the number made no difference when it was measured.
const CONNECTIONS: u32 = 16;
/// How many to a file: each is a thread that works in this process, with a cache of its own.
const EMBEDDED_CONNECTIONS: u32 = 4;

impl Db {
    /// Open a database by its address, `sqlite://…` or `postgres://…`, with what follows from changes of it.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the address, the file or the server; no secret is in it.
    pub async fn connect(url: &str, if_missing: IfMissing, projections: Projections) -> Result<Self, StartFault> {
        Self::connect_limited(url, if_missing, projections, None).await
    }

    /// The same, for requests: on PostgreSQL no statement runs for longer than a request may take.
    ///
    /// # Errors
    /// Those of [`Db::connect`].
    pub async fn connect_limited(
        url: &str,
        if_missing: IfMissing,
        projections: Projections,
        statement_timeout: Option<Duration>,
    ) -> Result<Self, StartFault> {
        if url.starts_with("sqlite:") {
            Self::look_at_file(url, if_missing).await?;
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if url.starts_with("sqlite:") { EMBEDDED_CONNECTIONS } else { CONNECTIONS })
            .connect_timeout(Duration::from_secs(5))
            .acquire_timeout(Duration::from_secs(5))
            // A connection in use every second needs no ping before each statement.
            .test_before_acquire_if_idle_for(Duration::from_secs(30))
            .sqlx_logging(false);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(if_missing == IfMissing::Create)
                .busy_timeout(Duration::from_secs(5))
                .journal_mode(SqliteJournalMode::Wal)
                // Money and stock may not be lost to a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                // As much as SQLite maps at the most: pages that are not mapped are read and copied, each by a system call.
                .pragma("mmap_size", "2147418112")
                .statement_cache_capacity(256)
        });
        // What a request has told the connection about its own end does not concern the next one.
        options.map_sqlx_sqlite_before_acquire(|connection, _| {
            Box::pin(async move {
                connection.lock_handle().await?.remove_progress_handler();
                Ok(true)
            })
        });
        options.map_sqlx_postgres_opts(move |postgres| {
            let limit = statement_timeout.map(|limit| ("statement_timeout", limit.as_millis().to_string()));
            postgres
                .application_name("unfm")
                .options(limit)
                .statement_cache_capacity(256)
                // Every list goes along an index whatever its values are; to plan it anew for each cost more than to
                // run it, several times over.
                .options([("plan_cache_mode", "force_generic_plan")])
                // Plans that are kept are expensive by estimate and cheap to run; to compile one took longer, each time.
                .options([("jit", "off")])
        });
        Self::open(options, projections).await.map_err(|error| StartFault(unreachable_sentence(&error)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that opens a connection")]
    async fn open(options: ConnectOptions, projections: Projections) -> Result<Self, DbErr> {
        let connection = Database::connect(options).await?;
        Ok(Self { pool: Arc::new(Pool::new(connection, false)), projections })
    }

    /// Look at a file without writing to it: to open it for work changes how it keeps its journal, so somebody else's
    /// database must be known before.
    async fn look_at_file(url: &str, if_missing: IfMissing) -> Result<(), StartFault> {
        let open = async |is_read_only: bool| {
            let mut options = ConnectOptions::new(url);
            options.max_connections(1).sqlx_logging(false);
            options.map_sqlx_sqlite_opts(move |sqlite| {
                sqlite.read_only(is_read_only).busy_timeout(Duration::from_secs(5))
            });
            Self::open(options, &[]).await
        };
        let opened = match open(true).await {
            // SQLite rolls an interrupted write back for whoever opens the file and may write; nothing else is written.
            Err(error) if is_interrupted(&error) => open(false).await,
            opened => opened,
        };
        let db = match opened {
            Ok(db) => db,
            // There is nothing to look at.
            Err(_) if if_missing == IfMissing::Create => return Ok(()),
            Err(error) => return Err(StartFault(unreachable_sentence(&error))),
        };
        let looked = db.refuse_foreign().await;
        db.close().await;
        looked
    }

    /// Open a database to look at it: nothing is written, not even beside an embedded one.
    ///
    /// # Errors
    /// One sentence, as of [`Db::connect`].
    pub async fn look(url: &str, projections: Projections) -> Result<Self, StartFault> {
        if !url.starts_with("sqlite:") {
            return Self::connect(url, IfMissing::Refuse, projections).await;
        }
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        // Without a journal nobody has it open: then it is read as it is, or the driver would make a journal of its own.
        let is_there = |journal: &str| std::path::Path::new(&format!("{path}{journal}")).exists();
        let is_idle = !is_there("-wal") && !is_there("-journal");
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            sqlite.read_only(true).immutable(is_idle).busy_timeout(Duration::from_secs(5))
        });
        let db = Self::open(options, projections).await.map_err(|error| StartFault(unreachable_sentence(&error)))?;
        db.refuse_foreign().await?;
        Ok(db)
    }

    /// The same database without the row filters of statements: for tests that show that the database's policies hold
    /// alone, or that the check of access finds what is open. No program is built with it.
    #[cfg(feature = "unguarded")]
    #[must_use]
    pub fn without_row_filters(&self) -> Self {
        Self { pool: Arc::new(Pool::new(self.connection.clone(), true)), projections: self.projections }
    }

    /// How many connections there are at most.
    pub fn most_connections(&self) -> usize {
        let most = if self.backend() == DbBackend::Postgres { CONNECTIONS } else { EMBEDDED_CONNECTIONS };
        most as usize
    }

    /// A connection for reading in the name of `actor`: it is taken from the pool at the first statement.
    pub fn read(&self, actor: &Actor) -> Connection {
        let settings = (self.backend() == DbBackend::Postgres).then(|| settings(actor)).flatten();
        let state = ConnectionState::Reading(Mutex::new(None), settings);
        Connection::new(Arc::clone(&self.pool), state, None)
    }

    /// Statements that read, in the name of `actor`, on a connection.
    pub(in crate::platform) fn read_on<'a>(
        &self,
        connection: &'a Connection,
        actor: &'a Actor,
        now: Timestamp,
    ) -> Tx<'a> {
        Tx::new(connection, actor, now, self.projections)
    }

    /// Compute every projection anew, as of one instant, and compare: one line for each difference.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn differences(&self, now: Timestamp) -> Result<Vec<String>> {
        let connection = self.snapshot(&CHECKER).await?;
        let derivation = Derivation { connection: &connection, now, projections: self.projections, held: Vec::new() };
        let mut lines = Vec::new();
        for projection in self.projections {
            lines.extend(projection.differences(&derivation).await?);
        }
        Ok(lines)
    }

    /// A connection for reading on which all statements see the database as it was at the first one.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn snapshot(&self, actor: &Actor) -> Result<Connection> {
        let connection = match self.backend() {
            DbBackend::Postgres => {
                let pool = self.connection.get_postgres_connection_pool();
                let begun = pool.begin_with("begin isolation level repeatable read read only").await;
                RawConnection::PostgresWithin(begun.map_err(driver_error)?)
            }
            _ => {
                let begun = self.connection.get_sqlite_connection_pool().begin().await;
                RawConnection::SqliteWithin(begun.map_err(driver_error)?)
            }
        };
        let state = ConnectionState::Reading(Mutex::new(Some(Held::unlimited(connection))), None);
        let connection = Connection::new(Arc::clone(&self.pool), state, None);
        if let Some(settings) = settings(actor).filter(|_| self.backend() == DbBackend::Postgres) {
            connection.query(settings).await?;
        }
        Ok(connection)
    }

    /// Read by one statement of SQL text in the name of the platform itself.
    ///
    /// # Errors
    /// INTERNAL in anybody else's name, or the database's refusal.
    pub(crate) async fn rows(
        &self,
        actor: &Actor,
        now: Timestamp,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>> {
        Tx::new(&self.read(actor), actor, now, self.projections).rows(sql, values).await
    }

    /// The same, each row as a tuple of its columns in their order.
    ///
    /// # Errors
    /// Those of [`Db::rows`].
    pub(crate) async fn query<T: TryGetableMany>(
        &self,
        actor: &Actor,
        now: Timestamp,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        Ok(read_all(&self.rows(actor, now, sql, values).await?)?)
    }

    /// Write in the name of `actor`: everything that `work` does is kept when it succeeds, with all that follows from it,
    /// and nothing otherwise. It is done again when the database gives the transaction up for another one.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal.
    pub async fn write<T>(
        &self,
        actor: &Actor,
        now: Timestamp,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone,
    ) -> Result<T> {
        self.write_audited(Author::Known(actor), (now, None), None, work).await.map(|(done, _)| done)
    }

    /// The same, with an entry in the audit, and on PostgreSQL with no statement that runs on after a deadline; answers
    /// beside the outcome which tables were changed.
    ///
    /// # Errors
    /// Those of [`Db::write`].
    pub(in crate::platform) async fn write_audited<T>(
        &self,
        author: Author<'_>,
        (now, deadline): (Timestamp, Option<Instant>),
        context: Option<audit::record::Context<'_>>,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone,
    ) -> Result<(T, Written)> {
        for _ in 1..ATTEMPTS {
            match self.write_once(author, (now, deadline), context, work.clone()).await {
                Err(error) if error.is_given_up() => {
                    tracing::debug!("a transaction met another one, and is done again")
                }
                done => return done,
            }
        }
        self.write_once(author, (now, deadline), context, work).await
    }

    async fn write_once<T>(
        &self,
        author: Author<'_>,
        (now, deadline): (Timestamp, Option<Instant>),
        context: Option<audit::record::Context<'_>>,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<(T, Written)> {
        let renewed;
        let (connection, actor) = match author {
            Author::Known(actor) => (self.begin(actor, deadline).await?, actor),
            Author::Renewed(renew) => {
                let (connection, actor) = self.begin_renewed(renew, now, deadline).await?;
                renewed = actor;
                (connection, &renewed)
            }
        };
        let tx = Tx::new(&connection, actor, now, self.projections);
        let done = match work(&tx).await {
            Ok(done) => finish(&tx, context).await.map(|written| (done, written)),
            Err(error) => Err(error),
        };
        drop(tx);
        match done {
            Ok(done) => connection.commit().await.map(|()| done),
            Err(error) => {
                connection.roll_back().await?;
                Err(error)
            }
        }
    }

    /// Begin a transaction in the name of somebody whose rights are read in it. One that is refused is rolled back when
    /// its connection is dropped.
    fn begin_renewed<'c>(
        &'c self,
        renew: &'c Renew,
        now: Timestamp,
        deadline: Option<Instant>,
    ) -> BoxFuture<'c, Result<(Connection, Actor)>> {
        Box::pin(async move {
            let connection = self.begin(&AUTHENTICATING, deadline).await?;
            let platform = Tx::new(&connection, &AUTHENTICATING, now, self.projections);
            let actor = renew(&platform).await?.ok_or_else(|| Error::refused(Code::Unauthenticated))?;
            drop(platform);
            match settings(&actor).filter(|_| self.backend() == DbBackend::Postgres) {
                // They say also that the purpose is no longer the platform's.
                Some(settings) => connection.query(settings).await.map(drop)?,
                None => connection.purpose(None).await?,
            }
            Ok((connection, actor))
        })
    }

    /// Begin a transaction in the name of `actor`. The future is boxed, as those of its end: what writes is compiled for
    /// every mutation.
    fn begin<'c>(&'c self, actor: &'c Actor, deadline: Option<Instant>) -> BoxFuture<'c, Result<Connection>> {
        Box::pin(async move {
            let options = TransactionOptions {
                // One writer at a time: to begin as a reader and to write later can only end in "locked".
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            };
            let transaction = self.connection.begin_with_options(options).await?;
            if let Some(settings) = settings(actor).filter(|_| self.backend() == DbBackend::Postgres) {
                transaction.query_one_raw(limited(settings, deadline)).await?;
            }
            let state = ConnectionState::Writing(transaction);
            Ok(Connection::new(Arc::clone(&self.pool), state, deadline))
        })
    }
}

impl Db {
    /// Write very much at once, as the owner of the tables: everything that `work` does is kept when it succeeds, and
    /// nothing otherwise. On PostgreSQL rows go in by COPY; indexes that hold no constraint and foreign keys are dropped
    /// before and made again after it, in the same transaction.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal, also of rows that break a foreign key.
    pub(crate) async fn load<T>(
        &self,
        actor: &Actor,
        now: Timestamp,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone,
    ) -> Result<T> {
        if self.backend() != DbBackend::Postgres {
            return self.write(actor, now, work).await;
        }
        let begun = self.connection.get_postgres_connection_pool().begin().await;
        let transaction = RawConnection::PostgresWithin(begun.map_err(driver_error)?);
        // Given up anywhere below, the transaction is rolled back.
        let state = ConnectionState::Loading(Mutex::new(transaction));
        let connection = Connection::new(Arc::clone(&self.pool), state, None);
        let make_again = drop_for_loading(&connection).await?;
        let tx = Tx::new(&connection, actor, now, self.projections);
        let done = work(&tx).await?;
        // What the projections read along its indexes is made before them, what they fill after them.
        let filled: Vec<&str> = self.projections.iter().flat_map(|projection| projection.fills()).copied().collect();
        let (before, after): (Vec<_>, Vec<_>) =
            make_again.into_iter().partition(|(table, _)| !filled.contains(&table.as_str()));
        connection.run("set local maintenance_work_mem = '256MB'").await?;
        for (_, sql) in &before {
            connection.run(sql).await?;
        }
        connection.run("analyze").await?;
        finish(&tx, None).await?;
        drop(tx);
        for (_, sql) in &after {
            connection.run(sql).await?;
        }
        match connection.state {
            ConnectionState::Loading(connection) => match connection.into_inner() {
                RawConnection::PostgresWithin(transaction) => transaction.commit().await.map_err(driver_error)?,
                RawConnection::Postgres(_) | RawConnection::Sqlite(_) | RawConnection::SqliteWithin(_) => {}
            },
            ConnectionState::Reading(..) | ConnectionState::Writing(_) => {}
        }
        Ok(done)
    }
}

/// What is done before a transaction is committed: projections, the audit, the log of changes. Answers what was changed.
fn finish<'f>(tx: &'f Tx<'_>, context: Option<audit::record::Context<'f>>) -> BoxFuture<'f, Result<Written>> {
    Box::pin(async move {
        tx.project().await?;
        let mut changes = tx.take_changes();
        if tx.is_loading() {
            // What is loaded is published in part; its own lines were written as it was.
            tx.log_publication().await?;
        }
        if changes.is_empty() && !changes.concern_what_is_published() {
            return Ok(changes.written());
        }
        tx.begin_recording().await?;
        if let Some(context) = context {
            audit::record::record(tx, context, &mut changes).await?;
        }
        tx.log(&changes).await?;
        Ok(changes.written())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Statement;

    /// It does not end by itself.
    const ENDLESS: &str = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n";

    fn statement(sql: &str) -> Statement {
        Statement::from_string(DbBackend::Sqlite, sql)
    }

    #[tokio::test]
    async fn what_runs_in_an_embedded_database_ends_with_its_request() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("unfm.db").display());
        let db = Db::connect(&url, IfMissing::Create, &[]).await.unwrap();
        let soon = || Instant::now() + Duration::from_millis(100);
        let late = || Instant::now() + Duration::from_secs(600);

        // Each of the connections: one whose deadline passes, and one that nobody waits for any longer.
        for _ in 0..db.most_connections() {
            let reading = db.read(&CHECKER).until(soon());
            let ended = reading.query(statement(ENDLESS)).await;
            assert_eq!(ended.unwrap_err().code(), Code::Timeout);
            // The next statement of the same request has no more time than that.
            assert_eq!(reading.query(statement(ENDLESS)).await.unwrap_err().code(), Code::Timeout);
            let left =
                tokio::time::timeout_at(soon().into(), db.read(&CHECKER).until(late()).query(statement(ENDLESS))).await;
            assert!(left.is_err());
        }

        // Afterwards they are as they were, to read and to write.
        let ordinary = ENDLESS.replace("from n)", "from n where x < 200000)");
        for _ in 0..2 * db.most_connections() {
            assert_eq!(db.read(&CHECKER).query(statement(&ordinary)).await.unwrap().len(), 1);
            let sql = ordinary.as_str();
            let wrote = db.write(&CHECKER, jiff::Timestamp::UNIX_EPOCH, async |tx| tx.rows(sql, []).await);
            assert_eq!(wrote.await.unwrap().len(), 1);
        }
    }
}
