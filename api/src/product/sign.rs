//! The table of quality signs of products.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::product::QualitySignKind;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_sign")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// What bears it.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// Which sign.
    pub kind: EnumValue<QualitySignKind>,
    /// Its number.
    pub reference: Option<String>,
    /// Its last day.
    pub valid_until: Option<Day>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
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
