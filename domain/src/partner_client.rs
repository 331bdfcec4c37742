//! Machine credentials of partner organisations: what they may ask for, and for how long.
//!
//! A client is bound to its partner and to scopes. It has no branch reach and inherits no person's rights: what it reads
//! beyond what is published is what its partner is party to, once it was signed or approved.

use crate::access::Permission;
use crate::codes;
use crate::codes::Coded;
use crate::fault::{Code, Fault};
use crate::partnership::AgreementState;
use crate::programme::ProgrammeStatus;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

codes! {
    /// What a client may ask for.
    ClientScope {
        /// The programmes of its partner's agreements.
        ProgrammesRead = "programmes:read",
        /// The agreements that its partner is party to.
        AgreementsRead = "agreements:read",
        /// The accepted figures of those programmes.
        IndicatorsRead = "indicators:read",
        /// What changed among all that.
        ChangesRead = "changes:read",
        /// To have exports made.
        ExportsWrite = "exports:write",
    }
}

impl ClientScope {
    /// Whether the scope lets its holder see what is not published of a kind of thing, within what its partner is party
    /// to. Nothing lets it change anything.
    pub fn grants(self, permission: Permission) -> bool {
        match self {
            Self::ProgrammesRead => permission == Permission::SeeProgrammes,
            Self::AgreementsRead => permission == Permission::SeeAgreements,
            Self::IndicatorsRead => permission == Permission::SeeIndicators,
            Self::ChangesRead | Self::ExportsWrite => false,
        }
    }
}

impl ClientScope {
    /// Whether a program needs a scope for a kind of thing at all: of everything else it reads what is published.
    pub fn is_needed_for(permission: Permission) -> bool {
        Self::ALL.iter().any(|scope| scope.grants(permission))
    }
}

/// A credential ends within a year.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Check the end of a credential that is made now.
///
/// # Errors
/// DATE_INVALID at `expiresAt`, when it has passed or is more than 365 days off.
pub fn check_expiry(expires_at: Timestamp, now: Timestamp) -> Result<(), Fault> {
    let lasts = expires_at.duration_since(now);
    if lasts > SignedDuration::ZERO && lasts <= LONGEST {
        Ok(())
    } else {
        Err(Fault::new(Code::DateInvalid).at("expiresAt"))
    }
}

/// A partner's program that has shown its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerClient {
    /// Which credential.
    pub client: Uuid,
    /// Whose.
    pub partner: Uuid,
    /// What its token was given for.
    pub scopes: Vec<ClientScope>,
}

impl PartnerClient {
    /// Whether it may see what is not published of a kind of thing, within what its partner is party to.
    pub fn may(&self, permission: Permission) -> bool {
        self.scopes.iter().any(|scope| scope.grants(permission))
    }
}

/// Whether a party's client reads an agreement that stands here: from the signature on, and also after its end.
pub fn reaches_agreement(state: AgreementState) -> bool {
    match state {
        AgreementState::Draft | AgreementState::Negotiation => false,
        AgreementState::Signed | AgreementState::Terminated | AgreementState::Renewed => true,
    }
}

/// Whether a party's client reads a programme of its agreements that stands here: from the approval on.
pub fn reaches_programme(status: ProgrammeStatus) -> bool {
    match status {
        ProgrammeStatus::Draft | ProgrammeStatus::Submitted | ProgrammeStatus::Cancelled => false,
        ProgrammeStatus::Approved
        | ProgrammeStatus::Active
        | ProgrammeStatus::Suspended
        | ProgrammeStatus::Completed
        | ProgrammeStatus::Closed => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_lets_see_its_own_kind_and_change_nothing() {
        let client = PartnerClient {
            client: Uuid::nil(),
            partner: Uuid::nil(),
            scopes: vec![ClientScope::ProgrammesRead, ClientScope::ExportsWrite],
        };
        let seen: Vec<_> = Permission::ALL.iter().filter(|permission| client.may(**permission)).collect();
        assert_eq!(seen, [&Permission::SeeProgrammes]);
        let changing = Permission::ALL.iter().filter(|permission| !permission.is_seeing());
        for permission in changing {
            assert!(ClientScope::ALL.iter().all(|scope| !scope.grants(*permission)), "{permission}");
        }
    }

    #[test]
    fn a_credential_ends_within_a_year() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for (end, is_sound) in [
            ("2026-11-23T12:00:00Z", false),
            ("2026-11-23T12:00:01Z", true),
            ("2027-11-23T12:00:00Z", true),
            ("2027-11-23T12:00:01Z", false),
        ] {
            assert_eq!(check_expiry(end.parse().unwrap(), now).is_ok(), is_sound, "{end}");
        }
    }

    #[test]
    fn drafts_and_submissions_stay_inside() {
        assert!(!reaches_agreement(AgreementState::Negotiation) && reaches_agreement(AgreementState::Terminated));
        assert!(!reaches_programme(ProgrammeStatus::Submitted) && reaches_programme(ProgrammeStatus::Approved));
    }
}
