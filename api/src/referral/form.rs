//! A referral as its form was read.

use domain::referral::{Consent, ReferralField, ReferralPurpose};
use uuid::Uuid;

/// A referral to be proposed.
#[derive(Clone)]
pub struct NewReferral {
    /// The recipient.
    pub service: Uuid,
    /// What it is for.
    pub purpose: ReferralPurpose,
    /// Whether she is a minor.
    pub is_minor: bool,
    /// The case that it belongs to; none: a new one.
    pub case_code: Option<String>,
    /// What the recipient is told.
    pub details: Vec<(ReferralField, String)>,
    /// What she consents to.
    pub consent: Consent,
}
