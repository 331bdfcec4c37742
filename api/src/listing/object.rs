//! The GraphQL face of listings.

use super::entity::Model;
use crate::market;
use crate::platform::batch::Batch;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::scalars::{DateTime, Money};
use crate::product::{entity as product, object::Beside, variant};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::market::MarketStatus;
use std::sync::Arc;

/// A variant of a product on the shelf of a market.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Listing {
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// The shelf price.
    pub price: Money,
    /// Whether it may be sold today: it is on sale and the market works. Unavailable ones stay listed.
    pub available: bool,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) row: Arc<Row>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// A listing with what is read beside it by the same statement: what the list that it stands in does not show already.
#[derive(Clone, Debug)]
pub struct Row {
    /// The listing.
    pub listing: Model,
    /// Where its market stands.
    pub market_status: MarketStatus,
    /// The market, in lists of a product.
    pub market: Option<market::entity::Model>,
    /// The variant, in lists of a market.
    pub variant: Option<variant::Model>,
    /// The product, in lists of a market.
    pub product: Option<product::Model>,
    /// What is beside the product.
    pub beside: Beside,
}

impl Listing {
    /// The face of a row, with the level that it was read in.
    pub fn new(row: Row, batch: Batch) -> Self {
        Self {
            id: GlobalId::new(Kind::Listing, row.listing.id),
            version: row.listing.version,
            changed_at: DateTime::micros(row.listing.changed_at),
            price: Money::centimes(row.listing.price),
            // Only rows that are on sale are read by the public.
            available: row.listing.published && row.market_status == MarketStatus::Open,
            is_demo: row.listing.is_demo,
            row: Arc::new(row),
            batch,
        }
    }
}

/// Which listings are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ListingFilter {
    /// Of products in the category with this slug.
    pub category: Option<String>,
    /// Of products of this cooperative.
    pub cooperative: Option<ID>,
}

/// The order of listings.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ListingOrder {
    /// In the order in which they were put on the shelf.
    #[default]
    Oldest,
    /// Those put on the shelf last come first.
    Newest,
    /// The lowest price first.
    PriceAscending,
    /// The highest price first.
    PriceDescending,
}
