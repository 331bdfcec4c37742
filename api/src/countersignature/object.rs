//! The GraphQL face of countersignatures.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::stock::CountersignatureStatus;
use uuid::Uuid;

/// What a cooperative says of a delivery that a market recorded. The cooperative and the branch line that supervises the market see
/// it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct DeliveryCountersignature {
    /// The countersignature's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The countersignature's version: 1 when it was given, and one more with each edit.
    pub version: i32,
    /// When the countersignature was last edited.
    pub changed_at: DateTime,
    /// What the cooperative says.
    pub status: EnumValue<CountersignatureStatus>,
    /// The reason for which the cooperative disputes the delivery; null when it does not.
    pub reason: Option<String>,
    #[graphql(skip)]
    pub(crate) movement_key: Uuid,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for DeliveryCountersignature {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::DeliveryCountersignature, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            status: row.status,
            reason: row.reason.clone(),
            movement_key: row.stock_movement_id,
            market_key: row.market_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}
