//! The one way to the database: a [`Tx`] in an actor's name. This is the only file that holds a connection.
//!
//! Reading starts with [`Tx::see`], which is narrowed to what the actor may see before anything else is said, and so
//! is every table that is joined to it. Changing starts with [`Tx::edit`], whose answer is the proof that
//! [`Tx::update`] asks for. On PostgreSQL the same boundary stands a second time in the database itself.

use crate::platform::error::{Error, Result};
use crate::platform::stored::Day;
use crate::platform::table::{Cells, Guarded, Open, Table};
use domain::access::Actor;
use domain::fault::Code;
use jiff::Timestamp;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, Query, SelectStatement, SimpleExpr,
    WindowStatement,
};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IntoActiveModel, ModelTrait, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
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
    statements: AtomicU64,
}

/// Whether a database file may be made when there is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make an empty one.
    Create,
    /// Refuse.
    Refuse,
}

/// How many connections are kept: within 4 to 32 the number made no difference when it was measured.
const CONNECTIONS: u32 = 16;

impl Db {
    /// Open a database by its address, `sqlite://…` or `postgres://…`.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the address, the file or the server; no secret is in it.
    pub async fn connect(url: &str, if_missing: IfMissing) -> Result<Self, StartFault> {
        if url.starts_with("sqlite:") {
            Self::look_at_file(url, if_missing).await?;
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(CONNECTIONS)
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
        options.map_sqlx_postgres_opts(|postgres| postgres.application_name("unfm").statement_cache_capacity(256));
        Self::open(options).await.map_err(|error| StartFault(unreachable_sentence(&error)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that opens a connection")]
    async fn open(options: ConnectOptions) -> Result<Self, DbErr> {
        let connection = Database::connect(options).await?;
        Ok(Self(Arc::new(Inner { connection, statements: AtomicU64::new(0) })))
    }

    /// Look at a file without writing to it: to open it for work changes how it keeps its journal, so somebody else's
    /// database must be known before.
    async fn look_at_file(url: &str, if_missing: IfMissing) -> Result<(), StartFault> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.read_only(true).busy_timeout(Duration::from_secs(5)));
        match Self::open(options).await {
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

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.0.connection.get_database_backend()
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
        let sql = format!("grant {} to \"{}\"", migration::SERVER_ROLE, login.replace('"', "\"\""));
        self.0.connection.execute_unprepared(&sql).await.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Start reading in the name of `actor`. The public's reading needs no transaction.
    pub fn read<'a>(&'a self, actor: &'a Actor, now: Timestamp) -> Tx<'a> {
        Tx { db: &self.0, transaction: None, actor, now }
    }

    /// Write in the name of `actor`: everything that `work` does is kept when it succeeds, and nothing otherwise.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal.
    pub async fn write<T>(
        &self,
        actor: &Actor,
        now: Timestamp,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let options = TransactionOptions {
            // One writer at a time: to begin as a reader and to write later can only end in "locked".
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.0.connection.begin_with_options(options).await?;
        let tx = Tx { db: &self.0, transaction: Some(transaction), actor, now };
        let outcome = work(&tx).await;
        let transaction = tx.transaction.expect("it was begun above");
        match outcome {
            Ok(done) => transaction.commit().await.map(|()| done).map_err(Error::from),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        }
    }
}

/// A conversation with the database in an actor's name.
#[derive(Debug)]
pub struct Tx<'a> {
    db: &'a Inner,
    transaction: Option<DatabaseTransaction>,
    actor: &'a Actor,
    now: Timestamp,
}

/// A row that the actor may change: the proof that [`Tx::update`] asks for. Only [`Tx::edit`] makes one.
#[derive(Debug)]
pub struct Editable<E: EntityTrait>(E::Model);

impl<E: EntityTrait> Editable<E> {
    /// The row as it is.
    pub fn row(&self) -> &E::Model {
        &self.0
    }
}

/// A table whose rows are nodes: they count their changes, and every change leaves a line in the book of changes.
pub trait Node: Table {
    /// How often it was changed.
    const VERSION: Self::Column;
    /// When it was changed last.
    const CHANGED_AT: Self::Column;
    /// The branch that owns it.
    const BRANCH: Option<Self::Column>;
}

impl<'a> Tx<'a> {
    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.db.connection.get_database_backend()
    }

    /// The instant of the request.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Rows of a table, narrowed to those that the actor may see.
    pub fn see<E: Table>(&self) -> See<'_, 'a, E> {
        let see = self.see_plain::<E>();
        See { columns: E::columns().iter().map(|column| column.into_expr()).collect(), ..see }
    }

    /// Rows of a table that is read by expressions alone, narrowed like those of [`Tx::see`].
    pub fn see_plain<E: Guarded>(&self) -> See<'_, 'a, E> {
        let mut statement = Query::select();
        statement.from(E::default());
        statement.cond_where(self.visible::<E>());
        See { tx: self, statement, columns: Vec::new(), entity: std::marker::PhantomData }
    }

    /// The condition that leaves the rows of a table that the actor may see.
    fn visible<E: Guarded>(&self) -> Condition {
        match self.actor {
            Actor::System(_) if self.actor.may(E::SEE) => Condition::all(),
            Actor::System(_) => Condition::all().add(Expr::val(false)),
            Actor::Anonymous => match E::OPEN {
                Open::All => Condition::all(),
                Open::Published(flag) => flag.into_expr().into_condition(),
                Open::PublishedUntil(flag, until) => {
                    let today = Day(domain::calendar::today(self.now));
                    let valid = Condition::any().add(until.is_null()).add(until.gte(today));
                    Condition::all().add(flag.into_expr()).add(valid)
                }
                Open::Never => Condition::all().add(Expr::val(false)),
            },
        }
    }

    /// A row to be changed.
    ///
    /// # Errors
    /// NOT_FOUND when the actor cannot see it, FORBIDDEN when she can and may not change it.
    pub async fn edit<E: Table>(&self, key: Uuid) -> Result<Editable<E>> {
        let row = self.see::<E>().filter(E::KEY.eq(key)).one(E::read).await?;
        let row = row.ok_or_else(|| Error::refused(Code::NotFound))?;
        if self.actor.may(E::MANAGE) { Ok(Editable(row)) } else { Err(Error::refused(Code::Forbidden)) }
    }

    /// Change a row; its key stays, its version goes up by one, and the book of changes has a line more.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn update<E>(&self, held: Editable<E>, change: impl FnOnce(&mut E::ActiveModel)) -> Result<E::Model>
    where
        E: Node,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        let key = held.0.get(E::KEY);
        let version = match held.0.get(E::VERSION) {
            Value::Int(Some(version)) => version + 1,
            other => return Err(Error::internal(format!("a version that is no number: {other:?}"))),
        };
        let mut row = held.0.into_active_model();
        change(&mut row);
        row.set(E::KEY, key);
        row.reset(E::KEY);
        row.set(E::VERSION, version.into());
        row.set(E::CHANGED_AT, self.now.as_microsecond().into());
        let row = row.update(self.writer()?).await?;
        self.count();
        self.note::<E>(&row).await?;
        Ok(row)
    }

    /// Add rows, many at a time, with their lines in the book of changes.
    ///
    /// # Errors
    /// FORBIDDEN when the actor may not, or the database's refusal.
    pub async fn insert_all<E>(&self, rows: Vec<E::ActiveModel>) -> Result<()>
    where
        E: Node,
        E::ActiveModel: Send,
    {
        let book: Vec<_> = rows.iter().map(|row| line_of_new::<E>(row, self.now)).collect();
        self.insert_plain::<E>(rows).await?;
        for lines in book.chunks(1000) {
            let mut statement = Query::insert();
            statement.into_table(Alias::new("change")).columns(CHANGE_COLUMNS.map(Alias::new));
            for line in lines {
                statement.values_panic(line.clone());
            }
            self.execute(self.backend().build(&statement)).await?;
        }
        Ok(())
    }

    /// Add rows of a table that belongs to a node and is not one itself.
    ///
    /// # Errors
    /// FORBIDDEN when the actor may not, or the database's refusal.
    pub async fn insert_plain<E>(&self, rows: Vec<E::ActiveModel>) -> Result<()>
    where
        E: Guarded,
        E::ActiveModel: Send,
    {
        if !self.actor.may(E::MANAGE) {
            return Err(Error::refused(Code::Forbidden));
        }
        // SQLite takes at most 32,766 values in a statement.
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take(500).collect();
            self.count();
            #[expect(clippy::disallowed_methods, reason = "the one place that inserts, after the check above")]
            E::insert_many(chunk).exec_without_returning(self.writer()?).await?;
        }
        Ok(())
    }

    /// Leave a line in the book of changes.
    async fn note<E: Node>(&self, row: &E::Model) -> Result<()> {
        let branch = E::BRANCH.map_or(Value::Uuid(None), |column| row.get(column));
        let mut statement = Query::insert();
        statement.into_table(Alias::new("change")).columns(CHANGE_COLUMNS.map(Alias::new)).values_panic([
            Expr::val(E::KIND.name()),
            Expr::val(row.get(E::KEY)),
            Expr::val(row.get(E::VERSION)),
            Expr::val(branch),
            Expr::val(self.now.as_microsecond()),
        ]);
        self.execute(self.backend().build(&statement)).await
    }

    /// Send a statement that keeps derived data true (flags of publication, search text) after a change that was
    /// permitted. It is not narrowed by the first wall; the second one stands.
    pub(crate) async fn execute(&self, statement: Statement) -> Result<()> {
        self.count();
        let span = tracing::info_span!("db.execute", otel.kind = "client", db.system.name = system(self.backend()));
        self.writer()?.execute_raw(statement).instrument(span).await?;
        Ok(())
    }

    /// Rewrite rows by a statement without values: for builders of tests, in a transaction of the platform itself.
    ///
    /// # Errors
    /// The database's refusal.
    #[doc(hidden)]
    pub async fn rewrite(&self, sql: &str) -> Result<()> {
        self.execute(Statement::from_string(self.backend(), sql)).await
    }

    /// Read with a statement whose rows hold nothing to be guarded (counts and keys for derived data).
    pub(crate) async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        self.count();
        let span = tracing::info_span!("db.query", otel.kind = "client", db.system.name = system(self.backend()));
        let rows = match &self.transaction {
            Some(transaction) => transaction.query_all_raw(statement).instrument(span).await,
            None => self.db.connection.query_all_raw(statement).instrument(span).await,
        };
        rows.map_err(Error::from)
    }

    fn writer(&self) -> Result<&DatabaseTransaction> {
        self.transaction.as_ref().ok_or_else(|| Error::internal("written outside a transaction"))
    }

    fn count(&self) {
        self.db.statements.fetch_add(1, Ordering::Relaxed);
    }
}

const CHANGE_COLUMNS: [&str; 5] = ["object_type", "object_id", "version", "branch_id", "changed_at"];

fn line_of_new<E: Node>(row: &E::ActiveModel, now: Timestamp) -> [SimpleExpr; 5] {
    let value = |column| row.get(column).into_value();
    [
        Expr::val(E::KIND.name()),
        Expr::val(value(E::KEY).unwrap_or(Value::Uuid(None))),
        Expr::val(1),
        Expr::val(E::BRANCH.and_then(value).unwrap_or(Value::Uuid(None))),
        Expr::val(now.as_microsecond()),
    ]
}

/// Rows of a table and of those joined to it, each narrowed to what the actor may see.
///
/// Rows are read from left to right: first the table's own columns, then those of each joined table in the order of
/// joining.
pub struct See<'t, 'a, E> {
    tx: &'t Tx<'a>,
    statement: SelectStatement,
    columns: Vec<SimpleExpr>,
    entity: std::marker::PhantomData<E>,
}

impl<'t, 'a, E: Guarded> See<'t, 'a, E> {
    /// Leave only rows that meet a condition.
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.statement.cond_where(condition.into_condition());
        self
    }

    /// Join the thing that a column points to. It is compulsory: a row whose thing the actor cannot see is left out.
    pub fn with<F: Table>(mut self, column: impl ColumnTrait) -> Self {
        self.join::<F>(JoinType::InnerJoin, F::KEY, column);
        self.columns.extend(F::columns().iter().map(|column| column.into_expr()));
        self
    }

    /// Join the thing that a column points to. It is optional: absent when there is none that the actor can see.
    pub fn with_optional<F: Table>(mut self, column: impl ColumnTrait) -> Self {
        self.join::<F>(JoinType::LeftJoin, F::KEY, column);
        self.columns.extend(F::columns().iter().map(|column| column.into_expr()));
        self
    }

    /// Join a table for its condition alone: its columns are not read.
    pub fn through<F: Guarded>(mut self, column: F::Column, points_to: impl ColumnTrait) -> Self {
        self.join::<F>(JoinType::InnerJoin, column, points_to);
        self
    }

    /// Leave only rows that have something: a row of another table that the actor may see, tied by `tie`, and meeting a
    /// condition.
    pub fn having<F: Guarded>(self, tie: Condition, condition: Condition) -> Self {
        let visible = self.tx.visible::<F>();
        let other = Query::select()
            .expr(Expr::val(1))
            .from(F::default())
            .cond_where(tie.add(visible).add(condition))
            .to_owned();
        self.filter(Expr::exists(other))
    }

    fn join<F: Guarded>(&mut self, how: JoinType, its: F::Column, ours: impl ColumnTrait) {
        let on = Condition::all().add(ours.into_expr().eq(its.into_expr())).add(self.tx.visible::<F>());
        self.statement.join(how, F::default(), on);
    }

    /// Say what the builder above has no word for: joins to search tables, orders, limits.
    pub(crate) fn statement(mut self, say: impl FnOnce(&mut SelectStatement)) -> Self {
        say(&mut self.statement);
        self
    }

    /// Read further expressions after the columns.
    pub(crate) fn also(mut self, expressions: impl IntoIterator<Item = SimpleExpr>) -> Self {
        self.columns.extend(expressions);
        self
    }

    /// Read these expressions and no column.
    pub(crate) fn only(mut self, expressions: impl IntoIterator<Item = SimpleExpr>) -> Self {
        self.columns = expressions.into_iter().collect();
        self
    }

    /// The condition that a column is one of these keys: one statement text however many there are.
    pub fn among(self, column: impl ColumnTrait, keys: &[Uuid]) -> Self {
        let condition = among(self.tx.backend(), column, keys);
        self.filter(condition)
    }

    /// Read all rows.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn all<T>(mut self, read: impl Fn(&mut Cells<'_>) -> Result<T, DbErr>) -> Result<Vec<T>> {
        self.statement.exprs(self.columns);
        let rows = self.tx.query(self.tx.backend().build(&self.statement)).await?;
        rows.iter().map(|row| read(&mut Cells::new(row)).map_err(Error::from)).collect()
    }

    /// Read the first row, if there is one.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn one<T>(mut self, read: impl Fn(&mut Cells<'_>) -> Result<T, DbErr>) -> Result<Option<T>> {
        self.statement.limit(1);
        Ok(self.all(read).await?.pop())
    }

    /// How many rows there are, counting no further than `most`.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn count(mut self, most: Option<u64>) -> Result<u64> {
        let counted = match most {
            None => {
                self.statement.expr(Func::count(Expr::val(1)));
                self.statement
            }
            Some(most) => {
                self.statement.expr(Expr::val(1)).limit(most);
                Query::select()
                    .expr(Func::count(Expr::val(1)))
                    .from_subquery(self.statement, Alias::new("counted"))
                    .to_owned()
            }
        };
        let rows = self.tx.query(self.tx.backend().build(&counted)).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(count.unsigned_abs())
    }

    /// How many rows each thing has that a column points to.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn counts(mut self, parent: impl ColumnTrait) -> Result<HashMap<Uuid, u64>> {
        self.statement.add_group_by([parent.into_expr()]);
        self.columns = vec![parent.into_expr(), Func::count(Expr::val(1)).into()];
        let counts = self.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<i64>()?.unsigned_abs()))).await?;
        Ok(counts.into_iter().collect())
    }

    /// Read the first rows of each window, in the order of the window.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn first_of_each<T>(
        mut self,
        window: WindowStatement,
        most: u64,
        read: impl Fn(&mut Cells<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        let place = Alias::new("place");
        self.statement.exprs(self.columns);
        self.statement.expr_window_as(Func::cust(Alias::new("row_number")), window, place.clone());
        let mut outer = Query::select();
        outer
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(self.statement, Alias::new("placed"))
            .and_where(Expr::col(place.clone()).lte(most))
            .order_by(place, sea_orm::Order::Asc);
        let rows = self.tx.query(self.tx.backend().build(&outer)).await?;
        rows.iter().map(|row| read(&mut Cells::new(row)).map_err(Error::from)).collect()
    }

    /// The statement so far, without columns: to be part of a larger one.
    pub(crate) fn into_statement(self) -> SelectStatement {
        self.statement
    }

    /// A second question about the same rows.
    pub(crate) fn again(&self) -> Self {
        Self {
            tx: self.tx,
            statement: self.statement.clone(),
            columns: self.columns.clone(),
            entity: std::marker::PhantomData,
        }
    }
}

/// The condition that a column holds one of these keys, as one statement text however many there are.
pub(crate) fn among(backend: DbBackend, column: impl ColumnTrait, keys: &[Uuid]) -> Condition {
    let expression = match backend {
        DbBackend::Postgres => column.eq_any(keys.iter().copied()),
        _ => {
            let list: Vec<String> = keys.iter().map(|key| key.simple().to_string()).collect();
            let list = serde_json::Value::from(list).to_string();
            column.into_expr().in_subquery(
                Query::select()
                    .expr(Expr::cust("unhex(value)"))
                    .from_function(Func::cust(Alias::new("json_each")).arg(list), Alias::new("listed"))
                    .to_owned(),
            )
        }
    };
    expression.into_condition()
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
