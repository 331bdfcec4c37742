//! Building a question: rows of a table and of those joined to it, never past what the actor may see.

use crate::platform::database::connection::Connection;
use crate::platform::error::Result;
use crate::platform::query::expression::{among, is_selected};
use crate::platform::query::row_query::{RowQuery, each_row};
use crate::platform::query::table::{Columns, Guarded, RowReader};
use crate::platform::scope::Scope;
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, IntoCondition, JoinType, Order, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, DbBackend, DbErr};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of a table and of those joined to it, each narrowed to what the actor may see.
///
/// Rows are read from left to right: first the table's own columns, then those of each joined table in the order of
/// joining.
pub struct Select<'t, 'a, E> {
    query: RowQuery<'t, 'a>,
    entity: std::marker::PhantomData<E>,
}

impl<'t, 'a, E: Guarded> Select<'t, 'a, E> {
    /// The rows of `E` that the actor of a conversation may see.
    pub(in crate::platform) fn new(connection: &'t Connection, scope: Scope<'a>, columns: Vec<SimpleExpr>) -> Self {
        let mut statement = Query::select();
        statement.from(E::default());
        statement.cond_where(scope.visible::<E>());
        let is_refused = scope.is_outside_token::<E>();
        let query = RowQuery { connection, scope, statement, columns, limit: None, each: None, is_refused };
        Self { query, entity: std::marker::PhantomData }
    }

    /// The query itself, of whatever table it is.
    pub(in crate::platform) fn into_query(self) -> RowQuery<'t, 'a> {
        self.query
    }

    /// Leave only rows whose column is one of a few keys that a statement answers: on PostgreSQL the first rows of a list
    /// are read key by key ([`Select::first`]), by the first column of which that is said.
    pub(crate) fn each(mut self, column: SimpleExpr, keys: SelectStatement) -> Self {
        if self.query.each.is_none() {
            self.query.each = Some((column, keys));
        } else {
            self.query.statement.and_where(is_selected(self.query.scope.backend, column, keys));
        }
        self
    }

    /// The keys of the rows, as a statement that is part of another one.
    pub(crate) fn keys(mut self) -> SelectStatement {
        self.query.narrow_to_keys();
        self.query.statement.expr(E::KEY.into_expr());
        self.query.statement
    }

    /// Which database is asked.
    pub(crate) fn backend(&self) -> DbBackend {
        self.query.scope.backend
    }

    /// Leave only rows that meet a condition.
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.query.statement.cond_where(condition.into_condition());
        self
    }

    /// Join the thing that a column points to. It is compulsory: a row whose thing the actor cannot see is left out.
    pub fn with<C: Columns>(mut self, column: impl ColumnTrait) -> Self {
        self.join::<C::Entity>(JoinType::InnerJoin, C::Entity::KEY, column);
        self.query.columns.push(Expr::cust(C::sql()));
        self
    }

    /// Join the thing that a column points to. It is optional: absent when there is none that the actor can see.
    pub fn with_optional<C: Columns>(mut self, column: impl ColumnTrait) -> Self {
        self.join::<C::Entity>(JoinType::LeftJoin, C::Entity::KEY, column);
        self.query.columns.push(Expr::cust(C::sql()));
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
        let visible = self.query.scope.visible::<F>();
        let other = Query::select()
            .expr(Expr::val(1))
            .from(F::default())
            .cond_where(tie.add(visible).add(condition))
            .to_owned();
        self.filter(Expr::exists(other))
    }

    fn join<F: Guarded>(&mut self, how: JoinType, its: F::Column, ours: impl ColumnTrait) {
        let on = Condition::all().add(ours.into_expr().eq(its.into_expr())).add(self.query.scope.visible::<F>());
        self.query.statement.join(how, F::default(), on);
    }

    /// Say what the builder above has no word for: joins to search tables, orders, limits.
    pub(crate) fn statement(mut self, say: impl FnOnce(&mut SelectStatement)) -> Self {
        say(&mut self.query.statement);
        self
    }

    /// Read further expressions after the columns.
    pub(crate) fn also(mut self, expressions: impl IntoIterator<Item = SimpleExpr>) -> Self {
        self.query.columns.extend(expressions);
        self
    }

    /// Read these columns of the table and no others.
    pub(crate) fn reading<C: Columns<Entity = E>>(self) -> Self {
        self.only([Expr::cust(C::sql())])
    }

    /// Read these expressions and no column.
    pub(crate) fn only(mut self, expressions: impl IntoIterator<Item = SimpleExpr>) -> Self {
        self.query.columns = expressions.into_iter().collect();
        self
    }

    /// The condition that a column is one of these keys: one statement text however many there are.
    pub fn among(self, column: impl ColumnTrait, keys: &[Uuid]) -> Self {
        let condition = among(self.query.scope.backend, column, keys);
        self.filter(condition)
    }

    /// Read no more than the first rows.
    pub(crate) fn limit(mut self, most: u64) -> Self {
        self.query.limit = Some(most);
        self
    }

    /// Read all rows.
    ///
    /// # Errors
    /// FORBIDDEN to a program whose token was not given for it, or the database's refusal.
    pub async fn all<T>(self, read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>) -> Result<Vec<T>> {
        each_row(&self.query.all().await?, read)
    }

    /// The numbers that the rows hold in the only column that is read, in no order: on SQLite.
    ///
    /// # Errors
    /// Those of [`Select::all`].
    pub(crate) async fn numbers(self) -> Result<Vec<i64>> {
        self.query.numbers().await
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
    pub async fn count(self, most: Option<u64>) -> Result<u64> {
        self.query.count(most).await
    }

    /// How many rows there are of each of these keys of a column, counting no further than `most` of each.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn count_each(self, column: impl ColumnTrait, keys: &[Uuid], most: u64) -> Result<HashMap<Uuid, u64>> {
        self.query.count_each(column.into_expr(), keys, most).await
    }

    /// Read the first rows in an order, and what they are ordered by behind the columns.
    ///
    /// # Errors
    /// Those of [`Select::all`].
    pub(crate) async fn first<T>(
        self,
        order: &[SimpleExpr],
        direction: &Order,
        most: u64,
        read: impl FnMut(&mut RowReader<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        each_row(&self.query.first(order, direction, most).await?, read)
    }

    /// Whether it is narrowed to a few keys.
    pub(crate) fn is_of_few_keys(&self) -> bool {
        self.query.each.is_some()
    }

    /// A second query of the same rows.
    pub(crate) fn again(&self) -> Self {
        Self { query: self.query.again(), entity: std::marker::PhantomData }
    }
}
