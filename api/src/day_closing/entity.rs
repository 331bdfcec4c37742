//! The table of day closings: what a market's drawer should hold in the evening, and what was counted.

use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "day_closing")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Which market's.
    pub market_id: Uuid,
    /// The day that was closed, in Casablanca.
    pub closed_on: Day,
    /// What lay in the drawer in the morning, in centimes.
    pub opening_float: i64,
    /// What it should hold, in centimes.
    pub expected_cash: i64,
    /// What was counted, in centimes.
    pub counted_cash: i64,
    /// What was paid by card, less voids, in centimes.
    pub card_total: i64,
    /// What was paid by transfers, less voids, in centimes.
    pub transfer_total: i64,
    /// How many sales there were.
    pub sale_count: i64,
    /// Who counted; none: the platform itself.
    pub entered_by: Option<Uuid>,
    /// Whether goods of the demo world were sold.
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
    const SEE: Permission = Permission::SeeSales;
    const MANAGE: Permission = Permission::ManageSales;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(DayClosing { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, ClosedOn => closed_on, OpeningFloat => opening_float, ExpectedCash => expected_cash, CountedCash => counted_cash, CardTotal => card_total, TransferTotal => transfer_total, SaleCount => sale_count, EnteredBy => entered_by, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, User: entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
