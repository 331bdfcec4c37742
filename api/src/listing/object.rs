//! The GraphQL face of listings.

use super::entity;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{DateTime, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::Later;
use crate::platform::query::stored::Day;
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
    /// The price on the shelf.
    pub price: Money,
    /// Whether the listing may be sold today: it is on sale, the market is open for business and, where it keeps stock of the
    /// variant, has some that is good today. Unavailable listings stay in lists.
    pub available: bool,
    #[graphql(flatten)]
    pub(crate) details: Later<ListingDetails>,
    #[graphql(skip)]
    pub(crate) market_key: Uuid,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) variant_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ListingRow: Listing of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// Where it is sold.
        MarketId => market_id: Uuid,
        /// What is sold.
        ProductId => product_id: Uuid,
        /// In which quantity.
        VariantId => variant_id: Uuid,
        /// The shelf price in centimes.
        Price => price: i64,
        /// Whether the market keeps stock of it and has none; derived.
        SoldOut => sold_out: bool,
        /// The last day of what the market has of it; none: it keeps, or no stock is kept of it; derived.
        StockGoodUntil => stock_good_until: Option<Day>,
        /// Whether it may be shown; derived.
        Published => published: bool,
    } names { Market: market_id, Product: product_id, ProductVariant: variant_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    ListingDetails of entity {
        /// When the listing was last edited.
        ChangedAt => changed_at: DateTime,
        /// Whether the listing was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

/// A listing, and where its market stands.
pub type Row = (Arc<ListingRow>, MarketStatus);

impl Listing {
    /// The face of a row, with the level that it was read in.
    pub fn new((row, market_status): Row, batch: Batch, today: Date) -> Self {
        let in_stock = !row.sold_out && is_good(row.stock_good_until.map(|day| day.0), today);
        Self {
            id: GlobalId::new(Kind::Listing, row.id),
            version: row.version,
            price: Money::centimes(row.price),
            // Only rows that are on sale are read by the public.
            available: available(row.published && in_stock, market_status),
            details: Later::new(row.id, &batch),
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
