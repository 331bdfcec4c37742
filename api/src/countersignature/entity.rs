//! The table of what cooperatives say of their deliveries.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::stock::CountersignatureStatus;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_countersignature")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Where it was delivered.
    pub market_id: Uuid,
    /// The delivery.
    pub stock_movement_id: Uuid,
    /// The cooperative that delivered.
    pub cooperative_id: Uuid,
    /// What she says.
    pub status: EnumValue<CountersignatureStatus>,
    /// Why she disputes it.
    pub reason: Option<String>,
    /// Who says it for her; none: the platform itself.
    pub signed_by: Option<Uuid>,
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
    const SEE: Permission = Permission::SeeCountersignatures;
    const MANAGE: Permission = Permission::ManageCountersignatures;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(DeliveryCountersignature { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, StockMovementId => stock_movement_id, CooperativeId => cooperative_id, Status => status, Reason => reason, SignedBy => signed_by, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, StockMovement: stock_movement_id, Cooperative: cooperative_id, User: signed_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
