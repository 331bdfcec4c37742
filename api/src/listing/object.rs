//! The GraphQL face of listings.

use super::entity::Model;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{DateTime, Money};
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::market::MarketStatus;
use std::sync::Arc;
use uuid::Uuid;

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
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) variant_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// A listing, and where its market stands.
pub type Row = (Arc<Model>, MarketStatus);

impl Listing {
    /// The face of a row, with the level that it was read in.
    pub fn new((row, market_status): Row, batch: Batch) -> Self {
        Self {
            id: GlobalId::new(Kind::Listing, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            price: Money::centimes(row.price),
            // Only rows that are on sale are read by the public.
            available: row.published && market_status == MarketStatus::Open,
            is_demo: row.is_demo,
            market_key: row.market_id,
            product_key: row.product_id,
            variant_key: row.variant_id,
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
