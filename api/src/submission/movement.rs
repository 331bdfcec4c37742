//! The table of the moves of submissions: who signed what, for which branch, and why. Rows are only added.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::submission::SubmissionStatus;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_move")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch whose figures they are.
    pub branch_id: Uuid,
    /// The submission.
    pub submission_id: Uuid,
    /// Where it stood; none: it was made.
    pub from_status: Option<EnumValue<SubmissionStatus>>,
    /// Where it stands since.
    pub to_status: EnumValue<SubmissionStatus>,
    /// The branch for which it was decided.
    pub by_branch_id: Uuid,
    /// Who decided.
    pub actor_id: Option<Uuid>,
    /// What she was called.
    pub actor_name: Option<String>,
    /// Why.
    pub comment: Option<String>,
    /// When; microseconds since 1970 in UTC.
    pub moved_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::SubmissionId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
