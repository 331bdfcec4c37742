//! The GraphQL face of stock.

use super::entity::{Entity, Model};
use super::movement;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::stock::StockMovementKind;
use uuid::Uuid;

/// What a market has of a variant. The branch line that supervises the market and the cooperative that makes the product see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct StockLevel {
    /// The stock level's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The stock level's version. What only follows from movements leaves it as it is.
    pub version: i32,
    /// When the stock level was last edited.
    pub changed_at: DateTime,
    /// The quantity that is there, in packs of the variant, also of lots that have expired.
    pub on_hand: Decimal,
    /// The quantity that reservations hold.
    pub held: Decimal,
    /// The price that the cooperative asks for a pack, as the last delivery that named one said; null when none has.
    pub asked_price: Option<Money>,
    /// Whether the market sells it at another price than the cooperative asks.
    pub price_differs: bool,
    /// The last day of the lot that expires first, of which something is there; null when everything keeps.
    pub next_expiry: Option<Date>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
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

impl RowObject for StockLevel {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::StockLevel, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            on_hand: Decimal::thousandths(row.on_hand),
            // Nothing can be reserved yet.
            held: Decimal::thousandths(0),
            asked_price: row.asked_price.map(Money::centimes),
            price_differs: row.price_differs,
            next_expiry: row.next_expiry.map(Date::from),
            key: row.id,
            market_key: row.market_id,
            variant_key: row.variant_id,
            product_key: row.product_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}

/// Conditions on stock levels: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct StockFilter {
    /// With true, leaves only stock levels of which nothing is there; with false, those of which something is.
    pub is_sold_out: Option<bool>,
    /// Leaves only stock levels with something of a lot whose last day is before this one: also of one that has expired.
    pub expires_before: Option<Date>,
    /// With true, leaves only stock levels that the market sells at another price than the cooperative asks; with false, the others.
    pub price_differs: Option<bool>,
}

/// What a market has of one production of a variant.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct StockLot {
    /// The code on the label, unique for the market and the variant.
    pub code: String,
    /// The day on which the lot was produced; null when it is not known.
    pub produced_on: Option<Date>,
    /// The last day on which the lot may be sold; null when it keeps.
    pub expires_on: Option<Date>,
    /// The quantity of the lot that is there, in packs of the variant.
    pub on_hand: Decimal,
}

/// A line of a market's ledger: goods of one lot that came or went. Lines are only added.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct StockMovement {
    /// The movement's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The kind of movement.
    pub kind: EnumValue<StockMovementKind>,
    /// The quantity that came, in packs of the variant; below zero when it went.
    pub quantity: Decimal,
    /// The reason; null when none is given.
    pub reason: Option<String>,
    /// When it was recorded.
    pub at: DateTime,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) level_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for StockMovement {
    type Columns = movement::Entity;

    fn new(row: &movement::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::StockMovement, row.id),
            kind: row.kind,
            quantity: Decimal::thousandths(row.quantity),
            reason: row.reason.clone(),
            at: DateTime::micros(row.moved_at),
            key: row.id,
            level_key: row.stock_level_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}
