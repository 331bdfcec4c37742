//! The table of meetings of steering committees.

use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::committee::CommitteeMember;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "steering_meeting")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps the agreement.
    pub branch_id: Uuid,
    /// The committee that met.
    pub committee_id: Uuid,
    /// Its place among the meetings of its committee.
    pub ordinal: i32,
    /// When it was held.
    pub held_on: Day,
    /// How many members with a vote had to be present on that day.
    pub quorum: i32,
    /// Who was present, as they were members on that day.
    pub present: Json<Vec<CommitteeMember>>,
    /// What was written down of it.
    pub minutes: Option<String>,
    /// What was decided.
    pub decisions: Json<Vec<String>>,
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
    const SEE: Permission = Permission::SeeAgreements;
    const MANAGE: Permission = Permission::ManageAgreements;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(SteeringMeeting { Id => id, BranchId => branch_id, CommitteeId => committee_id, Ordinal => ordinal, HeldOn => held_on, Quorum => quorum, Present => present, Minutes => minutes, Decisions => decisions, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, SteeringCommittee: committee_id } lists { Partner: present.partner });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
