//! The table of requests to change published products.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::codes::Coded;
use domain::product::form::{ProductChangeStatus, ProductForm};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_change")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// The cooperative that makes the product.
    pub cooperative_id: Uuid,
    /// Where it stands.
    pub status: EnumValue<ProductChangeStatus>,
    /// What the product said when it was asked.
    pub was: Json<ProductForm>,
    /// What it is to say.
    pub asked: Json<ProductForm>,
    /// Who asked.
    pub requested_by: Option<Uuid>,
    /// What she was called.
    pub requested_by_name: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When; microseconds since 1970 in UTC.
    pub decided_at: Option<i64>,
    /// Why it was declined.
    pub reason: Option<String>,
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
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(ProductChange { Id => id, Number => number, BranchId => branch_id, ProductId => product_id, CooperativeId => cooperative_id, Status => status, Was => was, Asked => asked, RequestedBy => requested_by, RequestedByName => requested_by_name, DecidedBy => decided_by, DecidedAt => decided_at, Reason => reason, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Product: product_id, Cooperative: cooperative_id, User: requested_by, User: decided_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideProducts));
    const PERSONAL: &'static [Column] = &[Column::RequestedByName];

    /// Whoever may ask for a change withdraws it.
    fn is_entered(status: &str) -> bool {
        status == ProductChangeStatus::Withdrawn.as_str()
    }
}
