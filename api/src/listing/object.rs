//! The GraphQL face of listings.

use super::entity::Model;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{DateTime, Money};
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::market::{MarketStatus, available};
use domain::stock::is_good;
use jiff::civil::Date;
use std::sync::Arc;
use uuid::Uuid;

/// A variant of a product on the shelf of a market.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Listing {
    /// The listing's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The listing's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the listing was last edited.
    pub changed_at: DateTime,
    /// The price on the shelf.
    pub price: Money,
    /// Whether the listing may be sold today: it is on sale, the market is open for business and, where it keeps stock of the
    /// variant, has some that is good today. Unavailable listings stay in lists.
    pub available: bool,
    /// Whether the listing was invented for demonstration.
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
    pub fn new((row, market_status): Row, batch: Batch, today: Date) -> Self {
        let in_stock = !row.sold_out && is_good(row.stock_good_until.map(|day| day.0), today);
        Self {
            id: GlobalId::new(Kind::Listing, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            price: Money::centimes(row.price),
            // Only rows that are on sale are read by the public.
            available: available(row.published && in_stock, market_status),
            is_demo: row.is_demo,
            market_key: row.market_id,
            product_key: row.product_id,
            variant_key: row.variant_id,
            batch,
        }
    }
}

/// Conditions on listings: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ListingFilter {
    /// Leaves only listings of products in the category with this slug.
    pub category: Option<String>,
    /// Leaves only listings of products of the cooperative with this global id.
    pub cooperative: Option<ID>,
}

/// The order of listings.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ListingOrder {
    /// The listing created first comes first.
    #[default]
    Oldest,
    /// The listing created last comes first.
    Newest,
    /// The lowest price first.
    PriceAscending,
    /// The highest price first.
    PriceDescending,
}
