//! The table of stock movements: the ledger. Rows are only added.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::stock::StockMovementKind;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// The market's stock of the variant.
    pub stock_level_id: Uuid,
    /// Of which lot.
    pub stock_lot_id: Uuid,
    /// The cooperative that made it.
    pub cooperative_id: Uuid,
    /// What was recorded at once has one key.
    pub entry_id: Uuid,
    /// What happened.
    pub kind: EnumValue<StockMovementKind>,
    /// How much came, in thousandths; below zero: went.
    pub quantity: i64,
    /// Why.
    pub reason: Option<String>,
    /// When; microseconds since 1970 in UTC.
    pub moved_at: i64,
    /// Who recorded it; none: the platform itself.
    pub entered_by: Option<Uuid>,
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
    const SEE: Permission = Permission::SeeStock;
    const MANAGE: Permission = Permission::ManageStock;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(StockMovement { Id => id, Number => number, BranchId => branch_id, StockLevelId => stock_level_id, StockLotId => stock_lot_id, CooperativeId => cooperative_id, EntryId => entry_id, Kind => kind, Quantity => quantity, Reason => reason, MovedAt => moved_at, EnteredBy => entered_by, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, StockLevel: stock_level_id, Cooperative: cooperative_id, User: entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
