//! The GraphQL face of stock counts.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{DateTime, Decimal, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::stock::StockCountStatus;
use uuid::Uuid;

/// A count of a market's stock. The branch line that supervises the market sees it; a cooperative sees the movements that follow.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct StockCount {
    /// The count's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The count's version: 1 when it was recorded, and one more with each edit.
    pub version: i32,
    /// When the count was last edited.
    pub changed_at: DateTime,
    /// When the count was recorded.
    pub counted_at: DateTime,
    /// The count's status.
    pub status: EnumValue<StockCountStatus>,
    /// The reason for which what was found may differ from what was recorded.
    pub reason: String,
    /// The worth of the differences at the prices on the shelf, more and less alike; null when something has no price there.
    pub worth: Option<Money>,
    /// What was counted.
    pub lines: Vec<StockCountLine>,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for StockCount {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        let lines = row.lots.0.iter().map(|lot| StockCountLine {
            lot_code: lot.code.clone(),
            recorded: Decimal::thousandths(lot.recorded),
            counted: Decimal::thousandths(lot.counted),
            difference: Decimal::thousandths(lot.difference()),
            variant_key: lot.variant,
            batch: batch.clone(),
        });
        Self {
            id: GlobalId::new(Kind::StockCount, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            counted_at: DateTime::micros(row.created_at),
            status: row.status,
            reason: row.reason.clone(),
            worth: row.worth.map(Money::centimes),
            lines: lines.collect(),
            market_key: row.market_id,
            batch,
        }
    }
}

/// A lot that was counted.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct StockCountLine {
    /// The code on the label of the lot.
    pub lot_code: String,
    /// The quantity that was recorded, in packs of the variant.
    pub recorded: Decimal,
    /// The quantity that was counted, in packs of the variant.
    pub counted: Decimal,
    /// What was counted less what was recorded.
    pub difference: Decimal,
    #[graphql(skip)]
    pub(crate) variant_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}
