//! The table of stock counts: what was found on a market's shelves, and what became of it.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::stock::{CountedLot, StockCountStatus};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_count")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Where it was counted.
    pub market_id: Uuid,
    /// What became of it.
    pub status: EnumValue<StockCountStatus>,
    /// Why what was found may differ from what was recorded.
    pub reason: String,
    /// What the differences are worth, in centimes; none: something has no price.
    pub worth: Option<i64>,
    /// What was counted.
    pub lots: Json<Vec<CountedLot>>,
    /// Who counted; none: the platform itself.
    pub entered_by: Option<Uuid>,
    /// Who confirmed or declined it.
    pub decided_by: Option<Uuid>,
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
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(StockCount { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, Status => status, Reason => reason, Worth => worth, Lots => lots, EnteredBy => entered_by, DecidedBy => decided_by, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, User: entered_by } lists { ProductVariant: lots.variant });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideStock));
}
