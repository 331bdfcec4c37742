//! The table of what was sold: the lines of sales.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sale_line")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Where it was sold.
    pub market_id: Uuid,
    /// The sale that it is a part of.
    pub sale_id: Uuid,
    /// Where it stands in the sale, from 0.
    pub position: i32,
    /// What was sold.
    pub variant_id: Uuid,
    /// The product of the variant.
    pub product_id: Uuid,
    /// The cooperative that made it.
    pub cooperative_id: Uuid,
    /// The category of the product as it was sold.
    pub category_id: Option<Uuid>,
    /// How much, in thousandths of packs.
    pub quantity: i64,
    /// What was charged for a pack, in centimes.
    pub price: i64,
    /// What it cost, in centimes.
    pub total: i64,
    /// How much of it the stock did not have, in thousandths of packs.
    pub missing: i64,
    /// When, by the clock of the phone; microseconds since 1970 in UTC.
    pub sold_at: i64,
    /// The day in Casablanca to which the sale belongs.
    pub sold_on: Day,
    /// Whether the sale was voided.
    pub voided: bool,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeSales;
    const MANAGE: Permission = Permission::ManageSales;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(SaleLine { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, SaleId => sale_id, Position => position, VariantId => variant_id, ProductId => product_id, CooperativeId => cooperative_id, CategoryId => category_id, Quantity => quantity, Price => price, Total => total, Missing => missing, SoldAt => sold_at, SoldOn => sold_on, Voided => voided } names { Market: market_id, Sale: sale_id, ProductVariant: variant_id, Product: product_id, Cooperative: cooperative_id });
