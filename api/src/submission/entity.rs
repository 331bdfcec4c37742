//! The table of submissions.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::submission::SubmissionStatus;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch whose figures they are.
    pub branch_id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The period as it is written.
    pub period: String,
    /// Its first day.
    pub period_start: Day,
    /// Its last day.
    pub period_end: Day,
    /// Where it stands.
    pub status: EnumValue<SubmissionStatus>,
    /// The branch whose word comes next; none once it is accepted. Derived.
    pub stands_with_id: Option<Uuid>,
    /// Who submitted it last.
    pub submitted_by: Option<Uuid>,
    /// When.
    pub submitted_on: Option<Day>,
    /// The level that does not wait for it.
    pub waived_by_id: Option<Uuid>,
    /// What whoever decided so was called.
    pub waived_by_name: Option<String>,
    /// Why it does not wait.
    pub waiver_reason: Option<String>,
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
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Submission { Id => id, Number => number, BranchId => branch_id, ProgrammeId => programme_id, Period => period, PeriodStart => period_start, PeriodEnd => period_end, Status => status, StandsWithId => stands_with_id, SubmittedBy => submitted_by, SubmittedOn => submitted_on, WaivedById => waived_by_id, WaivedByName => waived_by_name, WaiverReason => waiver_reason, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Programme: programme_id, Branch: stands_with_id, User: submitted_by, Branch: waived_by_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideIndicators));
}
