//! The GraphQL face of day closings.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// The closing of a market's day: what its drawer should hold, and what was counted. It is never edited: what comes later is a
/// correction.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct DayClosing {
    /// The closing's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The closing's version: it stays 1.
    pub version: i32,
    /// When the day was closed.
    pub changed_at: DateTime,
    /// The day, in the market's time zone.
    pub on: Date,
    /// What lay in the drawer in the morning.
    pub opening_float: Money,
    /// What the drawer should hold: the opening float and cash sales of the day, less what was given back on it.
    pub expected_cash: Money,
    /// What was counted.
    pub counted_cash: Money,
    /// What was counted less what was expected; below zero, something is missing.
    pub difference: Money,
    /// What was paid by card on the day, less voids.
    pub card_total: Money,
    /// What was paid by transfer on the day, less voids.
    pub transfer_total: Money,
    /// The number of sales of the day that stood when it was closed.
    pub sale_count: i64,
    /// Whether goods of the demonstration were sold.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for DayClosing {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::DayClosing, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            on: row.closed_on.into(),
            opening_float: Money::centimes(row.opening_float),
            expected_cash: Money::centimes(row.expected_cash),
            counted_cash: Money::centimes(row.counted_cash),
            difference: Money::centimes(row.counted_cash.saturating_sub(row.expected_cash)),
            card_total: Money::centimes(row.card_total),
            transfer_total: Money::centimes(row.transfer_total),
            sale_count: row.sale_count,
            is_demo: row.is_demo,
            key: row.id,
            market_key: row.market_id,
            batch,
        }
    }
}

/// What came for a day after it was closed.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct DayCorrections {
    /// The number of sales that arrived later.
    pub sale_count: i64,
    /// The number of sales that were voided on the day after it was closed.
    pub void_count: i64,
    /// What cash sales that arrived later brought, less what was given back: the drawer should have held so much more.
    pub cash: Money,
}
