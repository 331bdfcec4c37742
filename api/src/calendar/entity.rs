//! The table of the national calendar.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::calendar::{CalendarKind, DayStatus};
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_entry")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is.
    pub kind: EnumValue<CalendarKind>,
    /// Month and day (`MM-DD`) of a holiday that is the same every year.
    pub month_day: Option<String>,
    /// The first year of such a holiday.
    pub first_year: Option<i32>,
    /// The first day of one that has dates.
    pub starts_on: Option<Day>,
    /// Its last day.
    pub ends_on: Option<Day>,
    /// The name.
    pub name: Json<LocalizedText>,
    /// Whether the dates are confirmed.
    pub status: EnumValue<DayStatus>,
    /// Where it was read.
    pub source: String,
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
    const SEE: Permission = Permission::SeeCategories;
    const MANAGE: Permission = Permission::ManageCategories;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(CalendarEntry { Id => id, Kind => kind, MonthDay => month_day, FirstYear => first_year, StartsOn => starts_on, EndsOn => ends_on, Name => name, Status => status, Source => source, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names {  });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
