//! Steering committees of agreements: who sits on them, when they are quorate, what they decide.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use crate::text::{NAME_MAX, required};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

codes! {
    /// The role of a member of a steering committee.
    CommitteeRole {
        /// The member chairs the committee.
        Chair = "CHAIR",
        /// The member keeps the minutes, and has no vote.
        Secretary = "SECRETARY",
        /// The member has a vote.
        Member = "MEMBER",
        /// The member is heard, and has no vote.
        Observer = "OBSERVER",
    }
}

impl CommitteeRole {
    /// Whether whoever has the role has a vote, and counts for the quorum.
    pub fn votes(self) -> bool {
        match self {
            Self::Chair | Self::Member => true,
            Self::Secretary | Self::Observer => false,
        }
    }
}

/// The most members of a committee.
pub const MEMBERS_MAX: usize = 50;

/// The most decisions of a meeting.
pub const DECISIONS_MAX: usize = 100;

/// A seat on a committee: of an office, whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitteeMember {
    /// The party that the member sits for.
    pub partner: Uuid,
    /// As what.
    pub role: CommitteeRole,
    /// The office that the member holds with that party.
    pub office: String,
}

/// A committee as it is written down: its offices as texts are stored.
///
/// # Errors
/// All faults at once: LIMIT_EXCEEDED at `members`; TEXT_REQUIRED, TEXT_TOO_LONG and TEXT_UNSAFE at an `office`,
/// DUPLICATE_ENTRY for an office of a party that sits there twice; CHAIR_INVALID at `members` without a chair and at the second
/// one; QUORUM_INVALID at `quorum` when it is none, or more than have a vote.
pub fn check(members: Vec<CommitteeMember>, quorum: i32) -> Result<Vec<CommitteeMember>, Faults> {
    if !(1..=MEMBERS_MAX).contains(&members.len()) {
        let most = format!("{} / {MEMBERS_MAX}", members.len());
        return Err(vec![Fault::new(Code::LimitExceeded).at("members").with_detail(most)]);
    }
    let (mut faults, mut seats, mut kept) = (Faults::new(), BTreeSet::new(), Vec::new());
    let mut chairs = 0;
    for (position, member) in members.into_iter().enumerate() {
        let at = |fault: Fault| fault.at(&position.to_string()).at("members");
        match required(&member.office, NAME_MAX) {
            Ok(office) => {
                if !seats.insert((member.partner, office.to_lowercase())) {
                    faults.push(at(Fault::new(Code::DuplicateEntry)));
                }
                kept.push(CommitteeMember { office: office.into(), ..member });
            }
            Err(code) => faults.push(at(Fault::new(code).at("office"))),
        }
        chairs += usize::from(member.role == CommitteeRole::Chair);
        if member.role == CommitteeRole::Chair && chairs > 1 {
            faults.push(at(Fault::new(Code::ChairInvalid).at("role")));
        }
    }
    if chairs == 0 {
        faults.push(Fault::new(Code::ChairInvalid).at("members"));
    }
    let votes = kept.iter().filter(|member| member.role.votes()).count();
    if faults.is_empty() && !usize::try_from(quorum).is_ok_and(|quorum| (1..=votes).contains(&quorum)) {
        faults.push(Fault::new(Code::QuorumInvalid).at("quorum").with_detail(format!("{quorum} / {votes}")));
    }
    if faults.is_empty() { Ok(kept) } else { Err(faults) }
}

/// Whether so many of those who are present have a vote as a committee needs to decide.
pub fn is_quorate(present: &[CommitteeMember], quorum: i32) -> bool {
    let votes = present.iter().filter(|member| member.role.votes()).count();
    usize::try_from(quorum).is_ok_and(|quorum| votes >= quorum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(role: CommitteeRole, office: &str) -> CommitteeMember {
        CommitteeMember { partner: Uuid::from_u128(1), role, office: office.to_owned() }
    }

    fn refused(members: &[(CommitteeRole, &str)], quorum: i32) -> Vec<String> {
        let members = members.iter().map(|(role, office)| member(*role, office)).collect();
        check(members, quorum).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_committee_has_one_chair_each_seat_once_and_a_quorum_that_can_be_reached() {
        use CommitteeRole as R;
        let three =
            [member(R::Chair, "Gouverneur"), member(R::Member, " Déléguée "), member(R::Observer, "Trésorière")];
        let kept = check(three.to_vec(), 2).unwrap();
        assert_eq!(kept[1].office, "Déléguée");
        assert!(is_quorate(&kept[..2], 2) && !is_quorate(&kept[1..], 2), "an observer has no vote");
        let chair = (R::Chair, "Gouverneur");
        assert_eq!(refused(&[chair, (R::Observer, "Trésorière")], 2), ["QUORUM_INVALID quorum"]);
        assert_eq!(refused(&[chair], 0), ["QUORUM_INVALID quorum"]);
        assert_eq!(refused(&[], 1), ["LIMIT_EXCEEDED members"]);
        let wrong = [chair, (R::Chair, "Wali"), (R::Member, "gouverneur"), (R::Member, "")];
        let told = ["CHAIR_INVALID members.1.role", "DUPLICATE_ENTRY members.2", "TEXT_REQUIRED members.3.office"];
        assert_eq!(refused(&wrong, 1), told);
        assert_eq!(refused(&[(R::Member, "Déléguée")], 1), ["CHAIR_INVALID members"]);
    }
}
