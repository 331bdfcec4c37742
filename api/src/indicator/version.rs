//! The table of earlier versions of indicator definitions. Rows are only added.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::indicator::{IndicatorDirection, IndicatorUnit};
use domain::programme::Theme;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator_version")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The indicator.
    pub indicator_id: Uuid,
    /// The version of the indicator that it was.
    pub version: i32,
    /// The name.
    pub name: Json<LocalizedText>,
    /// What it was measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// The direction in which it improved.
    pub direction: EnumValue<IndicatorDirection>,
    /// What it was about.
    pub theme: EnumValue<Theme>,
    /// What was counted.
    pub numerator: Option<String>,
    /// What it was counted among.
    pub denominator: Option<String>,
    /// When the next version took its place; microseconds since 1970 in UTC.
    pub ended_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::IndicatorId;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}
