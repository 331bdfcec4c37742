//! The table of referrals. Counsellors alone read it.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::referral::{ReferralConsentGiver, ReferralField, ReferralPurpose, ReferralStatus};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "referral")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that it belongs to.
    pub branch_id: Uuid,
    /// The case, by which its key is found; none: it was destroyed.
    pub case_id: Option<Uuid>,
    /// What counsellors call the case; none: it was destroyed.
    pub case_code: Option<String>,
    /// The recipient.
    pub support_service_id: Uuid,
    /// What it is for.
    pub purpose: EnumValue<ReferralPurpose>,
    /// Whether she is a minor.
    pub is_minor: bool,
    /// Where it stands.
    pub status: EnumValue<ReferralStatus>,
    /// What of her may be told.
    pub fields: Json<Vec<ReferralField>>,
    /// Who consented.
    pub given_by: EnumValue<ReferralConsentGiver>,
    /// What is told, and why without herself, encrypted with the key of the case.
    pub sealed: Option<String>,
    /// Who proposed it.
    pub proposed_by: Option<Uuid>,
    /// Who told the service.
    pub sent_by: Option<Uuid>,
    /// When the service was told; microseconds since 1970 in UTC.
    pub sent_at: Option<i64>,
    /// When the service answered.
    pub answered_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
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
    const SEE: Permission = Permission::SeeReferrals;
    const MANAGE: Permission = Permission::ManageReferrals;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Referral { Id => id, Number => number, BranchId => branch_id, CaseId => case_id, CaseCode => case_code, SupportServiceId => support_service_id, Purpose => purpose, IsMinor => is_minor, Status => status, Fields => fields, GivenBy => given_by, Sealed => sealed, ProposedBy => proposed_by, SentBy => sent_by, SentAt => sent_at, AnsweredAt => answered_at, EndedAt => ended_at, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, SupportService: support_service_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    // The audit says that a referral was changed, by whom and how it stands: what stands in it can be erased there.
    const PERSONAL: &'static [Column] = &[Column::CaseCode, Column::CaseId, Column::Sealed];
}
