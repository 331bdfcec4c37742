//! The table of stock levels: what a market has of a variant. Whoever moves any of it holds the row.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Where it is.
    pub market_id: Uuid,
    /// Of what.
    pub variant_id: Uuid,
    /// The product of the variant.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// How much there is, in thousandths; derived.
    pub on_hand: i64,
    /// The last day on which any of it is good; none: it keeps, or there is none; derived.
    pub good_until: Option<Day>,
    /// The last day of what expires first; derived.
    pub next_expiry: Option<Day>,
    /// What the cooperative asks for a pack, in centimes, as it was told with the last delivery that told it.
    pub asked_price: Option<i64>,
    /// Whether the market asks another price; derived.
    pub price_differs: bool,
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
    const SEE: Permission = Permission::SeeStock;
    const MANAGE: Permission = Permission::ManageStock;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(StockLevel { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, VariantId => variant_id, ProductId => product_id, CooperativeId => cooperative_id, OnHand => on_hand, GoodUntil => good_until, NextExpiry => next_expiry, AskedPrice => asked_price, PriceDiffers => price_differs, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, ProductVariant: variant_id, Product: product_id, Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
