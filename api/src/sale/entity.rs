//! The table of sales. A sale is made once for its key.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::sale::{DiscrepancyStatus, PaymentMethod, SaleStatus};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sale")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// Where it was sold.
    pub market_id: Uuid,
    /// What tells it from all others of the market, for ever.
    pub sale_key: String,
    /// Whether it stands.
    pub status: EnumValue<SaleStatus>,
    /// How it was paid.
    pub payment: EnumValue<PaymentMethod>,
    /// What it cost, in centimes.
    pub total: i64,
    /// When, by the clock of the phone; microseconds since 1970 in UTC.
    pub sold_at: i64,
    /// How far the phone showed the time ahead of UTC, in minutes.
    pub utc_offset: Option<i32>,
    /// The day in Casablanca to which it belongs.
    pub sold_on: Day,
    /// The closing that it came after.
    pub corrects_id: Option<Uuid>,
    /// Whether more was sold than the stock had.
    pub discrepancy: Option<EnumValue<DiscrepancyStatus>>,
    /// How that is explained.
    pub discrepancy_note: Option<String>,
    /// Who recorded it; none: the platform itself.
    pub entered_by: Option<Uuid>,
    /// Why it is to be voided.
    pub void_reason: Option<String>,
    /// Who wants it voided.
    pub void_requested_by: Option<Uuid>,
    /// Who voided it.
    pub voided_by: Option<Uuid>,
    /// When it was voided; microseconds since 1970 in UTC.
    pub voided_at: Option<i64>,
    /// The day in Casablanca on which its price was given back.
    pub voided_on: Option<Day>,
    /// The closing that the void came after.
    pub void_corrects_id: Option<Uuid>,
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

crate::table!(Sale { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, SaleKey => sale_key, Status => status, Payment => payment, Total => total, SoldAt => sold_at, UtcOffset => utc_offset, SoldOn => sold_on, CorrectsId => corrects_id, Discrepancy => discrepancy, DiscrepancyNote => discrepancy_note, EnteredBy => entered_by, VoidReason => void_reason, VoidRequestedBy => void_requested_by, VoidedBy => voided_by, VoidedAt => voided_at, VoidedOn => voided_on, VoidCorrectsId => void_corrects_id, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, DayClosing: corrects_id, User: entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
