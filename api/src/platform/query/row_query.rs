//! A query narrowed to what the actor may see, of whatever table: sent, counted, cut into pages. It knows no entity, so
//! that it is compiled once and not for each of them; [`Select`](crate::platform::query::select::Select) is the typed face.

use crate::platform::database::connection::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::query::expression::{each_of, is_selected};
use crate::platform::query::table::{RowReader, read_all};
use crate::platform::scope::Scope;
use domain::fault::Code;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, Order, PostgresQueryBuilder, Query, SelectStatement, SimpleExpr, SqlWriterValues,
    SqliteQueryBuilder, WindowStatement,
};
use sea_orm::{DbBackend, DbErr, QueryResult};
use std::collections::HashMap;
use std::fmt::Write;
use uuid::Uuid;

/// A query of rows, each table in it narrowed to what the actor may see.
pub struct RowQuery<'t, 'a> {
    pub(super) connection: &'t Connection,
    pub(super) scope: Scope<'a>,
    pub(super) statement: SelectStatement,
    pub(super) columns: Vec<SimpleExpr>,
    pub(super) limit: Option<u64>,
    /// Leaves only rows whose column is one of a few keys that a statement answers.
    pub(super) each: Option<(SimpleExpr, SelectStatement)>,
    /// The actor's token was not given for what is asked.
    pub(super) is_refused: bool,
}

impl RowQuery<'_, '_> {
    /// Add the condition on keys to the others, where rows are not read key by key.
    pub(super) fn narrow_to_keys(&mut self) {
        if let Some((column, keys)) = self.each.take() {
            self.statement.and_where(is_selected(self.scope.backend, column, keys));
        }
    }

    /// Leave only rows that meet a condition.
    #[must_use]
    pub(in crate::platform) fn filter(mut self, condition: SimpleExpr) -> Self {
        self.statement.and_where(condition);
        self
    }

    /// Read further expressions after the columns.
    #[must_use]
    pub(in crate::platform) fn also(mut self, expressions: impl IntoIterator<Item = SimpleExpr>) -> Self {
        self.columns.extend(expressions);
        self
    }

    /// A second query of the same rows.
    pub(in crate::platform) fn again(&self) -> Self {
        Self {
            connection: self.connection,
            scope: self.scope,
            statement: self.statement.clone(),
            columns: self.columns.clone(),
            limit: self.limit,
            each: self.each.clone(),
            is_refused: self.is_refused,
        }
    }

    /// Send a statement, unless the query is refused.
    async fn send(&self, statement: sea_orm::Statement) -> Result<Vec<sea_orm::QueryResult>> {
        if self.is_refused {
            return Err(Error::refused(Code::Forbidden));
        }
        self.connection.query(statement).await
    }

    /// Read all rows.
    ///
    /// # Errors
    /// FORBIDDEN to a program whose token was not given for it, or the database's refusal.
    pub(in crate::platform) async fn all(mut self) -> Result<Vec<QueryResult>> {
        self.narrow_to_keys();
        self.statement.exprs(std::mem::take(&mut self.columns));
        let mut statement = self.scope.backend.build(&self.statement);
        if let Some(most) = self.limit {
            // Spelled out: of a number that is bound PostgreSQL supposes a tenth of all rows when it plans for all
            // pages at once, and sizes of pages are few.
            write!(statement.sql, " LIMIT {most}").expect("writing to a string does not fail");
        }
        self.send(statement).await
    }

    /// The numbers that the rows hold in their only column, in no order, as one row: SQLite's driver hands rows over one by one, which takes
    /// longer than to find them.
    ///
    /// # Errors
    /// Those of [`RowQuery::all`].
    pub(in crate::platform) async fn numbers(mut self) -> Result<Vec<i64>> {
        self.narrow_to_keys();
        let Some(column) = self.columns.pop() else { return Ok(Vec::new()) };
        self.statement.expr_as(column, "number");
        let mut gathered = self.scope.backend.build(&self.statement);
        let limit = self.limit.map_or_else(String::new, |most| format!(" LIMIT {most}"));
        gathered.sql = format!("SELECT json_group_array(found.number) FROM ({}{limit}) AS found", gathered.sql);
        let rows = self.send(gathered).await?;
        let list: String = rows.first().map_or_else(|| Ok("[]".to_owned()), |row| row.try_get_by_index(0))?;
        serde_json::from_str(&list).map_err(|_| Error::internal("a list of numbers holds something else"))
    }

    /// How many rows there are, counting no further than `most`.
    ///
    /// # Errors
    /// The database's refusal.
    pub(in crate::platform) async fn count(mut self, most: Option<u64>) -> Result<u64> {
        self.narrow_to_keys();
        let counted = match most {
            None => {
                self.statement.expr(Func::count(Expr::val(1)));
                self.scope.backend.build(&self.statement.take())
            }
            Some(most) => {
                self.statement.expr(Expr::val(1));
                let mut counted = self.scope.backend.build(&self.statement.take());
                // Spelled out, as above: otherwise every row is fetched before the first hundred are counted.
                counted.sql = format!("SELECT COUNT(*) FROM ({} LIMIT {most}) AS counted", counted.sql);
                counted
            }
        };
        let rows = self.send(counted).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(count.unsigned_abs())
    }

    /// How many rows there are of each of these keys of a column, counting no further than `most` of each: an index that
    /// begins with the column is read once for each key, and no further.
    ///
    /// # Errors
    /// The database's refusal.
    pub(in crate::platform) async fn count_each(
        mut self,
        column: SimpleExpr,
        keys: &[Uuid],
        most: u64,
    ) -> Result<HashMap<Uuid, u64>> {
        self.narrow_to_keys();
        let backend = self.scope.backend;
        self.statement.expr(Expr::val(1)).and_where(column.eq(Expr::cust("each.key")));
        let (placeholder, is_numbered) = if backend == DbBackend::Postgres { ("$", true) } else { ("?", false) };
        let mut sql = SqlWriterValues::new(placeholder, is_numbered);
        let collect = |statement: &SelectStatement, sql: &mut SqlWriterValues| match backend {
            DbBackend::Postgres => statement.build_collect_into(PostgresQueryBuilder, sql),
            _ => statement.build_collect_into(SqliteQueryBuilder, sql),
        };
        let text = "writing to a string does not fail";
        sql.write_str("SELECT each.key, (SELECT COUNT(*) FROM (").expect(text);
        collect(&self.statement, &mut sql);
        // Spelled out for the same reason as in `count`.
        write!(sql, " LIMIT {most}) AS counted) FROM (").expect(text);
        collect(&each_of(backend, keys), &mut sql);
        sql.write_str(") AS each").expect(text);
        let (sql, values) = sql.into_parts();
        let rows = self.send(sea_orm::Statement { sql, values: Some(values), db_backend: backend }).await?;
        let counts: Vec<(Uuid, i64)> = read_all(&rows)?;
        Ok(counts.into_iter().map(|(key, count)| (key, count.unsigned_abs())).collect())
    }

    /// How many rows each thing has that a column points to.
    ///
    /// # Errors
    /// The database's refusal.
    pub(in crate::platform) async fn counts(mut self, parent: &SimpleExpr) -> Result<HashMap<Uuid, u64>> {
        self.narrow_to_keys();
        self.statement.add_group_by([parent.clone()]);
        self.columns = vec![parent.clone(), Func::count(Expr::val(1)).into()];
        let counts: Vec<(Uuid, i64)> = read_all(&self.all().await?)?;
        Ok(counts.into_iter().map(|(key, count)| (key, count.unsigned_abs())).collect())
    }

    /// Read the first rows of each window, in the order of the window.
    ///
    /// # Errors
    /// The database's refusal.
    pub(in crate::platform) async fn first_of_each(
        mut self,
        window: WindowStatement,
        most: u64,
    ) -> Result<Vec<QueryResult>> {
        self.narrow_to_keys();
        let place = Alias::new("place_in_list");
        self.statement.exprs(std::mem::take(&mut self.columns));
        self.statement.expr_window_as(Func::cust(Alias::new("row_number")), window, place.clone());
        let mut outer = Query::select();
        outer
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(self.statement.take(), Alias::new("placed"))
            .and_where(Expr::col(place.clone()).lte(most))
            .order_by(place, Order::Asc);
        self.send(self.scope.backend.build(&outer)).await
    }

    /// Read the first rows in an order, and what they are ordered by behind the columns.
    ///
    /// Rows of a few keys (the branches within reach, the words that begin alike) are read key by key on PostgreSQL, as many
    /// of each as are wanted of all: an index by key and order answers that, and whoever reaches a few branches does not
    /// read past everybody else's rows. A row that two keys lead to stands once.
    ///
    /// # Errors
    /// Those of [`RowQuery::all`].
    pub(in crate::platform) async fn first(
        mut self,
        order: &[SimpleExpr],
        direction: &Order,
        most: u64,
    ) -> Result<Vec<QueryResult>> {
        for column in order {
            self.statement.order_by_expr(column.clone(), direction.clone());
        }
        let Some((column, keys)) = self.each.take_if(|_| self.scope.backend == DbBackend::Postgres) else {
            self.columns.extend(order.iter().cloned());
            self.limit = Some(most);
            return self.all().await;
        };
        self.statement.exprs(std::mem::take(&mut self.columns)).and_where(column.eq(Expr::cust("each.key")));
        let mut names = Vec::new();
        for (place, column) in order.iter().enumerate() {
            self.statement.expr_as(column.clone(), Alias::new(format!("order_{place}")));
            names.push(format!("page.order_{place}"));
        }
        let direction = if *direction == Order::Desc { " DESC" } else { "" };
        let (distinct, order) = (names.join(", "), names.join(&format!("{direction}, ")) + direction);
        let mut sql = SqlWriterValues::new("$", true);
        let text = "writing to a string does not fail";
        write!(sql, "SELECT DISTINCT ON ({distinct}) page.* FROM (").expect(text);
        keys.build_collect_into(PostgresQueryBuilder, &mut sql);
        sql.write_str(") AS each (key) CROSS JOIN LATERAL (").expect(text);
        self.statement.build_collect_into(PostgresQueryBuilder, &mut sql);
        // Spelled out for the same reason as in `all`.
        write!(sql, " LIMIT {most}) AS page ORDER BY {order} LIMIT {most}").expect(text);
        let (sql, values) = sql.into_parts();
        let statement = sea_orm::Statement { sql, values: Some(values), db_backend: DbBackend::Postgres };
        self.send(statement).await
    }
}

/// Read each row by a function.
pub(in crate::platform) fn each_row<T>(
    rows: &[QueryResult],
    mut read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>,
) -> Result<Vec<T>> {
    rows.iter().map(|row| read(&mut RowReader::new(row)).map_err(Error::from)).collect()
}
