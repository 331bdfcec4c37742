//! Referrals: somebody who looks for help is led to a service, with her consent, under the code of her case and never her name in
//! the open. Orientation, and no casework: what happens at the service stays there.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use crate::text::required;
use std::collections::BTreeMap;

codes! {
    /// The status of a referral.
    ReferralStatus {
        /// A counsellor has prepared it.
        Proposed = "PROPOSED",
        /// The service was told.
        Sent = "SENT",
        /// The service takes her.
        Accepted = "ACCEPTED",
        /// She was helped.
        Done = "DONE",
        /// The service does not take her.
        Declined = "DECLINED",
        /// She took her consent back.
        Revoked = "REVOKED",
    }
}

codes! {
    /// The purpose of a referral.
    ReferralPurpose {
        /// Protection from violence.
        Protection = "PROTECTION",
        /// Care of a doctor or a midwife.
        MedicalCare = "MEDICAL_CARE",
        /// Legal aid.
        LegalAid = "LEGAL_AID",
        /// Psychological help.
        PsychologicalSupport = "PSYCHOLOGICAL_SUPPORT",
        /// A safe place.
        Shelter = "SHELTER",
        /// Work, training, an income.
        EconomicSupport = "ECONOMIC_SUPPORT",
    }
}

codes! {
    /// Something about her that a recipient may be told.
    ReferralField {
        /// What she wants to be called. Never of a minor.
        Name = "NAME",
        /// A telephone number that is safe to call.
        Phone = "PHONE",
        /// When it is safe to call.
        SafeHours = "SAFE_HOURS",
        /// The language that she speaks.
        Language = "LANGUAGE",
        /// The province that she is in.
        Province = "PROVINCE",
        /// What she needs.
        Needs = "NEEDS",
        /// The children who are with her.
        Children = "CHILDREN",
    }
}

codes! {
    /// Who has consented to a referral.
    ReferralConsentGiver {
        /// She herself.
        Survivor = "SURVIVOR",
        /// Two counsellors, for a minor who cannot: by the rule of her best interest.
        BestInterest = "BEST_INTEREST",
        /// Two counsellors, because somebody's life is in danger.
        ImminentDanger = "IMMINENT_DANGER",
    }
}

impl ReferralStatus {
    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let is_allowed = matches!(
            (self, next),
            (Self::Proposed, Self::Sent)
                | (Self::Sent, Self::Accepted | Self::Declined)
                | (Self::Accepted, Self::Done | Self::Declined)
                | (Self::Proposed | Self::Sent | Self::Accepted, Self::Revoked)
        );
        if is_allowed { Ok(next) } else { Err(Fault::status(self, next)) }
    }
}

impl ReferralConsentGiver {
    /// Whether another counsellor than who proposed a referral has to send it.
    pub fn needs_two(self, is_minor: bool) -> bool {
        is_minor || self != Self::Survivor
    }
}

/// A detail has at most so many characters.
pub const DETAIL_MAX: usize = 500;

/// What is kept of a case so many days after its last change; then its key is destroyed.
pub const RETENTION_DAYS: i32 = 365;

/// What somebody consents to: who does, what of her may be told, and why without herself.
#[derive(Clone, Debug)]
pub struct Consent {
    /// What may be told.
    pub fields: Vec<ReferralField>,
    /// Who consents.
    pub given_by: ReferralConsentGiver,
    /// Why two counsellors decide for her.
    pub reason: Option<String>,
}

/// What a recipient is told: each thing that she consents to, and nothing else.
pub type Details = BTreeMap<ReferralField, String>;

impl Consent {
    /// The details and the reason, cleaned.
    ///
    /// # Errors
    /// CONSENT_REQUIRED for what she does not consent to, and for a name or a best interest that is not hers; DUPLICATE_ENTRY;
    /// TEXT_REQUIRED where two counsellors give no reason; TEXT_TOO_LONG, TEXT_UNSAFE.
    pub fn cleaned(
        &self,
        details: &[(ReferralField, String)],
        is_minor: bool,
    ) -> Result<(Details, Option<String>), Faults> {
        let mut faults = Faults::new();
        let at = |code: Code, field: &str, list: &str, place: usize| {
            Fault::new(code).at(field).at(&place.to_string()).at(list)
        };
        for (place, field) in self.fields.iter().enumerate() {
            if *field == ReferralField::Name && is_minor {
                faults.push(Fault::new(Code::ConsentRequired).at(&place.to_string()).at("fields").at("consent"));
            }
        }
        if self.given_by == ReferralConsentGiver::BestInterest && !is_minor {
            faults.push(Fault::new(Code::ConsentRequired).at("givenBy").at("consent"));
        }
        let reason = self.reason.as_deref().map(|reason| required(reason, DETAIL_MAX)).transpose();
        let reason =
            reason.map_err(|code| faults.push(Fault::new(code).at("reason").at("consent"))).unwrap_or_default();
        if self.given_by != ReferralConsentGiver::Survivor && reason.is_none() && faults.is_empty() {
            faults.push(Fault::new(Code::TextRequired).at("reason").at("consent"));
        }
        let mut cleaned = Details::new();
        for (place, (field, value)) in details.iter().enumerate() {
            if !self.fields.contains(field) {
                faults.push(at(Code::ConsentRequired, "field", "details", place));
            }
            match required(value, DETAIL_MAX) {
                Ok(value) => {
                    if cleaned.insert(*field, value.into()).is_some() {
                        faults.push(at(Code::DuplicateEntry, "field", "details", place));
                    }
                }
                Err(code) => faults.push(at(code, "value", "details", place)),
            }
        }
        if faults.is_empty() { Ok((cleaned, reason.map(Into::into))) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use ReferralConsentGiver as By;
    use ReferralField as F;
    use ReferralStatus as S;

    fn told(fields: &[F], by: By, reason: Option<&str>, details: &[(F, &str)], is_minor: bool) -> Vec<String> {
        let consent = Consent { fields: fields.to_vec(), given_by: by, reason: reason.map(ToOwned::to_owned) };
        let details: Vec<(F, String)> = details.iter().map(|(field, value)| (*field, (*value).to_owned())).collect();
        let refused = consent.cleaned(&details, is_minor).err().unwrap_or_default();
        refused.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_is_told_that_she_did_not_consent_to() {
        assert_eq!(told(&[F::Phone], By::Survivor, None, &[(F::Phone, "0600000000")], false), [""; 0]);
        let more = told(&[F::Phone], By::Survivor, None, &[(F::Phone, "06"), (F::Needs, "x"), (F::Phone, "07")], false);
        assert_eq!(more, ["CONSENT_REQUIRED details.1.field", "DUPLICATE_ENTRY details.2.field"]);
        // A minor has no name here, and whoever is none decides for herself.
        assert_eq!(told(&[F::Name], By::Survivor, None, &[], true), ["CONSENT_REQUIRED consent.fields.0"]);
        assert_eq!(told(&[], By::BestInterest, Some("x"), &[], false), ["CONSENT_REQUIRED consent.givenBy"]);
        assert_eq!(told(&[], By::BestInterest, Some("x"), &[], true), [""; 0]);
        assert_eq!(told(&[], By::ImminentDanger, None, &[], false), ["TEXT_REQUIRED consent.reason"]);
        assert_eq!(told(&[], By::ImminentDanger, Some("a\u{202e}b"), &[], false), ["TEXT_UNSAFE consent.reason"]);
    }

    #[test]
    fn a_referral_goes_its_way_and_is_revoked_until_it_has_ended() {
        for (from, next) in [
            (S::Proposed, &[S::Sent, S::Revoked][..]),
            (S::Sent, &[S::Accepted, S::Declined, S::Revoked]),
            (S::Accepted, &[S::Done, S::Declined, S::Revoked]),
            (S::Done, &[]),
            (S::Declined, &[]),
            (S::Revoked, &[]),
        ] {
            let allowed: Vec<S> = S::ALL.iter().copied().filter(|next| from.transition(*next).is_ok()).collect();
            assert_eq!(allowed, next, "{from}");
        }
        assert!(!By::Survivor.needs_two(false) && By::Survivor.needs_two(true) && By::ImminentDanger.needs_two(false));
    }
}
