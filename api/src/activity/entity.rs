//! The table of activities.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::activity::{ActivityKind, ActivityStatus};
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that holds it.
    pub branch_id: Uuid,
    /// The programme that it is part of.
    pub programme_id: Uuid,
    /// What it is.
    pub kind: EnumValue<ActivityKind>,
    /// The title.
    pub title: Json<LocalizedText>,
    /// Its first day.
    pub starts_on: Day,
    /// Its last day.
    pub ends_on: Day,
    /// The province that it is held in.
    pub province_id: Option<Uuid>,
    /// Where it is held.
    pub place: Option<String>,
    /// For how many people there is room.
    pub capacity: Option<i32>,
    /// Where it stands.
    pub status: EnumValue<ActivityStatus>,
    /// Why it was cancelled.
    pub cancellation_reason: Option<String>,
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
    const SEE: Permission = Permission::SeeProgrammes;
    // Whoever enters figures enters what they come from.
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Activity { Id => id, Number => number, BranchId => branch_id, ProgrammeId => programme_id, Kind => kind, Title => title, StartsOn => starts_on, EndsOn => ends_on, ProvinceId => province_id, Place => place, Capacity => capacity, Status => status, CancellationReason => cancellation_reason, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Programme: programme_id, Province: province_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
