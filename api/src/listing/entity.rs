//! The table of listings: what is on the shelf of a market.

use crate::platform::query::stored::Day;
use crate::platform::query::table::Node;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Where it is sold.
    pub market_id: Uuid,
    /// What is sold.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// The category of the product; derived.
    pub category_id: Uuid,
    /// In which quantity.
    pub variant_id: Uuid,
    /// The shelf price in centimes.
    pub price: i64,
    /// Whether the market shows it.
    pub visible: bool,
    /// Whether the market keeps stock of it and has none; derived.
    pub sold_out: bool,
    /// The last day of what the market has of it; none: it keeps, or no stock is kept of it; derived.
    pub stock_good_until: Option<Day>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// The last day on which it may be shown; none: no end.
    pub valid_until: Option<Day>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeListings;
    const MANAGE: Permission = Permission::ManageListings;
    const OPEN: Open<Column> = Open::PublishedUntil(Column::Published, Column::ValidUntil);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(Listing { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, ProductId => product_id, CooperativeId => cooperative_id, CategoryId => category_id, VariantId => variant_id, Price => price, Visible => visible, SoldOut => sold_out, StockGoodUntil => stock_good_until, Published => published, ValidUntil => valid_until, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, Product: product_id, ProductVariant: variant_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
