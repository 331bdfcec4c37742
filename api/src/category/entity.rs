//! The table of product categories.

use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The category above it.
    pub parent_id: Option<Uuid>,
    /// Its name in addresses.
    pub slug: String,
    /// Its place among its sisters.
    pub position: i32,
    /// The name.
    pub name: Json<LocalizedText>,
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
    const SEE: Permission = Permission::SeeCategories;
    const MANAGE: Permission = Permission::ManageCategories;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Category { Id => id, ParentId => parent_id, Slug => slug, Position => position, Name => name, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Category: parent_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
