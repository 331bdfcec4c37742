//! The GraphQL face of budget lines.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// A line of the budget of an agreement. The branch line that keeps it and the parties to the agreement see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct BudgetLine {
    /// The budget line's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The budget line's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the budget line was last edited.
    pub changed_at: DateTime,
    /// The budget line's code, unique within the agreement.
    pub code: String,
    /// The name of the budget line.
    pub name: Text,
    /// The amount of the budget line, after transfers.
    pub amount: Money,
    /// The amount that was spent, less what was taken back.
    pub spent: Money,
    /// The amount that is left.
    pub remaining: Money,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for BudgetLine {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::BudgetLine, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            code: row.code.clone(),
            name: Text::from(&row.name),
            amount: Money::centimes(row.amount),
            spent: Money::centimes(row.spent),
            remaining: Money::centimes(row.amount.saturating_sub(row.spent)),
            key: row.id,
            branch_key: row.branch_id,
            agreement_key: row.agreement_id,
            batch,
        }
    }
}

/// An amount that was moved between two lines of a budget.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct BudgetTransfer {
    /// The amount that was moved.
    pub amount: Money,
    /// The day on which it was moved, by the calendar of Casablanca.
    pub made_on: Date,
    /// The reason for the transfer.
    pub reason: String,
    #[graphql(skip)]
    pub(crate) from_key: Uuid,
    #[graphql(skip)]
    pub(crate) to_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}
