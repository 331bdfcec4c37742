//! SQL text, in the platform's own name alone: text is not narrowed to what an actor reaches.

use crate::platform::error::{Error, Result};
use crate::platform::query::change::Verb;
use crate::platform::query::table::read_all;
use crate::platform::query::transaction::Tx;
use domain::actor::Actor;
use sea_orm::{DbBackend, DbErr, QueryResult, Statement, TryGetableMany, Value};

impl Tx<'_> {
    /// Read rows, each as a tuple of its columns in their order.
    ///
    /// # Errors
    /// INTERNAL in the name of an actor ([`Tx::as_platform`] is the way), or when a column does not hold what the tuple
    /// says; otherwise the database's refusal.
    pub(crate) async fn query<T: TryGetableMany>(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        Ok(read_all(&self.rows(sql, values).await?)?)
    }

    /// Read the first row as a tuple of its columns; nothing when there is none.
    ///
    /// # Errors
    /// Those of [`Tx::query`].
    pub(crate) async fn query_one<T: TryGetableMany>(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<T>> {
        self.is_platform()?;
        self.fetch_one(sql, values).await
    }

    /// Read what is searched, in anybody's name: the tables of a search hold published text and nothing else.
    ///
    /// # Errors
    /// INTERNAL when another table is asked, or the database's refusal.
    pub(crate) async fn search_text<T: TryGetableMany>(
        &self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        match tables_read(sql).find(|table| !SEARCHED.contains(table)) {
            Some(table) => Err(Error::internal(format!("{table} is no table of a search"))),
            None => self.fetch(sql, values).await,
        }
    }

    /// Read rows that are more than a tuple.
    ///
    /// # Errors
    /// Those of [`Tx::query`].
    pub(crate) async fn rows(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>> {
        self.is_platform()?;
        self.connection.query(Statement::from_sql_and_values(self.backend(), sql, values)).await
    }

    /// Change rows; answers how many.
    ///
    /// # Errors
    /// INTERNAL in the name of an actor, or the database's refusal.
    pub(crate) async fn execute(&self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Result<u64> {
        self.is_platform()?;
        self.send(sql, values).await
    }

    /// [`Tx::query`] in anybody's name, for what the platform itself reads beside an actor's work.
    pub(in crate::platform) async fn fetch<T: TryGetableMany>(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>> {
        let rows = self.connection.query(Statement::from_sql_and_values(self.backend(), sql, values)).await?;
        Ok(read_all(&rows)?)
    }

    /// [`Tx::query_one`] in anybody's name.
    pub(in crate::platform) async fn fetch_one<T: TryGetableMany>(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<T>> {
        let rows = self.connection.query(Statement::from_sql_and_values(self.backend(), sql, values)).await?;
        Ok(rows.first().map(T::try_get_many_by_index).transpose().map_err(DbErr::from)?)
    }

    /// [`Tx::execute`] in anybody's name, for what the platform itself writes beside an actor's work.
    pub(in crate::platform) async fn send(
        &self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64> {
        self.send_statement(Statement::from_sql_and_values(self.backend(), sql, values)).await
    }

    /// The same with a statement that was built.
    pub(super) async fn send_statement(&self, statement: Statement) -> Result<u64> {
        let table = changed_table(&statement.sql).map(|(verb, table)| (verb, table.to_owned()));
        let changed = self.connection.execute(statement).await?;
        // Of a bulk load it is not known how many rows there were.
        if let Some((verb, table)) = table.filter(|_| changed > 0 || self.connection.is_loading()) {
            self.record_statement(verb, table);
        }
        Ok(changed)
    }

    fn is_platform(&self) -> Result<()> {
        match self.scope.actor {
            Actor::System(_) => Ok(()),
            Actor::Anonymous | Actor::Staff(_) | Actor::Partner(_) => {
                Err(Error::internal("SQL text in the name of an actor"))
            }
        }
    }

    /// Wait for whoever holds the lock of this number, and hold it until the end of the transaction. SQLite has one writer
    /// anyway.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn advisory_lock(&self, number: i64) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let lock =
                Statement::from_sql_and_values(self.backend(), "select pg_advisory_xact_lock($1)", [number.into()]);
            self.connection.query(lock).await?;
        }
        Ok(())
    }

    /// Record that a statement of its own changes a table. What follows from the table follows from all of it then: which
    /// rows it changes is not known.
    fn record_statement(&self, verb: Verb, table: String) {
        let mut sources = self.projections.iter().flat_map(|projection| projection.sources());
        let source = sources.find(|source| source.table == table).map(|source| source.table);
        self.changes(|changes| {
            changes.tables.extend(source);
            changes.statements.insert((verb, table));
        });
    }

    /// Rewrite rows by a statement without values, and nothing that follows from them: for builders of tests, in a transaction of the platform itself.
    ///
    /// # Errors
    /// The database's refusal.
    #[cfg(feature = "unguarded")]
    pub async fn rewrite(&self, sql: &str) -> Result<()> {
        self.connection.execute(Statement::from_string(self.backend(), sql)).await.map(drop)
    }
}

/// The tables that hold what is searched, which everybody may read.
const SEARCHED: [&str; 2] = ["product_posting", "product_vocabulary"];

/// What a statement reads from, but for what is made of its values.
fn tables_read(sql: &str) -> impl Iterator<Item = &str> {
    let words = sql.split_ascii_whitespace();
    let before = std::iter::once("").chain(words.clone());
    let named = before.zip(words).filter(|(before, _)| matches!(*before, "from" | "join")).map(|(_, name)| name);
    named.filter(|name| !name.starts_with("(") && !name.starts_with("unnest(") && !name.starts_with("json_each("))
}

/// The table that a statement changes, and how.
fn changed_table(sql: &str) -> Option<(Verb, &str)> {
    let mut words = sql.split_ascii_whitespace();
    let (verb, before_table) = match words.next()?.to_ascii_lowercase().as_str() {
        "insert" => (Verb::Insert, 1),
        "update" => (Verb::Update, 0),
        "delete" => (Verb::Delete, 1),
        _ => return None,
    };
    words.nth(before_table).map(|table| (verb, table.trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_reads_no_other_table_wherever_it_is_named() {
        let read = |sql| tables_read(sql).filter(|table| !SEARCHED.contains(table)).collect::<Vec<_>>();
        let words = "select c.word from unnest($1::text[]) c (word) where exists (select 1 from product_posting p where p.word = c.word)";
        assert_eq!(read(words), Vec::<&str>::new());
        assert_eq!(read("select 1 from product_posting p join product q on true"), ["product"]);
        assert_eq!(read("select 1 from (select 1 from staff_user limit 1) n"), ["staff_user"]);
    }
}
