//! What follows from a change: derived columns, histories, search text, the log of changes.
//!
//! A transaction records every row that it inserts, updates or deletes ([`Change`]). Before it is committed, each
//! [`Projection`] whose [`Source`]s name a changed column brings its own rows up to date, as the platform and not with
//! the actor's reach; rows that it changes are changes too, and are seen by the projections behind it in the list. Then
//! the audit is written, and one line of the table `change` for every node whose row changed. Stores never call any of
//! this, so none can forget it.
//!
//! A projection computes everything anew from what is stored, so the same code serves one edit, a bulk load, and the
//! check that rows and projections agree (`Db::differences`).

use crate::platform::database::connection::Connection;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::query::change::Change;
use crate::platform::query::table::{RowReader, read_all};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::{DbBackend, QueryResult, Statement, TryGetableMany, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Columns from which a projection follows, and the way from a row that holds them to the rows that it derives.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The table.
    pub table: &'static str,
    /// Its columns. A row that is new or gone concerns the projection whatever it holds.
    pub columns: &'static [&'static str],
    /// The column of the changed row that holds a key …
    pub by: &'static str,
    /// … and the column of the derived rows that holds the same one.
    pub to: &'static str,
}

impl Source {
    /// Whether it changed.
    fn is_concerned_by(&self, change: &Change) -> bool {
        let is_in = |columns: &Vec<&str>| columns.iter().any(|column| self.columns.contains(column));
        change.table == self.table && change.columns.as_ref().is_none_or(is_in)
    }
}

/// What a projection asks and writes with: the connection of the transaction, with the reach of the whole association.
#[derive(Clone, Debug)]
pub struct Derivation<'a> {
    pub(in crate::platform) connection: &'a Connection,
    pub(in crate::platform) now: Timestamp,
    pub(in crate::platform) projections: Projections,
    /// Rows by their table that the transaction holds already.
    pub(in crate::platform) held: Vec<(&'static str, Uuid)>,
}

impl Derivation<'_> {
    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.connection.backend()
    }

    /// The instant of the request.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Read rows, each as a tuple of its columns in their order.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn query<T: TryGetableMany>(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        Ok(read_all(&self.rows(sql, values).await?)?)
    }

    /// Read rows that are more than a tuple.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn rows(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>> {
        self.connection.query(Statement::from_sql_and_values(self.backend(), sql, values)).await
    }

    /// Change rows; answers how many.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn execute(&self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Result<u64> {
        self.connection.execute(Statement::from_sql_and_values(self.backend(), sql, values)).await
    }

    /// Add rows.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn insert_values(&self, table: &str, columns: &[&'static str], rows: Vec<Vec<Value>>) -> Result<()> {
        self.connection.insert_values(table, columns, rows).await
    }
}

/// The rows of one table that a projection is to bring up to date.
#[derive(Clone, Debug)]
pub struct Rows {
    column: &'static str,
    /// None: all rows.
    keys: Option<Vec<Uuid>>,
}

impl Rows {
    /// All rows.
    pub const ALL: Self = Self { column: "", keys: None };

    /// The condition on a table that leaves these rows, whose only parameter is the first, and its value.
    pub fn condition(&self, backend: DbBackend, table: &str) -> (String, Vec<Value>) {
        let column = self.column;
        match (self.keys.as_deref(), backend) {
            (None, _) => ("true".to_owned(), Vec::new()),
            // The common case, which PostgreSQL supposes to be ten rows otherwise.
            (Some([key]), _) => (format!("{table}.{column} = $1"), vec![(*key).into()]),
            (Some(keys), DbBackend::Postgres) => (format!("{table}.{column} = any($1)"), vec![keys.to_vec().into()]),
            (Some(keys), _) => {
                let list: Vec<String> = keys.iter().map(|key| key.simple().to_string()).collect();
                let list = serde_json::Value::from(list).to_string();
                (format!("{table}.{column} in (select unhex(value) from json_each($1))"), vec![list.into()])
            }
        }
    }
}

/// Data that follows from other data.
pub trait Projection: std::fmt::Debug + Send + Sync {
    /// The table that holds what is derived.
    fn table(&self) -> &'static str;

    /// The columns that are derived; none, where whole rows are.
    fn columns(&self) -> Vec<&'static str>;

    /// What it follows from.
    fn sources(&self) -> &'static [Source];

    /// Tables of its own that it fills: a bulk load makes their indexes after it.
    fn fills(&self) -> &'static [&'static str] {
        &[]
    }

    /// Bring rows up to date; answers those that were not.
    ///
    /// # Errors
    /// The database's refusal.
    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>>;

    /// One line for each row that is not what it should be.
    ///
    /// # Errors
    /// The database's refusal.
    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>>;
}

/// All projections of the program: each stands behind those whose tables it follows from.
pub type Projections = &'static [&'static dyn Projection];

/// The table whose columns are derived.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    /// Its name.
    pub table: &'static str,
    /// The kind of node that its rows are; none where they are parts of one.
    pub kind: Option<Kind>,
    /// The column that tells rows apart: the key, or the one that the rows' owner is in.
    pub key: &'static str,
    /// The column that holds the branch of a row.
    pub branch: &'static str,
    /// What its columns follow from.
    pub sources: &'static [Source],
}

impl Derived {
    /// What is answered of a row that was brought up to date: what [`Derived::change`] reads.
    fn answered(&self, derivation: &Derivation<'_>) -> (String, Vec<&'static str>) {
        let mut by: Vec<&'static str> = Vec::new();
        for source in derivation.projections.iter().flat_map(|projection| projection.sources()) {
            if source.table == self.table && source.by != self.key && !by.contains(&source.by) {
                by.push(source.by);
            }
        }
        let version = if self.kind.is_some() { "version" } else { "null" };
        let further: String = by.iter().map(|column| format!(", {column}")).collect();
        (format!("{}, {}, {version}{further}", self.key, self.branch), by)
    }

    /// Set columns of one row; the change that it is, if there is the row.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn set(
        &self,
        derivation: &Derivation<'_>,
        key: Uuid,
        columns: &[&'static str],
        values: Vec<Value>,
    ) -> Result<Vec<Change>> {
        let (answered, by) = self.answered(derivation);
        let set = |(place, column): (usize, &&str)| format!("{column} = ${}", place + 2);
        let set = columns.iter().enumerate().map(set).collect::<Vec<_>>().join(", ");
        let sql = format!("update {} set {set} where {} = $1 returning {answered}", self.table, self.key);
        let rows = derivation.rows(sql, std::iter::once(key.into()).chain(values)).await?;
        rows.iter().map(|row| self.change(row, Some(columns.to_vec()), &by)).collect()
    }

    /// Send a statement that adds rows of the table, or sets these columns of some; the changes that it makes.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn write(
        &self,
        derivation: &Derivation<'_>,
        statement: &str,
        values: Vec<Value>,
        columns: Option<&[&'static str]>,
    ) -> Result<Vec<Change>> {
        let (answered, by) = self.answered(derivation);
        let rows = derivation.rows(format!("{statement} returning {answered}"), values).await?;
        rows.iter().map(|row| self.change(row, columns.map(<[_]>::to_vec), &by)).collect()
    }

    /// The change of a row that was brought up to date, or is new.
    fn change(&self, row: &QueryResult, columns: Option<Vec<&'static str>>, by: &[&'static str]) -> Result<Change> {
        let key: Uuid = row.try_get_by_index(0)?;
        let mut keys = vec![(self.key, key)];
        for (place, column) in by.iter().enumerate() {
            keys.extend(row.try_get_by_index::<Option<Uuid>>(3 + place)?.map(|key| (*column, key)));
        }
        Ok(Change {
            table: self.table,
            kind: self.kind,
            key,
            branch: row.try_get_by_index(1)?,
            version: self.kind.map(|_| row.try_get_by_index(2)).transpose()?,
            columns,
            keys,
            audited: None,
        })
    }

    /// Hold the rows, and what they point to and follow from, until the end of the transaction: two transactions that
    /// change different sources of one row would each compute it from what the other has not committed yet. What is
    /// read by the next statement is committed then. SQLite has one writer anyway.
    async fn lock(&self, derivation: &Derivation<'_>, rows: &Rows) -> Result<()> {
        // Whoever loads in bulk holds the tables already.
        if derivation.backend() != DbBackend::Postgres || derivation.connection.is_loading() {
            return Ok(());
        }
        let is_held = |table: &'static str| {
            rows.keys.as_ref().is_some_and(|keys| keys.iter().all(|key| derivation.held.contains(&(table, *key))))
        };
        let (condition, values) = rows.condition(derivation.backend(), self.table);
        let lock = async |locked: String| {
            let sql = format!("select count(*) from ({locked}) locked");
            derivation.rows(sql, values.clone()).await
        };
        for parent in self.sources.iter().filter(|source| source.by == "id" && source.table != self.table) {
            if parent.to == rows.column && is_held(parent.table) {
                continue;
            }
            let parents = if parent.to == rows.column {
                Rows { column: "id", ..rows.clone() }.condition(derivation.backend(), parent.table).0
            } else {
                // An array, so that it is read along its key whatever the planner supposes of their number.
                format!("id = any (array(select {} from {} where {condition}))", parent.to, self.table)
            };
            lock(format!("select 1 from {} where {parents} order by id for share", parent.table)).await?;
        }
        if rows.column == "id" && is_held(self.table) {
            return Ok(());
        }
        lock(format!("select 1 from {} where {condition} order by {} for no key update", self.table, self.key)).await?;
        Ok(())
    }
}

/// Columns that are SQL expressions over their row and what it points to.
#[derive(Debug)]
pub struct SqlColumns {
    /// The table.
    pub of: Derived,
    /// The columns, each with the expression that it holds the value of.
    pub columns: &'static [(&'static str, &'static str)],
}

impl SqlColumns {
    /// The condition that a row does not hold what it should.
    fn is_different(&self) -> String {
        let different =
            |(column, expression): &(&str, &str)| format!("{}.{column} is distinct from ({expression})", self.of.table);
        format!("({})", self.columns.iter().map(different).collect::<Vec<_>>().join(" or "))
    }

    async fn update(&self, derivation: &Derivation<'_>, rows: &Rows) -> Result<Vec<Change>> {
        self.of.lock(derivation, rows).await?;
        let (condition, values) = rows.condition(derivation.backend(), self.of.table);
        let set = |(column, expression): &(&str, &str)| format!("{column} = ({expression})");
        let set = self.columns.iter().map(set).collect::<Vec<_>>().join(", ");
        let (answered, by) = self.of.answered(derivation);
        let sql = format!(
            "update {} set {set} where {condition} and {} returning {answered}",
            self.of.table,
            self.is_different()
        );
        let rows = derivation.rows(sql, values).await?;
        rows.iter().map(|row| self.of.change(row, Some(self.columns()), &by)).collect()
    }

    async fn compare(&self, derivation: &Derivation<'_>) -> Result<Vec<String>> {
        let Derived { table, key, .. } = self.of;
        let mut lines = Vec::new();
        for (column, expression) in self.columns {
            let sql = format!(
                "select {key}, cast({column} as text), cast(({expression}) as text) from {table}
                 where {column} is distinct from ({expression}) order by {table}.{key} limit {MOST_LINES}"
            );
            let different: Vec<(Uuid, Option<String>, Option<String>)> = derivation.query(sql, []).await?;
            for (key, is, should) in different {
                lines.push(difference(table, key, column, is.as_deref(), should.as_deref()));
            }
        }
        Ok(lines)
    }
}

impl Projection for SqlColumns {
    fn table(&self) -> &'static str {
        self.of.table
    }

    fn columns(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(column, _)| *column).collect()
    }

    fn sources(&self) -> &'static [Source] {
        self.of.sources
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(self.update(derivation, rows))
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(self.compare(derivation))
    }
}

/// Columns that a rule of the domain computes.
#[derive(Debug)]
pub struct ComputedColumns {
    /// The table.
    pub of: Derived,
    /// The columns.
    pub columns: &'static [&'static str],
    /// The SQL expressions that the rule is given.
    pub inputs: &'static [&'static str],
    /// The rule: reads what the columns hold, then the inputs, and answers what the columns should hold where that is
    /// something else.
    pub compute: fn(&mut RowReader<'_>) -> Result<Option<Vec<Value>>>,
}

impl ComputedColumns {
    /// The rows among these that do not hold what they should, with what that is.
    async fn different(&self, derivation: &Derivation<'_>, rows: &Rows) -> Result<Vec<(Uuid, Vec<Value>)>> {
        let Derived { table, key, .. } = self.of;
        let (condition, values) = rows.condition(derivation.backend(), table);
        let read = [self.columns, self.inputs].concat().join(", ");
        let after = values.len() + 1;
        let sql = format!(
            "select {key}, {read} from {table} where {condition} and {key} > ${after} order by {key} limit {PAGE}"
        );
        let (mut different, mut last) = (Vec::new(), Uuid::nil());
        loop {
            let values = values.iter().cloned().chain([last.into()]);
            let read = derivation.rows(sql.clone(), values).await?;
            for row in &read {
                let mut cells = RowReader::new(row);
                last = cells.take()?;
                different.extend((self.compute)(&mut cells)?.map(|values| (last, values)));
            }
            if read.len() < PAGE {
                return Ok(different);
            }
        }
    }

    async fn update(&self, derivation: &Derivation<'_>, rows: &Rows) -> Result<Vec<Change>> {
        self.of.lock(derivation, rows).await?;
        let mut changes = Vec::new();
        for (key, values) in self.different(derivation, rows).await? {
            changes.extend(self.of.set(derivation, key, self.columns, values).await?);
        }
        Ok(changes)
    }

    async fn compare(&self, derivation: &Derivation<'_>) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for (key, values) in self.different(derivation, &Rows::ALL).await? {
            for (column, value) in self.columns.iter().zip(values) {
                let value = sea_orm::sea_query::sea_value_to_json_value(&value).to_string();
                lines.push(format!("{} {key}: {column} should be {value}", self.of.table));
            }
        }
        Ok(lines)
    }
}

impl Projection for ComputedColumns {
    fn table(&self) -> &'static str {
        self.of.table
    }

    fn columns(&self) -> Vec<&'static str> {
        self.columns.to_vec()
    }

    fn sources(&self) -> &'static [Source] {
        self.of.sources
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(self.update(derivation, rows))
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(self.compare(derivation))
    }
}

/// Rows that a rule of the domain is given at a time.
const PAGE: usize = 1000;

/// The check names no more rows than this for one column.
const MOST_LINES: usize = 1000;

/// One line about a row that is not what it should be.
pub fn difference(table: &str, key: Uuid, column: &str, is: Option<&str>, should: Option<&str>) -> String {
    let [is, should] = [is, should].map(|value| value.unwrap_or("null"));
    format!("{table} {key}: {column} is {is} and should be {should}")
}

/// Whether a change that no projection has seen yet concerns one.
pub(in crate::platform) fn is_concerned(
    projections: Projections,
    rows: &[Change],
    tables: &BTreeSet<&'static str>,
) -> bool {
    let mut sources = projections.iter().flat_map(|projection| projection.sources());
    sources.any(|source| tables.contains(source.table) || rows.iter().any(|change| source.is_concerned_by(change)))
}

/// Bring everything up to date that follows from the changes that no projection has seen yet; answers what was not.
pub(in crate::platform) async fn project(
    derivation: &Derivation<'_>,
    mut rows: Vec<Change>,
    tables: &BTreeSet<&'static str>,
) -> Result<Vec<Change>> {
    let given = rows.len();
    for projection in derivation.projections {
        let is_whole = projection.sources().iter().any(|source| tables.contains(source.table));
        let mut seen = if is_whole {
            let before = rows.len();
            rows.extend(projection.derive(derivation, &Rows::ALL).await?);
            before
        } else {
            0
        };
        // What follows from itself, as the path of a branch from the one above it, is derived until nothing changes.
        while seen < rows.len() {
            let concerned = concerned(projection.sources(), rows.get(seen..).unwrap_or_default());
            seen = rows.len();
            for (column, keys) in concerned {
                let keys = Some(keys.into_iter().collect());
                rows.extend(projection.derive(derivation, &Rows { column, keys }).await?);
            }
        }
    }
    Ok(rows.split_off(given))
}

/// The rows that follow from changes: by which of their columns, and the keys that it holds.
fn concerned(sources: &'static [Source], changes: &[Change]) -> BTreeMap<&'static str, BTreeSet<Uuid>> {
    let mut concerned: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for source in sources {
        for change in changes.iter().filter(|change| source.is_concerned_by(change)) {
            let keys = change.keys.iter().filter(|(column, _)| *column == source.by).map(|(_, key)| *key);
            let mut keys = keys.peekable();
            if keys.peek().is_some() {
                concerned.entry(source.to).or_default().extend(keys);
            }
        }
    }
    concerned
}
