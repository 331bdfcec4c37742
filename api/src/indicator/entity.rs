//! The table of indicator definitions.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::indicator::{IndicatorDirection, IndicatorUnit};
use domain::programme::Theme;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// What it is measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// The direction in which the indicator improves.
    pub direction: EnumValue<IndicatorDirection>,
    /// What it is about.
    pub theme: EnumValue<Theme>,
    /// What is counted.
    pub numerator: Option<String>,
    /// What it is counted among.
    pub denominator: Option<String>,
    /// Whether it was invented for the demo world.
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
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Indicator { Id => id, Code => code, Name => name, Unit => unit, Direction => direction, Theme => theme, Numerator => numerator, Denominator => denominator, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names {  });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
