//! The table of consignment contracts.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::stock::LossBearer;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consignment_contract")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that supervises the market.
    pub branch_id: Uuid,
    /// The market.
    pub market_id: Uuid,
    /// Who delivers to it.
    pub cooperative_id: Uuid,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day; none: no end.
    pub valid_to: Option<Day>,
    /// What the market keeps of a price.
    pub commission_basis_points: i32,
    /// Who bears the loss of goods.
    pub loss_borne_by: EnumValue<LossBearer>,
    /// The days of the month on which the cooperative is paid.
    pub payout_days: Json<Vec<i32>>,
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

crate::table!(ConsignmentContract { Id => id, Number => number, BranchId => branch_id, MarketId => market_id, CooperativeId => cooperative_id, ValidFrom => valid_from, ValidTo => valid_to, CommissionBasisPoints => commission_basis_points, LossBorneBy => loss_borne_by, PayoutDays => payout_days, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
