//! The table of variants: in which quantities a product is sold.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::product::{SoldBy, Unit};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_variant")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// What it is a variant of.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// What is measured.
    pub unit: EnumValue<Unit>,
    /// How much of the unit, in thousandths.
    pub quantity: i64,
    /// How it is sold.
    pub sold_by: EnumValue<SoldBy>,
    /// The cooperative's own number.
    pub sku: String,
    /// The global trade item number.
    pub gtin: Option<String>,
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
    const SEE: Permission = Permission::SeeProducts;
    const MANAGE: Permission = Permission::ManageProducts;
    const OPEN: Open<Column> = Open::PublishedUntil(Column::Published, Column::ValidUntil);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(ProductVariant { Id => id, BranchId => branch_id, ProductId => product_id, CooperativeId => cooperative_id, Unit => unit, Quantity => quantity, SoldBy => sold_by, Sku => sku, Gtin => gtin, Published => published, ValidUntil => valid_until, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Product: product_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
