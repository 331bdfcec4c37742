//! The GraphQL face of consignment contracts.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::stock::{LossBearer, is_in_force};
use uuid::Uuid;

/// The terms on which a cooperative delivers to a market: the goods stay hers until they are sold. The branch line that
/// supervises the market and the cooperative see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ConsignmentContract {
    /// The contract's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The contract's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the contract was last edited.
    pub changed_at: DateTime,
    /// The contract's first day.
    pub valid_from: Date,
    /// The contract's last day; null when it has no end.
    pub valid_to: Option<Date>,
    /// Whether the contract is in force today.
    pub is_in_force: bool,
    /// The share of each price that the market keeps, in basis points (hundredths of a per cent).
    pub commission_basis_points: i32,
    /// Whoever bears the loss of goods.
    pub loss_borne_by: EnumValue<LossBearer>,
    /// The days of the month on which the cooperative is paid.
    pub payout_days: Vec<i32>,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for ConsignmentContract {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, reader: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::ConsignmentContract, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            valid_from: row.valid_from.into(),
            valid_to: row.valid_to.map(Date::from),
            is_in_force: is_in_force(row.valid_from.0, row.valid_to.map(|day| day.0), reader.today()),
            commission_basis_points: row.commission_basis_points,
            loss_borne_by: row.loss_borne_by,
            payout_days: row.payout_days.0.clone(),
            market_key: row.market_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}
