//! The GraphQL face of sales.

use super::entity::{Entity, Model};
use super::line;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::sale::{DiscrepancyStatus, PaymentMethod, SaleStatus};
use uuid::Uuid;

/// What was sold to one customer. The branch line that supervises the market sees it; a cooperative sees its own lines.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Sale {
    /// The sale's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The sale's version: 1 when it was recorded, and one more with each edit.
    pub version: i32,
    /// When the sale was last edited.
    pub changed_at: DateTime,
    /// The key that the client made for the sale, unique at the market for ever.
    pub sale_key: String,
    /// The sale's status.
    pub status: EnumValue<SaleStatus>,
    /// The means by which it was paid.
    pub payment: EnumValue<PaymentMethod>,
    /// The whole price.
    pub total: Money,
    /// When it was sold, by the clock of the phone.
    pub sold_at: DateTime,
    /// How far ahead of UTC the phone showed the time, in minutes; null when the phone did not say.
    pub utc_offset: Option<i32>,
    /// When the platform recorded it.
    pub recorded_at: DateTime,
    /// The day to which it belongs, in the market's time zone.
    pub sold_on: Date,
    /// The state of a discrepancy: more was sold than the market's stock had. Null when there is none.
    pub discrepancy: Option<EnumValue<DiscrepancyStatus>>,
    /// The explanation of the discrepancy; null when there is none yet.
    pub discrepancy_note: Option<String>,
    /// The reason for which the sale was voided, or is to be; null for others.
    pub void_reason: Option<String>,
    /// When the sale was voided; null when it was not.
    pub voided_at: Option<DateTime>,
    /// Whether goods of the demonstration were sold.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) closing_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Sale {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Sale, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            sale_key: row.sale_key.clone(),
            status: row.status,
            payment: row.payment,
            total: Money::centimes(row.total),
            sold_at: DateTime::micros(row.sold_at),
            utc_offset: row.utc_offset,
            recorded_at: DateTime::micros(row.created_at),
            sold_on: row.sold_on.into(),
            discrepancy: row.discrepancy,
            discrepancy_note: row.discrepancy_note.clone(),
            void_reason: row.void_reason.clone(),
            voided_at: row.voided_at.map(DateTime::micros),
            is_demo: row.is_demo,
            key: row.id,
            market_key: row.market_id,
            closing_key: row.corrects_id,
            batch,
        }
    }
}

/// A variant that was sold, as a line of a sale.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SaleLine {
    /// The line's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The quantity, in packs of the variant.
    pub quantity: Decimal,
    /// The price that was charged for a pack.
    pub price: Money,
    /// The price of the line.
    pub total: Money,
    /// The part of the quantity that the market's stock did not have, in packs.
    pub missing: Decimal,
    /// When it was sold, by the clock of the phone.
    pub sold_at: DateTime,
    /// Whether the sale was voided.
    pub is_voided: bool,
    #[graphql(skip)]
    pub(crate) sale_key: Uuid,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) variant_key: Uuid,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for SaleLine {
    type Columns = line::Entity;

    fn new(row: &line::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::SaleLine, row.id),
            quantity: Decimal::thousandths(row.quantity),
            price: Money::centimes(row.price),
            total: Money::centimes(row.total),
            missing: Decimal::thousandths(row.missing),
            sold_at: DateTime::micros(row.sold_at),
            is_voided: row.voided,
            sale_key: row.sale_id,
            market_key: row.market_id,
            variant_key: row.variant_id,
            product_key: row.product_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}

/// The receipt of a sale, for the customer.
#[derive(Clone, Debug)]
pub struct Receipt(pub domain::receipt::Receipt);

/// Conditions on sales: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct SaleFilter {
    /// Leaves only sales of this day, in the market's time zone.
    pub on: Option<Date>,
    /// Leaves only sales with this status.
    pub status: Option<EnumValue<SaleStatus>>,
    /// Leaves only sales with a discrepancy in this state.
    pub discrepancy: Option<EnumValue<DiscrepancyStatus>>,
}
