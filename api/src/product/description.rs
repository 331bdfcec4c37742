//! The description of products, beside the other columns of the same table.

use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Who makes it.
    pub cooperative_id: Uuid,
    /// What it is.
    pub description: Option<Json<LocalizedText>>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// The last day on which it may be shown.
    pub valid_until: Option<String>,
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
