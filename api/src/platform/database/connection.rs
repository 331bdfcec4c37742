//! What one request reads on, or one transaction writes on: the only place that sends statements.

use super::pool::{Pool, Reading, Sent};
use super::settings::{RECORDING, paths};
use crate::platform::error::{Error, Result};
use domain::access::Purpose;
use domain::branch::Path;
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{self, Alias, Expr, Query};
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::PgTransaction;
use sea_orm::sqlx::sqlite::SqliteTransaction;
use sea_orm::sqlx::{AssertSqlSafe, Sqlite, query_with};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, RuntimeErr, Statement, Value};
use sea_query_sqlx::SqlxValues;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tracing::Instrument;

/// What one request reads on, or one transaction writes on.
///
/// A request that reads keeps the connection of its first statement until its end. The pool looks after every
/// connection that comes back with a round trip to the database; so it is one for the request, and not one for each
/// statement. And a request never takes more than one, so that a large one leaves the others theirs.
#[derive(Debug)]
pub struct Connection {
    pub(in crate::platform) pool: Arc<Pool>,
    pub(in crate::platform) state: ConnectionState,
    /// When the request must be answered: no statement that reads goes on after it.
    pub(in crate::platform) deadline: Option<Instant>,
    /// Whether [`Connection::widen`] was said.
    is_wide: AtomicBool,
}

/// Where the spans of statements belong: below what is logged, so that they cost nothing unless they are exported.
pub const SPANS: &str = "unfm::db";

/// What is done with a savepoint.
#[derive(Clone, Copy)]
pub(in crate::platform) enum Savepoint {
    /// Set it.
    Set,
    /// Undo everything since.
    RollBack,
    /// Keep everything since.
    Release,
}

#[derive(Debug)]
pub(in crate::platform) enum ConnectionState {
    /// Statements of one request wait for each other here, and for nobody else's. Who has a reach of her own reads in
    /// a transaction that begins with the statement that says it.
    Reading(Mutex<Option<Held>>, Option<Statement>),
    Writing(DatabaseTransaction),
    /// A transaction of PostgreSQL that rows are copied into.
    Loading(Mutex<RawConnection>),
}

/// A connection that a request reads on.
#[derive(Debug)]
pub(in crate::platform) struct Held {
    connection: RawConnection,
    /// When the database was told how long a statement may run.
    limited_at: Instant,
    /// Dropped with the rest: what still runs in an embedded database ends.
    _interrupt: Option<Interrupt>,
}

impl Held {
    /// A connection that is not limited.
    pub(in crate::platform) fn unlimited(connection: RawConnection) -> Self {
        Self { connection, limited_at: Instant::now(), _interrupt: None }
    }

    async fn take(pool: &Arc<Pool>, settings: Option<&Statement>, deadline: Option<Instant>) -> Result<Self, DbErr> {
        let settings = settings.cloned().map(|settings| limited(settings, deadline));
        let connection = RawConnection::take(pool, settings).await?;
        let mut held = Self::unlimited(connection);
        if let (RawConnection::Sqlite(connection), Some(deadline)) = (&mut held.connection, deadline) {
            let interrupt = Interrupt::default();
            let is_gone = Arc::clone(&interrupt.0);
            let goes_on = move || Instant::now() < deadline && !is_gone.load(Ordering::Relaxed);
            let handle = connection.lock_handle().await;
            let mut handle = handle.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
            handle.set_progress_handler(INSTRUCTIONS, goes_on);
            held._interrupt = Some(interrupt);
        }
        Ok(held)
    }

    /// Whether a statement that begins now could run on for much longer than the request may.
    fn is_to_be_limited(&self, deadline: Option<Instant>) -> bool {
        let is_server = matches!(self.connection, RawConnection::Postgres(_) | RawConnection::PostgresWithin(_));
        is_server && deadline.is_some() && self.limited_at.elapsed() >= LATE
    }
}

/// Ends what runs in an embedded database when nobody waits for it any longer.
#[derive(Debug, Default)]
struct Interrupt(Arc<AtomicBool>);

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An embedded database looks at the clock each time that it has done so many steps of a statement.
const INSTRUCTIONS: i32 = 10_000;
/// How long a statement may run is said again after so long.
const LATE: Duration = Duration::from_secs(1);

/// Say with the settings of a transaction how long each of its statements may run: as long as the request may.
pub(in crate::platform) fn limited(settings: Statement, deadline: Option<Instant>) -> Statement {
    let Some(deadline) = deadline else { return settings };
    let mut values = settings.values.unwrap_or(sea_query::Values(Vec::new())).0;
    values.push(milliseconds(deadline).into());
    let sql = format!("{}, set_config('statement_timeout', ${}, true)", settings.sql, values.len());
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// What is left until a deadline; never nothing, which PostgreSQL takes for no limit.
fn milliseconds(deadline: Instant) -> String {
    deadline.saturating_duration_since(Instant::now()).as_millis().max(1).to_string()
}

#[derive(Debug)]
pub(in crate::platform) enum RawConnection {
    Postgres(Reading),
    PostgresWithin(PgTransaction<'static>),
    Sqlite(PoolConnection<Sqlite>),
    SqliteWithin(SqliteTransaction<'static>),
}

impl RawConnection {
    async fn take(pool: &Arc<Pool>, settings: Option<Statement>) -> Result<Self, DbErr> {
        let db = &pool.connection;
        let taken = match (db.get_database_backend(), &settings) {
            (DbBackend::Postgres, None) => pool.take().await.map(Self::Postgres),
            (DbBackend::Postgres, Some(_)) => db.get_postgres_connection_pool().begin().await.map(Self::PostgresWithin),
            _ => db.get_sqlite_connection_pool().acquire().await.map(Self::Sqlite),
        };
        let mut taken = taken.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        if let Some(settings) = settings {
            taken.query(settings).await?;
        }
        Ok(taken)
    }

    async fn query(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let values = SqlxValues(statement.values.unwrap_or(sea_query::Values(Vec::new())));
        let sql = AssertSqlSafe(statement.sql);
        let rows = match self {
            Self::Postgres(reading) => {
                reading.query(sql, values).await.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
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

impl Connection {
    pub(super) fn new(pool: Arc<Pool>, state: ConnectionState, deadline: Option<Instant>) -> Self {
        Self { pool, state, deadline, is_wide: AtomicBool::new(false) }
    }

    /// Which database is at its end.
    pub(in crate::platform) fn backend(&self) -> DbBackend {
        self.pool.connection.get_database_backend()
    }

    /// The same, for a request that must be answered by an instant.
    #[must_use]
    pub fn until(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Whether the row filters of statements were taken away, in a test.
    pub(in crate::platform) fn is_without_row_filters(&self) -> bool {
        self.pool.is_without_row_filters
    }

    /// What is to be recorded of a statement; nothing when nobody wants to know.
    fn sent(&self, statement: &Statement) -> Option<Sent> {
        self.pool.is_recording.load(Ordering::Relaxed).then(|| {
            let values = statement.values.iter().flat_map(|values| &values.0);
            Sent { sql: statement.sql.clone(), parameters: values.map(parameter_type).collect(), rows: 0 }
        })
    }

    /// Record a statement with the number of its rows.
    fn record(&self, sent: Option<Sent>, rows: u64) {
        if let Some(sent) = sent {
            self.pool.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(Sent { rows, ..sent });
        }
    }

    /// Count a statement that is sent past [`Connection::query`] and [`Connection::execute`].
    pub(in crate::platform) fn count(&self) {
        self.pool.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Keep what was written, and end the transaction.
    ///
    /// # Errors
    /// The database's refusal, or INTERNAL where there is no transaction.
    pub(in crate::platform) fn commit(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move { Ok(self.into_transaction()?.commit().await?) })
    }

    /// Take back what was written, and end the transaction.
    ///
    /// # Errors
    /// Those of [`Connection::commit`].
    pub(in crate::platform) fn roll_back(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move { Ok(self.into_transaction()?.rollback().await?) })
    }

    fn into_transaction(self) -> Result<DatabaseTransaction> {
        match self.state {
            ConnectionState::Writing(transaction) => Ok(transaction),
            ConnectionState::Reading(..) | ConnectionState::Loading(_) => Err(Error::internal("no transaction to end")),
        }
    }

    /// What entities are written over.
    ///
    /// # Errors
    /// INTERNAL on a connection for reading.
    pub(in crate::platform) fn writer(&self) -> Result<&(impl ConnectionTrait + use<>)> {
        match &self.state {
            ConnectionState::Writing(transaction) => Ok(transaction),
            ConnectionState::Reading(..) | ConnectionState::Loading(_) => {
                Err(Error::internal("written outside a transaction"))
            }
        }
    }

    /// Whether rows are to be added by [`Connection::copy`].
    pub(in crate::platform) fn is_loading(&self) -> bool {
        matches!(self.state, ConnectionState::Loading(_))
    }

    /// Run a statement without values in a transaction that is loaded.
    pub(in crate::platform) async fn run(&self, sql: &str) -> Result<()> {
        self.query(Statement::from_string(self.backend(), sql)).await.map(drop)
    }

    /// Give the connection back: the next statement takes another, and sees what was committed meanwhile.
    pub(in crate::platform) async fn release(&self) {
        if let ConnectionState::Reading(held, _) = &self.state {
            *held.lock().await = None;
        }
    }

    /// Set a savepoint, roll back to it, or release it.
    pub(in crate::platform) async fn savepoint(&self, step: Savepoint) -> Result<()> {
        let sql = match step {
            Savepoint::Set => "savepoint attempt",
            Savepoint::RollBack => "rollback to savepoint attempt",
            Savepoint::Release => "release savepoint attempt",
        };
        self.count();
        self.writer()?.execute_unprepared(sql).await?;
        if matches!(step, Savepoint::RollBack) {
            // What was said to the database since is taken back with the rest.
            self.is_wide.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Say on PostgreSQL for which purpose of the platform itself the next statements of a transaction are; for none:
    /// they are the actor's own again.
    pub(in crate::platform) async fn purpose(&self, purpose: Option<Purpose>) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            self.is_wide.store(false, Ordering::Relaxed);
            let sql = "select set_config('app.purpose', $1, true)";
            let told = purpose.map_or_else(String::new, |purpose| purpose.to_string());
            self.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, [told.into()])).await?;
        }
        Ok(())
    }

    /// Say on PostgreSQL that the next statements of a transaction write what follows from its changes, wherever that is.
    /// It is said once: nothing else is written in the transaction after it.
    pub(in crate::platform) async fn widen(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres || self.is_wide.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let root = paths(&[Path::root(domain::branch::national())]);
        let sql = "select set_config('app.purpose', $1, true), set_config('app.read_subtrees', $2, true),
            set_config('app.write_subtrees', $2, true)";
        let told = [RECORDING.into(), root.into()];
        self.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, told)).await.map(drop)
    }

    /// Send a statement that changes rows.
    pub(in crate::platform) async fn execute(&self, statement: Statement) -> Result<u64> {
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
    pub(in crate::platform) fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>>> {
        Box::pin(self.send(statement))
    }

    async fn send(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        self.count();
        let span = tracing::debug_span!(target: SPANS, "db.query", otel.kind = "client", db.system.name = system(self.backend()));
        let sent = self.sent(&statement);
        let rows = match &self.state {
            ConnectionState::Writing(transaction) => transaction.query_all_raw(statement).instrument(span).await,
            ConnectionState::Loading(connection) => connection.lock().await.query(statement).instrument(span).await,
            ConnectionState::Reading(held, settings) => {
                let reading = async {
                    let mut held = held.lock().await;
                    if held.as_ref().is_some_and(|held| held.is_to_be_limited(self.deadline)) {
                        // In a transaction, whose settings end with it.
                        *held = None;
                        let settings = settings.clone().unwrap_or_else(nothing);
                        *held = Some(Held::take(&self.pool, Some(&settings), self.deadline).await?);
                    }
                    if held.is_none() {
                        *held = Some(Held::take(&self.pool, settings.as_ref(), self.deadline).await?);
                    }
                    let rows = held.as_mut().expect("it was taken above").connection.query(statement).await;
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

    /// Add rows of a table of the platform's own, or of derived data, after a change that was permitted.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn insert_values(
        &self,
        table: &str,
        columns: &[&'static str],
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        if self.is_loading() {
            return self.copy(table, columns, &rows).await;
        }
        if self.backend() == DbBackend::Postgres && rows.len() > 1 {
            return self.insert_many(table, columns, &rows).await;
        }
        for chunk in rows.chunks(CHUNK) {
            let mut statement = Query::insert();
            statement.into_table(Alias::new(table)).columns(columns.iter().map(|column| Alias::new(*column)));
            for row in chunk {
                statement.values_panic(row.iter().cloned().map(Expr::val));
            }
            self.execute(self.backend().build(&statement)).await?;
        }
        Ok(())
    }

    /// Add rows to a table of PostgreSQL by one text however many they are, which is prepared once: they are its only value.
    async fn insert_many(&self, table: &str, columns: &[&'static str], rows: &[Vec<Value>]) -> Result<()> {
        let typed = columns.iter().zip(rows.first().into_iter().flatten());
        let typed: Vec<String> =
            typed.map(|(column, value)| format!("\"{column}\" {}", parameter_type(value))).collect();
        let (listed, typed) = (format!("\"{}\"", columns.join("\", \"")), typed.join(", "));
        let sql =
            format!("insert into {table} ({listed}) select {listed} from jsonb_to_recordset($1) as row ({typed})");
        for chunk in rows.chunks(MANY) {
            let row = |row: &Vec<Value>| {
                let cells = columns.iter().zip(row);
                let cells = cells.map(|(name, value)| ((*name).to_owned(), sea_query::sea_value_to_json_value(value)));
                serde_json::Value::Object(cells.collect())
            };
            let chunk: serde_json::Value = chunk.iter().map(row).collect();
            let values = [Value::Json(Some(Box::new(chunk)))];
            self.execute(Statement::from_sql_and_values(DbBackend::Postgres, sql.as_str(), values)).await?;
        }
        Ok(())
    }
}

/// Settings that say nothing of an actor.
fn nothing() -> Statement {
    Statement::from_string(DbBackend::Postgres, "select 1")
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

fn system(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    }
}

pub(in crate::platform) fn driver_error(error: sea_orm::sqlx::Error) -> Error {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}

/// Rows of one value: some hundred kilobytes.
const MANY: usize = 2_000;

/// Rows of one statement: SQLite takes at most 32,766 values in one.
pub(in crate::platform) const CHUNK: usize = 500;
