//! The database itself: how it is opened, looked at and brought up to date, and the [`Line`] on which one request or one
//! transaction talks to it. This is the only file that holds a connection; who asks goes through `tx.rs`.

use crate::platform::audit;
use crate::platform::error::{Error, Result};
use crate::platform::projection::{Projections, Written};
use crate::platform::tx::Tx;
use domain::access::{Actor, Permission, Purpose};
use domain::branch::Path;
use domain::codes::Coded;
use domain::user::{Assignment, Reach};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::PgTransaction;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous, SqliteTransaction};
use sea_orm::sqlx::{AssertSqlSafe, Postgres, Sqlite, query_with};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult,
    RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sea_query,
};
use sea_query_sqlx::SqlxValues;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;
use tracing::Instrument;
use uuid::Uuid;

/// One clear sentence about why the program cannot start or a command cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartFault(pub String);

impl std::fmt::Display for StartFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartFault {}

/// A pool of connections; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connection: DatabaseConnection,
    projections: Projections,
    statements: AtomicU64,
    /// What is sent, while it is recorded: the check of access compares the work of two requests by it, and the test of
    /// plans reads how the database would run it.
    recorded: StdMutex<Vec<Sent>>,
    is_recording: AtomicBool,
    /// Only ever set by [`Db::without_first_wall`].
    is_without_first_wall: bool,
}

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

impl Inner {
    fn new(connection: DatabaseConnection, projections: Projections, is_without_first_wall: bool) -> Self {
        Self {
            connection,
            projections,
            statements: AtomicU64::new(0),
            recorded: StdMutex::default(),
            is_recording: AtomicBool::new(false),
            is_without_first_wall,
        }
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

/// Where the spans of statements belong: below what is logged, so that they cost nothing unless they are exported.
pub const SPANS: &str = "unfm::db";

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
                .pragma("mmap_size", "268435456")
                .statement_cache_capacity(256)
        });
        options.map_sqlx_postgres_opts(|postgres| {
            postgres
                .application_name("unfm")
                .statement_cache_capacity(256)
                // Every list goes along an index whatever its values are; to plan it anew for each cost more than to
                // run it, several times over.
                .options([("plan_cache_mode", "force_generic_plan")])
        });
        Self::open(options, projections).await.map_err(|error| StartFault(unreachable_sentence(&error)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that opens a connection")]
    async fn open(options: ConnectOptions, projections: Projections) -> Result<Self, DbErr> {
        let connection = Database::connect(options).await?;
        Ok(Self(Arc::new(Inner::new(connection, projections, false))))
    }

    /// Look at a file without writing to it: to open it for work changes how it keeps its journal, so somebody else's
    /// database must be known before.
    async fn look_at_file(url: &str, if_missing: IfMissing) -> Result<(), StartFault> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.read_only(true).busy_timeout(Duration::from_secs(5)));
        match Self::open(options, &[]).await {
            Ok(db) => {
                let looked = db.refuse_foreign().await;
                db.close().await;
                looked
            }
            // There is nothing to look at.
            Err(_) if if_missing == IfMissing::Create => Ok(()),
            Err(error) => Err(StartFault(unreachable_sentence(&error))),
        }
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
        let is_idle = !std::path::Path::new(&format!("{path}-wal")).exists();
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            sqlite.read_only(true).immutable(is_idle).busy_timeout(Duration::from_secs(5))
        });
        let db = Self::open(options, projections).await.map_err(|error| StartFault(unreachable_sentence(&error)))?;
        db.refuse_foreign().await?;
        Ok(db)
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.0.connection.get_database_backend()
    }

    /// The same database with the narrowing of the first wall taken away: for tests that show that the second wall holds
    /// alone, or that the check of access finds what is open. Nothing in the program calls it.
    #[doc(hidden)]
    #[must_use]
    pub fn without_first_wall(&self) -> Self {
        Self(Arc::new(Inner::new(self.0.connection.clone(), self.0.projections, true)))
    }

    /// Record the statements that are sent from now on: for the check of access, and for tests.
    #[doc(hidden)]
    pub fn record(&self) {
        self.0.recorded.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.is_recording.store(true, Ordering::Relaxed);
    }

    /// The statements that were sent since [`Db::record`]; no more are recorded.
    #[doc(hidden)]
    pub fn recorded(&self) -> Vec<Sent> {
        self.0.is_recording.store(false, Ordering::Relaxed);
        std::mem::take(&mut *self.0.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many statements were sent since the start.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn ping(&self) -> Result<(), String> {
        self.0.connection.ping().await.map_err(|error| error.to_string())
    }

    /// Close all connections, when the program ends.
    pub async fn close(&self) {
        if let Err(error) = self.0.connection.close_by_ref().await {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }

    /// Bring an own database up to date; returns how many changes were applied.
    ///
    /// # Errors
    /// One sentence; nothing was changed then.
    pub async fn migrate(&self) -> Result<usize, StartFault> {
        self.refuse_foreign().await?;
        migration::up(&self.0.connection).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// How many changes of the schema this database lacks.
    ///
    /// # Errors
    /// One sentence, when it cannot be read, is not ours, or is newer than the program.
    pub async fn behind(&self) -> Result<usize, StartFault> {
        self.refuse_foreign().await?;
        migration::behind(&self.0.connection).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Take back all changes of the schema: for tests of the way down.
    ///
    /// # Errors
    /// One sentence; nothing was changed then.
    pub async fn unmigrate(&self) -> Result<(), StartFault> {
        migration::down(&self.0.connection, None).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Let the database look at its own data, so that it plans well: after much was written at once.
    ///
    /// # Errors
    /// One sentence.
    pub async fn analyze(&self) -> Result<(), StartFault> {
        let sql = if self.backend() == DbBackend::Postgres { "vacuum analyze" } else { "analyze" };
        self.0.connection.execute_unprepared(sql).await.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Write a copy of an embedded database, as it is at one instant, into a file that is empty.
    ///
    /// # Errors
    /// One sentence, when it cannot be written.
    pub async fn copy_into(&self, file: &str) -> Result<(), StartFault> {
        let copy = Statement::from_sql_and_values(self.backend(), "vacuum into $1", [file.into()]);
        let copied = self.0.connection.execute_raw(copy).await;
        copied.map(drop).map_err(|error| StartFault(format!("The copy could not be written: {error}.")))
    }

    /// Run a statement of the cluster as its owner: to make or to drop a scratch database.
    pub(crate) async fn administer(&self, sql: &str) -> Result<(), StartFault> {
        let done = self.0.connection.execute_unprepared(sql).await;
        done.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// A database that holds somebody else's tables is left alone.
    async fn refuse_foreign(&self) -> Result<(), StartFault> {
        let sql = match self.backend() {
            DbBackend::Postgres => {
                "select to_regclass('seaql_migrations') is null and exists (select 1 from pg_catalog.pg_tables
                 where schemaname = current_schema()) as foreign_tables"
            }
            _ => {
                "select not exists (select 1 from sqlite_schema where name = 'seaql_migrations')
                 and exists (select 1 from sqlite_schema where type = 'table') as foreign_tables"
            }
        };
        let row = self.0.connection.query_one_raw(Statement::from_string(self.backend(), sql)).await;
        match row.and_then(|row| row.map_or(Ok(false), |row| row.try_get("", "foreign_tables"))) {
            Ok(false) => Ok(()),
            Ok(true) => Err(StartFault("The database holds tables of another program; it was left as it is.".into())),
            Err(error) => Err(StartFault(broken_sentence(&error))),
        }
    }

    /// On PostgreSQL the server must work in a role that owns nothing and bypasses nothing, or the second wall would
    /// be painted on.
    ///
    /// # Errors
    /// One sentence that says what is too much, and what to do.
    pub async fn refuse_powerful_role(&self) -> Result<(), StartFault> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let sql = format!(
            "select r.rolsuper, r.rolbypassrls,
               exists (select 1 from pg_catalog.pg_class c where c.relowner = r.oid and c.relkind in ('r', 'v', 'm', 'S')) as owns,
               coalesce((select pg_has_role(r.oid, s.oid, 'USAGE') from pg_roles s where s.rolname = '{0}'), false) as member
             from pg_roles r where r.rolname = session_user",
            migration::SERVER_ROLE
        );
        let row = self.0.connection.query_one_raw(Statement::from_string(self.backend(), sql)).await;
        let flags = row.and_then(|row| {
            let row = row.ok_or_else(|| DbErr::RecordNotFound("own role".into()))?;
            ["rolsuper", "rolbypassrls", "owns", "member"]
                .iter()
                .map(|flag| row.try_get::<bool>("", flag))
                .collect::<Result<Vec<_>, _>>()
        });
        let flags = flags.map_err(|error| StartFault(broken_sentence(&error)))?;
        let fault = match flags[..] {
            [true, ..] => "is a superuser",
            [_, true, ..] => "may bypass row security",
            [_, _, true, _] => "owns tables",
            [_, _, _, false] => "is not a member of the role `unfm_server`",
            _ => return Ok(()),
        };
        Err(StartFault(format!(
            "The database login in DATABASE_URL {fault}: give the server a login of its own \
             (`create role … login in role {}`) and keep the owner for MIGRATE_DATABASE_URL.",
            migration::SERVER_ROLE
        )))
    }

    /// Let another login work as the server: what `unfm migrate` does when it is told both.
    ///
    /// # Errors
    /// One sentence, when the login does not exist or the right to grant is missing.
    pub async fn admit_server(&self, login: &str) -> Result<(), StartFault> {
        let is_member = "select 1 from pg_roles where rolname = $1 and pg_has_role(oid, $2, 'USAGE')";
        let is_member =
            Statement::from_sql_and_values(self.backend(), is_member, [login.into(), migration::SERVER_ROLE.into()]);
        let found = self.0.connection.query_one_raw(is_member).await;
        if found.map_err(|error| StartFault(broken_sentence(&error)))?.is_some() {
            return Ok(());
        }
        let sql = format!("grant {} to \"{}\"", migration::SERVER_ROLE, login.replace('"', "\"\""));
        self.0.connection.execute_unprepared(&sql).await.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// A line for reading in the name of `actor`: it takes a connection at its first statement.
    pub fn read(&self, actor: &Actor) -> Line {
        let settings = (self.backend() == DbBackend::Postgres).then(|| settings(actor)).flatten();
        Line { db: Arc::clone(&self.0), held: Held::Reading(Mutex::new(None), settings) }
    }

    /// A line for reading on which all statements see the database as it was at the first one.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn snapshot(&self, actor: &Actor) -> Result<Line> {
        let connection = match self.backend() {
            DbBackend::Postgres => {
                let pool = self.0.connection.get_postgres_connection_pool();
                let begun = pool.begin_with("begin isolation level repeatable read read only").await;
                Connection::PostgresWithin(begun.map_err(driver_error)?)
            }
            _ => {
                let begun = self.0.connection.get_sqlite_connection_pool().begin().await;
                Connection::SqliteWithin(begun.map_err(driver_error)?)
            }
        };
        let line = Line { db: Arc::clone(&self.0), held: Held::Reading(Mutex::new(Some(connection)), None) };
        if let Some(settings) = settings(actor).filter(|_| self.backend() == DbBackend::Postgres) {
            line.query(settings).await?;
        }
        Ok(line)
    }

    /// Ask one question in the name of `actor`.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn ask(&self, actor: &Actor, now: Timestamp, question: Statement) -> Result<Vec<QueryResult>> {
        Tx::new(&self.read(actor), actor, now).query(question).await
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
        self.write_audited(actor, now, None, work).await.map(|(done, _)| done)
    }

    /// The same, with an entry in the audit; answers beside the outcome which tables were changed.
    ///
    /// # Errors
    /// Those of [`Db::write`].
    pub(super) async fn write_audited<T>(
        &self,
        actor: &Actor,
        now: Timestamp,
        context: Option<audit::Context<'_>>,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T> + Clone,
    ) -> Result<(T, Written)> {
        for _ in 1..ATTEMPTS {
            match self.write_once(actor, now, context, work.clone()).await {
                Err(error) if error.is_given_up() => {
                    tracing::debug!("a transaction met another one, and is done again")
                }
                done => return done,
            }
        }
        self.write_once(actor, now, context, work).await
    }

    async fn write_once<T>(
        &self,
        actor: &Actor,
        now: Timestamp,
        context: Option<audit::Context<'_>>,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<(T, Written)> {
        let options = TransactionOptions {
            // One writer at a time: to begin as a reader and to write later can only end in "locked".
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.0.connection.begin_with_options(options).await?;
        if let Some(settings) = settings(actor).filter(|_| self.backend() == DbBackend::Postgres) {
            transaction.query_one_raw(settings).await?;
        }
        let line = Line { db: Arc::clone(&self.0), held: Held::Writing(transaction) };
        let tx = Tx::new(&line, actor, now);
        let outcome = async {
            let done = work(&tx).await?;
            tx.finish(context).await?;
            Ok((done, tx.changes().written()))
        };
        let outcome = outcome.await;
        drop(tx);
        let Held::Writing(transaction) = line.held else { return Err(Error::internal("the transaction is gone")) };
        match outcome {
            Ok(done) => transaction.commit().await.map(|()| done).map_err(Error::from),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
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
        let begun = self.0.connection.get_postgres_connection_pool().begin().await;
        let transaction = Connection::PostgresWithin(begun.map_err(driver_error)?);
        // Given up anywhere below, the transaction is rolled back.
        let line = Line { db: Arc::clone(&self.0), held: Held::Loading(Mutex::new(transaction)) };
        let make_again = drop_for_loading(&line).await?;
        let tx = Tx::new(&line, actor, now);
        let done = work(&tx).await?;
        // What the projections read along its indexes is made before them, what they fill after them.
        let filled: Vec<&str> = self.0.projections.iter().flat_map(|projection| projection.fills()).copied().collect();
        let (before, after): (Vec<_>, Vec<_>) =
            make_again.into_iter().partition(|(table, _)| !filled.contains(&table.as_str()));
        line.run("set local maintenance_work_mem = '256MB'").await?;
        for (_, sql) in &before {
            line.run(sql).await?;
        }
        line.run("analyze").await?;
        tx.finish(None).await?;
        drop(tx);
        for (_, sql) in &after {
            line.run(sql).await?;
        }
        match line.held {
            Held::Loading(connection) => match connection.into_inner() {
                Connection::PostgresWithin(transaction) => transaction.commit().await.map_err(driver_error)?,
                Connection::Postgres(_) | Connection::Sqlite(_) | Connection::SqliteWithin(_) => {}
            },
            Held::Reading(..) | Held::Writing(_) => {}
        }
        Ok(done)
    }
}

/// Drop the indexes that hold no constraint, and the foreign keys; answers the statements that make them again, each with
/// its table.
async fn drop_for_loading(line: &Line) -> Result<Vec<(String, String)>> {
    let dropped = "
        select format('alter table %s drop constraint %I', conrelid::regclass, conname) as dropped,
               format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as made,
               conrelid::regclass::text as owner
          from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace
        union all
        select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid), indrelid::regclass::text
          from pg_index join pg_class on pg_class.oid = indrelid
         where relnamespace = current_schema()::regnamespace
           and not exists (select from pg_constraint where conindid = indexrelid)";
    let rows = line.query(Statement::from_string(DbBackend::Postgres, dropped)).await?;
    let mut make_again = Vec::new();
    for row in rows {
        line.run(&row.try_get::<String>("", "dropped")?).await?;
        make_again.push((row.try_get("", "owner")?, row.try_get::<String>("", "made")?));
    }
    // Indexes first: foreign keys are checked along them.
    make_again.sort_by_key(|(_, sql)| sql.starts_with("alter table"));
    Ok(make_again)
}

fn driver_error(error: sea_orm::sqlx::Error) -> Error {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}

/// What one request reads on, or one transaction writes on.
///
/// A request that reads keeps the connection of its first statement until its end. The pool looks after every
/// connection that comes back with a round trip to the database; so it is one for the request, and not one for each
/// statement. And a request never takes more than one, so that a large one leaves the others theirs.
#[derive(Debug)]
pub struct Line {
    db: Arc<Inner>,
    held: Held,
}

/// What is done with the mark in a transaction.
#[derive(Clone, Copy)]
pub(super) enum Savepoint {
    /// Set it.
    Set,
    /// Undo everything since.
    GoBack,
    /// Keep everything since.
    Forget,
}

#[derive(Debug)]
enum Held {
    /// Statements of one request wait for each other here, and for nobody else's. Who has a reach of her own reads in
    /// a transaction that begins with the statement that says it.
    Reading(Mutex<Option<Connection>>, Option<Statement>),
    Writing(DatabaseTransaction),
    /// A transaction of PostgreSQL that rows are copied into.
    Loading(Mutex<Connection>),
}

#[derive(Debug)]
enum Connection {
    Postgres(PoolConnection<Postgres>),
    PostgresWithin(PgTransaction<'static>),
    Sqlite(PoolConnection<Sqlite>),
    SqliteWithin(SqliteTransaction<'static>),
}

impl Connection {
    async fn take(db: &DatabaseConnection, settings: Option<&Statement>) -> Result<Self, DbErr> {
        let taken = match (db.get_database_backend(), settings) {
            (DbBackend::Postgres, None) => db.get_postgres_connection_pool().acquire().await.map(Self::Postgres),
            (DbBackend::Postgres, Some(_)) => db.get_postgres_connection_pool().begin().await.map(Self::PostgresWithin),
            _ => db.get_sqlite_connection_pool().acquire().await.map(Self::Sqlite),
        };
        let mut taken = taken.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        if let Some(settings) = settings {
            taken.query(settings.clone()).await?;
        }
        Ok(taken)
    }

    async fn query(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let values = SqlxValues(statement.values.unwrap_or(sea_query::Values(Vec::new())));
        let sql = AssertSqlSafe(statement.sql);
        let rows = match self {
            Self::Postgres(connection) => query_with(sql, values)
                .fetch_all(&mut **connection)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
            Self::PostgresWithin(transaction) => query_with(sql, values)
                .fetch_all(&mut **transaction)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
            Self::SqliteWithin(transaction) => query_with(sql, values)
                .fetch_all(&mut **transaction)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
            Self::Sqlite(connection) => query_with(sql, values)
                .fetch_all(&mut **connection)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
        };
        rows.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }
}

impl Line {
    /// Which database is at its end.
    pub(super) fn backend(&self) -> DbBackend {
        self.db.connection.get_database_backend()
    }

    /// Whether the first wall was taken away, in a test.
    pub(super) fn is_without_first_wall(&self) -> bool {
        self.db.is_without_first_wall
    }

    /// What is to be recorded of a statement; nothing when nobody wants to know.
    fn sent(&self, statement: &Statement) -> Option<Sent> {
        self.db.is_recording.load(Ordering::Relaxed).then(|| {
            let values = statement.values.iter().flat_map(|values| &values.0);
            Sent { sql: statement.sql.clone(), parameters: values.map(parameter_type).collect(), rows: 0 }
        })
    }

    /// Record a statement with the number of its rows.
    fn record(&self, sent: Option<Sent>, rows: u64) {
        if let Some(sent) = sent {
            self.db.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(Sent { rows, ..sent });
        }
    }

    /// Count a statement that is sent past [`Line::query`] and [`Line::execute`].
    pub(super) fn count(&self) {
        self.db.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// What entities are written over.
    ///
    /// # Errors
    /// INTERNAL on a line for reading.
    pub(super) fn writer(&self) -> Result<&(impl ConnectionTrait + use<>)> {
        match &self.held {
            Held::Writing(transaction) => Ok(transaction),
            Held::Reading(..) | Held::Loading(_) => Err(Error::internal("written outside a transaction")),
        }
    }

    /// Whether rows are to be added by [`Line::copy`].
    pub(super) fn is_loading(&self) -> bool {
        matches!(self.held, Held::Loading(_))
    }

    /// Run a statement without values in a transaction that is loaded.
    async fn run(&self, sql: &str) -> Result<()> {
        self.query(Statement::from_string(self.backend(), sql)).await.map(drop)
    }

    /// Add rows by COPY, in a transaction that is loaded.
    pub(super) async fn copy(&self, table: &str, columns: &[&str], rows: &[Vec<sea_query::Value>]) -> Result<()> {
        let Held::Loading(held) = &self.held else { return Err(Error::internal("copied outside of loading")) };
        let mut held = held.lock().await;
        let Connection::PostgresWithin(transaction) = &mut *held else {
            return Err(Error::internal("only PostgreSQL copies"));
        };
        self.count();
        let mut text = String::new();
        for row in rows {
            for (place, value) in row.iter().enumerate() {
                if place > 0 {
                    text.push('\t');
                }
                copied(value, &mut text)?;
            }
            text.push('\n');
        }
        let sql = format!("copy {table} ({}) from stdin", columns.join(", "));
        let mut copying = transaction.copy_in_raw(&sql).await.map_err(driver_error)?;
        copying.send(text.as_bytes()).await.map_err(driver_error)?;
        copying.finish().await.map(drop).map_err(driver_error)
    }

    /// Give the connection back: the next statement takes another, and sees what was committed meanwhile.
    pub(super) async fn release(&self) {
        if let Held::Reading(held, _) = &self.held {
            *held.lock().await = None;
        }
    }

    /// Mark a place in a transaction to which it may go back, go back to it, or forget it.
    pub(super) async fn savepoint(&self, step: Savepoint) -> Result<()> {
        let sql = match step {
            Savepoint::Set => "savepoint attempt",
            Savepoint::GoBack => "rollback to savepoint attempt",
            Savepoint::Forget => "release savepoint attempt",
        };
        self.count();
        self.writer()?.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Say on PostgreSQL for which purpose of the platform itself the next statements of a transaction are; for none:
    /// they are the actor's own again.
    pub(super) async fn purpose(&self, purpose: Option<Purpose>) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let sql = "select set_config('app.purpose', $1, true)";
            let told = purpose.map_or_else(String::new, |purpose| purpose.to_string());
            self.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, [told.into()])).await?;
        }
        Ok(())
    }

    /// What follows from changes of the database.
    pub(super) fn projections(&self) -> Projections {
        self.db.projections
    }

    /// Say on PostgreSQL that the next statements of a transaction reach the whole association.
    pub(super) async fn widen(&self) -> Result<()> {
        let root = paths(&[Path::root(audit::national())]);
        self.set_subtrees(&root, &root).await
    }

    /// The opposite of [`Line::widen`]: they reach as far as the actor does.
    pub(super) async fn narrow(&self, actor: &Actor) -> Result<()> {
        let (read, write) = subtrees(actor);
        self.set_subtrees(&paths(&read), &paths(&write)).await
    }

    async fn set_subtrees(&self, read: &str, write: &str) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let sql = "select set_config('app.read_subtrees', $1, true), set_config('app.write_subtrees', $2, true)";
            self.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, [read.into(), write.into()])).await?;
        }
        Ok(())
    }

    /// Send a statement that changes rows.
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64> {
        self.count();
        let span = tracing::debug_span!(target: SPANS, "db.execute", otel.kind = "client", db.system.name = system(self.backend()));
        if self.is_loading() {
            return self.query(statement).await.map(|_| 0);
        }
        let sent = self.sent(&statement);
        let changed = self.writer()?.execute_raw(statement).instrument(span).await?.rows_affected();
        self.record(sent, changed);
        Ok(changed)
    }

    /// Send a statement that answers rows. The future is boxed: what waits for it is nested deep in resolvers, each of
    /// which would carry it along.
    pub(super) fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>>> {
        Box::pin(self.send(statement))
    }

    async fn send(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        self.count();
        let span = tracing::debug_span!(target: SPANS, "db.query", otel.kind = "client", db.system.name = system(self.backend()));
        let sent = self.sent(&statement);
        let rows = match &self.held {
            Held::Writing(transaction) => transaction.query_all_raw(statement).instrument(span).await,
            Held::Loading(connection) => connection.lock().await.query(statement).instrument(span).await,
            Held::Reading(held, settings) => {
                let reading = async {
                    let mut held = held.lock().await;
                    if held.is_none() {
                        *held = Some(Connection::take(&self.db.connection, settings.as_ref()).await?);
                    }
                    let rows = held.as_mut().expect("it was taken above").query(statement).await;
                    if rows.is_err() {
                        // It may be lost, or in a transaction that has failed: the next statement takes another.
                        *held = None;
                    }
                    rows
                };
                reading.instrument(span).await
            }
        };
        if let Ok(rows) = &rows {
            self.record(sent, rows.len() as u64);
        }
        rows.map_err(Error::from)
    }
}

/// How far an actor reads and writes by subtrees, as PostgreSQL is told. Whoever looks whether everything is as it should
/// be reads everything.
fn subtrees(actor: &Actor) -> (Vec<Path>, Vec<Path>) {
    match actor {
        Actor::Staff(staff) => {
            (Reach::of(staff.assignments()).subtrees, Reach::of(staff.assignments().iter().filter(is_writing)).subtrees)
        }
        Actor::System(Purpose::Check) => (vec![Path::root(audit::national())], Vec::new()),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => (Vec::new(), Vec::new()),
    }
}

/// Whether a role lets somebody change anything.
fn is_writing(assignment: &&Assignment) -> bool {
    Permission::ALL.iter().any(|permission| !permission.is_seeing() && assignment.role.grants(*permission))
}

/// What PostgreSQL is told of an actor, for one transaction: who asks, how far she reads and how far she writes with any
/// of her roles; which of them lets her do what is the first wall's to say.
fn settings(actor: &Actor) -> Option<Statement> {
    let told: Vec<(&str, String)> = match actor {
        Actor::Anonymous => return None,
        Actor::System(purpose) => {
            let (read, _) = subtrees(actor);
            vec![("app.purpose", purpose.to_string()), ("app.read_subtrees", paths(&read))]
        }
        Actor::Partner(client) => {
            vec![("app.actor", client.client.to_string()), ("app.partner", client.partner.to_string())]
        }
        Actor::Staff(staff) => {
            let read = Reach::of(staff.assignments());
            let write = Reach::of(staff.assignments().iter().filter(is_writing));
            vec![
                ("app.actor", staff.user.to_string()),
                ("app.read_branches", keys(&read.branches)),
                ("app.read_subtrees", paths(&read.subtrees)),
                ("app.read_cooperatives", keys(&read.cooperatives)),
                ("app.write_branches", keys(&write.branches)),
                ("app.write_subtrees", paths(&write.subtrees)),
                ("app.write_cooperatives", keys(&write.cooperatives)),
            ]
        }
    };
    let said: Vec<String> = told
        .iter()
        .enumerate()
        .map(|(place, (name, _))| format!("set_config('{name}', ${}, true)", place + 1))
        .collect();
    let sql = format!("select {}", said.join(", "));
    Some(Statement::from_sql_and_values(DbBackend::Postgres, sql, told.into_iter().map(|(_, value)| value.into())))
}

/// Write a value as COPY reads it.
fn copied(value: &sea_query::Value, text: &mut String) -> Result<()> {
    use sea_query::Value;
    use std::fmt::Write;
    let mut escaped = |plain: &str| {
        for character in plain.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\t' => text.push_str("\\t"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                other => text.push(other),
            }
        }
    };
    let written = match value {
        Value::String(Some(plain)) => {
            escaped(plain);
            Ok(())
        }
        Value::Json(Some(json)) => {
            escaped(&json.to_string());
            Ok(())
        }
        Value::Bool(Some(flag)) => write!(text, "{flag}"),
        Value::SmallInt(Some(number)) => write!(text, "{number}"),
        Value::Int(Some(number)) => write!(text, "{number}"),
        Value::BigInt(Some(number)) => write!(text, "{number}"),
        Value::Double(Some(number)) => write!(text, "{number}"),
        Value::Uuid(Some(key)) => write!(text, "{key}"),
        Value::Bool(None)
        | Value::SmallInt(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Double(None)
        | Value::String(None)
        | Value::Json(None)
        | Value::Uuid(None) => write!(text, "\\N"),
        other => return Err(Error::internal(format!("{other:?} cannot be copied"))),
    };
    written.map_err(Error::internal)
}

/// What PostgreSQL calls the type of a parameter.
fn parameter_type(value: &sea_query::Value) -> &'static str {
    use sea_query::{ArrayType, Value};
    match value {
        Value::Bool(_) => "boolean",
        Value::SmallInt(_) => "smallint",
        Value::Int(_) => "integer",
        Value::BigInt(_) | Value::Unsigned(_) | Value::BigUnsigned(_) => "bigint",
        Value::Double(_) => "double precision",
        Value::Uuid(_) => "uuid",
        Value::Json(_) => "jsonb",
        Value::Array(of, _) => match of {
            ArrayType::SmallInt => "smallint[]",
            ArrayType::BigInt => "bigint[]",
            ArrayType::Uuid => "uuid[]",
            _ => "text[]",
        },
        _ => "text",
    }
}

/// Keys as PostgreSQL writes an array.
fn keys(keys: &[Uuid]) -> String {
    format!("{{{}}}", keys.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","))
}

/// Paths as PostgreSQL writes an array.
fn paths(paths: &[Path]) -> String {
    format!("{{{}}}", paths.iter().map(Path::as_str).collect::<Vec<_>>().join(","))
}

fn system(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    }
}

/// Why a database cannot be opened, without its address: that may hold a password.
fn unreachable_sentence(error: &DbErr) -> String {
    let text = error.to_string();
    if text.contains("unable to open database file") {
        "The database file does not exist or cannot be opened.".to_owned()
    } else if text.contains("not a database") || text.contains("malformed") {
        "The database file is damaged or is not a database; it was left as it is.".to_owned()
    } else if text.contains("locked") {
        "The database is locked by another program.".to_owned()
    } else {
        format!("The database cannot be opened: {}.", text.trim_end_matches('.'))
    }
}

/// Why a database that was opened cannot be used.
fn broken_sentence(error: &DbErr) -> String {
    let text = error.to_string();
    if text.contains("readonly") || text.contains("read-only") {
        "The database can be read and not written; nothing was changed.".to_owned()
    } else if text.contains("not a database") || text.contains("malformed") {
        "The database file is damaged or is not a database; it was left as it is.".to_owned()
    } else if text.contains("locked") {
        "The database is locked by another program.".to_owned()
    } else {
        format!("The database cannot be used: {}.", text.trim_end_matches('.'))
    }
}
