//! The table of the moves of products through the catalogue: who submitted, published or declined what, and why. Rows are only
//! added.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::product::ProductStatus;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_move")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// Where it stood; none: it was made.
    pub from_status: Option<EnumValue<ProductStatus>>,
    /// Where it stands since.
    pub to_status: EnumValue<ProductStatus>,
    /// Who moved it; none: the platform itself.
    pub actor_id: Option<Uuid>,
    /// What she was called.
    pub actor_name: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When; microseconds since 1970 in UTC.
    pub moved_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProducts;
    const MANAGE: Permission = Permission::ManageProducts;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::ProductId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}
