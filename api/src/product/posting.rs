//! The table of words by which products are found on PostgreSQL: words of what is published, and of nothing else.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One word of one product.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_posting")]
pub struct Model {
    /// The word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// The best class that the product is in by it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rank: i16,
    /// The product's number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The product's last day.
    pub valid_until: Option<Day>,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProducts;
    const MANAGE: Permission = Permission::ManageProducts;
    const OPEN: Open<Column> = Open::Until(Column::ValidUntil);
    const KEY: Column = Column::Number;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}
