//! Building a question: rows of a table and of those joined to it, never past what the actor may see.

use crate::platform::database::connection::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::query::expression::among;
use crate::platform::query::table::{Guarded, RowReader, Table};
use crate::platform::scope::Scope;
use domain::fault::Code;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, Order, PostgresQueryBuilder, Query,
    SelectStatement, SimpleExpr, SqlWriterValues, WindowStatement,
};
use sea_orm::{ColumnTrait, DbBackend, DbErr};
use std::collections::HashMap;
use std::fmt::Write;
use uuid::Uuid;

/// Rows of a table and of those joined to it, each narrowed to what the actor may see.
///
/// Rows are read from left to right: first the table's own columns, then those of each joined table in the order of
/// joining.
pub struct Select<'t, 'a, E> {
    connection: &'t Connection,
    scope: Scope<'a>,
    statement: SelectStatement,
    columns: Vec<SimpleExpr>,
    limit: Option<u64>,
    /// Leaves only rows whose column is one of a few keys that a statement answers.
    each: Option<(SimpleExpr, SelectStatement)>,
    /// The actor's token was not given for what is asked.
    is_refused: bool,
    entity: std::marker::PhantomData<E>,
}

impl<'t, 'a, E: Guarded> Select<'t, 'a, E> {
    /// The rows of `E` that the actor of a conversation may see.
    pub(in crate::platform) fn new(connection: &'t Connection, scope: Scope<'a>, columns: Vec<SimpleExpr>) -> Self {
        let mut statement = Query::select();
        statement.from(E::default());
        statement.cond_where(scope.visible::<E>());
        let is_refused = scope.is_outside_token::<E>();
        Self {
            connection,
            scope,
            statement,
            columns,
            limit: None,
            each: None,
            is_refused,
            entity: std::marker::PhantomData,
        }
    }

    /// Leave only rows whose column is one of a few keys that a statement answers: on PostgreSQL the first rows of a list
    /// are read key by key ([`Select::first`]).
    pub(crate) fn each(mut self, column: SimpleExpr, keys: SelectStatement) -> Self {
        self.narrow_to_keys();
        Self { each: Some((column, keys)), ..self }
    }

    /// Add the condition on keys to the others, where rows are not read key by key.
    fn narrow_to_keys(&mut self) {
        if let Some((column, keys)) = self.each.take() {
            self.statement.and_where(column.in_subquery(keys));
        }
    }

    /// Which database is asked.
    pub(crate) fn backend(&self) -> DbBackend {
        self.scope.backend
    }

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
        let visible = self.scope.visible::<F>();
        let other = Query::select()
            .expr(Expr::val(1))
            .from(F::default())
            .cond_where(tie.add(visible).add(condition))
            .to_owned();
        self.filter(Expr::exists(other))
    }

    fn join<F: Guarded>(&mut self, how: JoinType, its: F::Column, ours: impl ColumnTrait) {
        let on = Condition::all().add(ours.into_expr().eq(its.into_expr())).add(self.scope.visible::<F>());
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
        let condition = among(self.scope.backend, column, keys);
        self.filter(condition)
    }

    /// Read no more than the first rows.
    pub(crate) fn limit(self, most: u64) -> Self {
        Self { limit: Some(most), ..self }
    }

    /// Send the question, unless it is refused.
    async fn ask(&self, statement: sea_orm::Statement) -> Result<Vec<sea_orm::QueryResult>> {
        if self.is_refused {
            return Err(Error::refused(Code::Forbidden));
        }
        self.connection.query(statement).await
    }

    /// Read all rows.
    ///
    /// # Errors
    /// FORBIDDEN to a program whose token was not given for it, or the database's refusal.
    pub async fn all<T>(mut self, mut read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>) -> Result<Vec<T>> {
        self.narrow_to_keys();
        self.statement.exprs(std::mem::take(&mut self.columns));
        let mut statement = self.scope.backend.build(&self.statement);
        if let Some(most) = self.limit {
            // Spelled out: of a number that is bound PostgreSQL supposes a tenth of all rows when it plans for all
            // pages at once, and sizes of pages are few.
            write!(statement.sql, " LIMIT {most}").expect("writing to a string does not fail");
        }
        let rows = self.ask(statement).await?;
        rows.iter().map(|row| read(&mut RowReader::new(row)).map_err(Error::from)).collect()
    }

    /// Read the first row, if there is one.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn one<T>(self, read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>) -> Result<Option<T>> {
        Ok(self.limit(1).all(read).await?.pop())
    }

    /// How many rows there are, counting no further than `most`.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn count(mut self, most: Option<u64>) -> Result<u64> {
        self.narrow_to_keys();
        let counted = match most {
            None => {
                self.statement.expr(Func::count(Expr::val(1)));
                self.statement.take()
            }
            Some(most) => {
                self.statement.expr(Expr::val(1)).limit(most);
                Query::select()
                    .expr(Func::count(Expr::val(1)))
                    .from_subquery(self.statement.take(), Alias::new("counted"))
                    .to_owned()
            }
        };
        let rows = self.ask(self.scope.backend.build(&counted)).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(count.unsigned_abs())
    }

    /// How many rows each thing has that a column points to.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn counts(mut self, parent: impl ColumnTrait) -> Result<HashMap<Uuid, u64>> {
        self.narrow_to_keys();
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
        mut read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        self.narrow_to_keys();
        let place = Alias::new("place");
        self.statement.exprs(std::mem::take(&mut self.columns));
        self.statement.expr_window_as(Func::cust(Alias::new("row_number")), window, place.clone());
        let mut outer = Query::select();
        outer
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(self.statement.take(), Alias::new("placed"))
            .and_where(Expr::col(place.clone()).lte(most))
            .order_by(place, Order::Asc);
        let rows = self.ask(self.scope.backend.build(&outer)).await?;
        rows.iter().map(|row| read(&mut RowReader::new(row)).map_err(Error::from)).collect()
    }

    /// Read the first rows in an order, and what they are ordered by behind the columns.
    ///
    /// Rows of a few keys (the branches within reach, the words that begin alike) are read key by key on PostgreSQL, as many
    /// of each as are wanted of all: an index by key and order answers that, and whoever reaches a few branches does not
    /// read past everybody else's rows. A row that two keys lead to stands once.
    ///
    /// # Errors
    /// Those of [`Select::all`].
    pub(crate) async fn first<T>(
        mut self,
        order: &[SimpleExpr],
        direction: &Order,
        most: u64,
        mut read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        for column in order {
            self.statement.order_by_expr(column.clone(), direction.clone());
        }
        let Some((column, keys)) = self.each.take_if(|_| self.scope.backend == DbBackend::Postgres) else {
            return self.also(order.iter().cloned()).limit(most).all(read).await;
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
        let rows = self.ask(statement).await?;
        rows.iter().map(|row| read(&mut RowReader::new(row)).map_err(Error::from)).collect()
    }

    /// Whether it is narrowed to a few keys.
    pub(crate) fn is_of_few_keys(&self) -> bool {
        self.each.is_some()
    }

    /// A second question about the same rows.
    pub(crate) fn again(&self) -> Self {
        Self {
            connection: self.connection,
            scope: self.scope,
            statement: self.statement.clone(),
            columns: self.columns.clone(),
            limit: self.limit,
            each: self.each.clone(),
            is_refused: self.is_refused,
            entity: std::marker::PhantomData,
        }
    }
}
