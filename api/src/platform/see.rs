//! Building a question: rows of a table and of those joined to it, never past what the actor may see.

use crate::platform::error::{Error, Result};
use crate::platform::table::{Cells, Guarded, Table};
use crate::platform::tx::Tx;
use domain::fault::Code;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, IntoCondition, JoinType, Query, SelectStatement, SimpleExpr,
    WindowStatement,
};
use sea_orm::{ColumnTrait, DbBackend, DbErr};
use std::collections::HashMap;
use std::fmt::Write;
use uuid::Uuid;

/// Rows of a table and of those joined to it, each narrowed to what the actor may see.
///
/// Rows are read from left to right: first the table's own columns, then those of each joined table in the order of
/// joining.
pub struct See<'t, 'a, E> {
    tx: &'t Tx<'a>,
    statement: SelectStatement,
    columns: Vec<SimpleExpr>,
    limit: Option<u64>,
    /// The actor's token was not given for what is asked.
    is_refused: bool,
    entity: std::marker::PhantomData<E>,
}

impl<'t, 'a, E: Guarded> See<'t, 'a, E> {
    /// The rows of `E` that the actor of a conversation may see.
    pub(super) fn new(tx: &'t Tx<'a>, columns: Vec<SimpleExpr>) -> Self {
        let mut statement = Query::select();
        statement.from(E::default());
        statement.cond_where(tx.visible::<E>());
        let is_refused = tx.is_outside_token::<E>();
        Self { tx, statement, columns, limit: None, is_refused, entity: std::marker::PhantomData }
    }

    /// Which database is asked.
    pub(crate) fn backend(&self) -> DbBackend {
        self.tx.backend()
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

    /// Read no more than the first rows.
    pub(crate) fn limit(self, most: u64) -> Self {
        Self { limit: Some(most), ..self }
    }

    /// Send the question, unless it is refused.
    async fn ask(&self, statement: sea_orm::Statement) -> Result<Vec<sea_orm::QueryResult>> {
        if self.is_refused {
            return Err(Error::refused(Code::Forbidden));
        }
        self.tx.query(statement).await
    }

    /// Read all rows.
    ///
    /// # Errors
    /// FORBIDDEN to a program whose token was not given for it, or the database's refusal.
    pub async fn all<T>(mut self, mut read: impl FnMut(&mut Cells<'_>) -> Result<T, DbErr>) -> Result<Vec<T>> {
        self.statement.exprs(std::mem::take(&mut self.columns));
        let mut statement = self.tx.backend().build(&self.statement);
        if let Some(most) = self.limit {
            // Spelled out: of a number that is bound PostgreSQL supposes a tenth of all rows when it plans for all
            // pages at once, and sizes of pages are few.
            write!(statement.sql, " LIMIT {most}").expect("writing to a string does not fail");
        }
        let rows = self.ask(statement).await?;
        rows.iter().map(|row| read(&mut Cells::new(row)).map_err(Error::from)).collect()
    }

    /// Read the first row, if there is one.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn one<T>(self, read: impl FnMut(&mut Cells<'_>) -> Result<T, DbErr>) -> Result<Option<T>> {
        Ok(self.limit(1).all(read).await?.pop())
    }

    /// How many rows there are, counting no further than `most`.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn count(mut self, most: Option<u64>) -> Result<u64> {
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
        let rows = self.ask(self.tx.backend().build(&counted)).await?;
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
        mut read: impl FnMut(&mut Cells<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        let place = Alias::new("place");
        self.statement.exprs(std::mem::take(&mut self.columns));
        self.statement.expr_window_as(Func::cust(Alias::new("row_number")), window, place.clone());
        let mut outer = Query::select();
        outer
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(self.statement.take(), Alias::new("placed"))
            .and_where(Expr::col(place.clone()).lte(most))
            .order_by(place, sea_orm::Order::Asc);
        let rows = self.ask(self.tx.backend().build(&outer)).await?;
        rows.iter().map(|row| read(&mut Cells::new(row)).map_err(Error::from)).collect()
    }

    /// A second question about the same rows.
    pub(crate) fn again(&self) -> Self {
        Self {
            tx: self.tx,
            statement: self.statement.clone(),
            columns: self.columns.clone(),
            limit: self.limit,
            is_refused: self.is_refused,
            entity: std::marker::PhantomData,
        }
    }
}

/// The same for a column that holds numbers.
pub(crate) fn among_numbers(backend: DbBackend, column: impl ColumnTrait, numbers: &[i64]) -> Condition {
    let expression = match backend {
        DbBackend::Postgres => column.eq_any(numbers.iter().copied()),
        _ => {
            let list = serde_json::Value::from(numbers.to_vec()).to_string();
            column.into_expr().in_subquery(listed(list, "value"))
        }
    };
    expression.into_condition()
}

/// The elements of a JSON list, for SQLite.
fn listed(list: String, element: &'static str) -> SelectStatement {
    Query::select()
        .expr(Expr::cust(element))
        .from_function(Func::cust(Alias::new("json_each")).arg(list), Alias::new("listed"))
        .to_owned()
}

/// The condition that a column holds one of these keys, as one statement text however many there are.
pub(crate) fn among(backend: DbBackend, column: impl ColumnTrait, keys: &[Uuid]) -> Condition {
    let expression = match backend {
        DbBackend::Postgres => column.eq_any(keys.iter().copied()),
        _ => {
            let list: Vec<String> = keys.iter().map(|key| key.simple().to_string()).collect();
            let list = serde_json::Value::from(list).to_string();
            column.into_expr().in_subquery(listed(list, "unhex(value)"))
        }
    };
    expression.into_condition()
}
