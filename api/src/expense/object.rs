//! The GraphQL face of expenses.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::budget::ExpenseStatus;
use uuid::Uuid;

/// An amount that was spent of a budget line, or taken back. The branch line that keeps the budget line and the parties to the
/// agreement see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Expense {
    /// The expense's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The expense's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the expense was last edited.
    pub changed_at: DateTime,
    /// The amount of the expense; below zero where it takes another one back.
    pub amount: Money,
    /// The day on which it was spent.
    pub spent_on: Date,
    /// The number of the document that proves the expense.
    pub reference: String,
    /// The purpose of the expense, or the reason for which it is taken back; null when it is not described.
    pub description: Option<String>,
    /// Whether the expense waits for a second person.
    pub status: EnumValue<ExpenseStatus>,
    #[graphql(skip)]
    pub(crate) line_key: Uuid,
    #[graphql(skip)]
    pub(crate) reversed_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Expense {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Expense, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            amount: Money::centimes(row.amount),
            spent_on: Date(row.spent_on.0),
            reference: row.reference.clone(),
            description: row.description.clone(),
            status: row.status,
            line_key: row.budget_line_id,
            reversed_key: row.reverses_id,
            batch,
        }
    }
}
