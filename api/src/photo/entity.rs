//! The table of photos of products.

use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// What is seen on it.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// Its place among the photos of the product, from 0; none: it waits to be accepted.
    pub position: Option<i32>,
    /// The hash of its content, which names its files.
    pub content: String,
    /// Its width in pixels.
    pub width: i32,
    /// Its height in pixels.
    pub height: i32,
    /// What is shown until it has arrived.
    pub blur_hash: String,
    /// What is seen on it, for whoever does not see it.
    pub alt: Json<LocalizedText>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// The last day on which it may be shown; none: no end.
    pub valid_until: Option<Day>,
    /// Whether it was drawn for the demo world.
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

crate::table!(Photo { Id => id, Number => number, BranchId => branch_id, ProductId => product_id, CooperativeId => cooperative_id, Position => position, Content => content, Width => width, Height => height, BlurHash => blur_hash, Alt => alt, Published => published, ValidUntil => valid_until, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Product: product_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
