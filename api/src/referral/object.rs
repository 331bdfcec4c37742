//! The GraphQL face of referrals.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::referral::{ReferralConsentGiver, ReferralField, ReferralPurpose, ReferralStatus};
use uuid::Uuid;

/// Somebody who looks for help is led to a service, with her consent. Counsellors alone read referrals, and each read is audited.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Referral {
    /// The referral's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The referral's version: 1 when it was created, and one more with each edit.
    pub version: i32,
    /// When the referral was last edited.
    pub changed_at: DateTime,
    /// What counsellors call the case; null: what was kept of it is destroyed.
    pub case_code: Option<String>,
    /// The status of the referral.
    pub status: EnumValue<ReferralStatus>,
    /// The purpose of the referral.
    pub purpose: EnumValue<ReferralPurpose>,
    /// Whether she is a minor: then another counsellor than who proposed it sends it, and nothing names her.
    pub is_minor: bool,
    /// What she consents to, for this recipient and this purpose.
    pub consent: ReferralConsent,
    /// When the counsellor prepared the referral.
    pub proposed_at: DateTime,
    /// When the service was told; null: it was not.
    pub sent_at: Option<DateTime>,
    /// When the service answered; null: it has not.
    pub answered_at: Option<DateTime>,
    /// When the referral ended; null: it has not.
    pub ended_at: Option<DateTime>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) service_key: Uuid,
    #[graphql(skip)]
    pub(crate) sealed: Option<(Uuid, String)>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// What she consents to.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ReferralConsent {
    /// What of her the recipient may be told.
    pub fields: Vec<EnumValue<ReferralField>>,
    /// Who consented.
    pub given_by: EnumValue<ReferralConsentGiver>,
}

/// What the recipient is told, and why without herself.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ReferralContent {
    /// What the recipient is told.
    pub details: Vec<ReferralDetail>,
    /// Why two counsellors decided for her; null: she consented herself.
    pub reason: Option<String>,
}

/// Something that the recipient is told.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ReferralDetail {
    /// What it is about.
    pub field: EnumValue<ReferralField>,
    /// What is told.
    pub value: String,
}

impl RowObject for Referral {
    type Columns = Entity;

    const PERSONAL: Option<&'static str> = Some("referral");

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Referral, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            case_code: row.case_code.clone(),
            status: row.status,
            purpose: row.purpose,
            is_minor: row.is_minor,
            consent: ReferralConsent {
                fields: row.fields.0.iter().copied().map(EnumValue).collect(),
                given_by: row.given_by,
            },
            proposed_at: DateTime::micros(row.created_at),
            sent_at: row.sent_at.map(DateTime::micros),
            answered_at: row.answered_at.map(DateTime::micros),
            ended_at: row.ended_at.map(DateTime::micros),
            key: row.id,
            branch_key: row.branch_id,
            service_key: row.support_service_id,
            sealed: row.case_id.zip(row.sealed.clone()),
            batch,
        }
    }
}

/// How many referrals of a branch were sent.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ReferralCount {
    /// The number of referrals; null: fewer than ten, or it would tell of fewer than ten.
    pub referrals: Option<i32>,
    /// The same by purpose.
    pub by_purpose: Vec<ReferralPurposeCount>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// How many referrals for a purpose were sent.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ReferralPurposeCount {
    /// The purpose.
    pub purpose: EnumValue<ReferralPurpose>,
    /// The number of referrals; null: fewer than ten, or it would tell of fewer than ten.
    pub referrals: Option<i32>,
}

/// Conditions on referrals: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ReferralFilter {
    /// Leaves only referrals of the case with this code.
    pub case_code: Option<String>,
    /// Leaves only referrals in this status.
    pub status: Option<EnumValue<ReferralStatus>>,
}
