//! Root fields that change steering committees and record their meetings.

use super::object::{SteeringCommittee, SteeringMeeting};
use super::store::{self, Minutes};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::required;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::committee::{CommitteeMember, CommitteeRole, DECISIONS_MAX, MEMBERS_MAX};
use domain::fault::{Code, Fault, Faults};
use domain::text::DESCRIPTION_MAX;

/// A seat on a steering committee.
#[derive(InputObject, Clone, Debug)]
pub struct SteeringCommitteeMemberInput {
    /// The global id of the partner that the member sits for: a party to the agreement.
    pub partner_id: ID,
    /// The member's role on the committee.
    pub role: EnumValue<CommitteeRole>,
    /// The office that the member holds with the partner, such as "Présidente de la section": no person is named.
    pub office: String,
}

/// Who sits on the steering committee of an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct SteeringCommitteeSetInput {
    /// The global id of the agreement.
    pub agreement_id: ID,
    /// The version of the committee that the caller has read; compulsory where there is one. Another one is refused with
    /// CONFLICT.
    pub expected_version: Option<i32>,
    /// The number of members with a vote who must be present to decide.
    pub quorum: i32,
    /// The members, 1 to 50: one chair, and each office of a partner once.
    pub members: Vec<SteeringCommitteeMemberInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A meeting of a steering committee.
#[derive(InputObject, Clone, Debug)]
pub struct SteeringMeetingRecordInput {
    /// The global id of the committee that met.
    pub steering_committee_id: ID,
    /// The version of the committee that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day on which it was held.
    pub held_on: Date,
    /// The numbers of the members who were present.
    pub present: Vec<i32>,
    /// The minutes of the meeting.
    pub minutes: Option<String>,
    /// The decisions of the meeting, at most 100; without a quorum there are none.
    #[graphql(default)]
    pub decisions: Vec<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// What is put right of a meeting; what is not named stays.
#[derive(InputObject, Clone, Debug)]
pub struct SteeringMeetingEditInput {
    /// The global id of the meeting.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The minutes of the meeting; null takes them away.
    pub minutes: MaybeUndefined<String>,
    /// The decisions of the meeting, all of them.
    pub decisions: Option<Vec<String>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a steering committee.
    SteeringCommitteePayload {
        /// The committee as it is now; null when it was refused, unless the refusal is a CONFLICT.
        steering_committee: SteeringCommittee
    }
}

payload! {
    /// The outcome of recording a meeting.
    SteeringMeetingPayload {
        /// The meeting as it is now; null when it was refused, unless the refusal is a CONFLICT about it.
        steering_meeting: SteeringMeeting
    }
}

/// The decisions as they are stored.
fn decided(given: &[String]) -> Result<Vec<String>, Faults> {
    if given.len() > DECISIONS_MAX {
        let most = format!("{} > {DECISIONS_MAX}", given.len());
        return Err(vec![Fault::new(Code::LimitExceeded).at("decisions").with_detail(most)]);
    }
    let (mut faults, mut kept) = (Faults::new(), Vec::new());
    for (position, decision) in given.iter().enumerate() {
        match required(decision, DESCRIPTION_MAX, &position.to_string()) {
            Ok(decision) => kept.push(decision),
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| fault.at("decisions"))),
        }
    }
    if faults.is_empty() { Ok(kept) } else { Err(faults) }
}

/// Root fields that change steering committees and record their meetings.
#[derive(Default)]
pub struct CommitteeMutation;

#[Object]
impl CommitteeMutation {
    /// Sets who sits on the steering committee of an agreement. Codes in `userErrors`: CONFLICT, LIMIT_EXCEEDED, CHAIR_INVALID,
    /// QUORUM_INVALID, DUPLICATE_ENTRY, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, NOT_FOUND (at a member's `partnerId`: no party).
    async fn steering_committee_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and the members of its committee.")] input: SteeringCommitteeSetInput,
    ) -> Result<SteeringCommitteePayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let member = |(position, given): (usize, &SteeringCommitteeMemberInput)| {
            let argument = format!("input.members.{position}.partnerId");
            let partner = GlobalId::parse_as(Kind::Partner, &given.partner_id, &argument)?;
            Ok(CommitteeMember { partner, role: given.role.0, office: given.office.clone() })
        };
        let members = input.members.iter().enumerate().take(MEMBERS_MAX + 1).map(member).collect::<Result<Vec<_>>>()?;
        let form = (members, input.quorum);
        mutate(ctx, &input, async |tx| store::set(tx, key, input.expected_version, form.clone()).await).await
    }

    /// Records a meeting of a steering committee. Codes in `userErrors`: CONFLICT, DATE_INVALID, NOT_FOUND and DUPLICATE_ENTRY (at
    /// a place of `present`), QUORUM_MISSING, LIMIT_EXCEEDED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn steering_meeting_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The committee, and what came of its meeting.")] input: SteeringMeetingRecordInput,
    ) -> Result<SteeringMeetingPayload> {
        let argument = "input.steeringCommitteeId";
        let key = GlobalId::parse_as(Kind::SteeringCommittee, &input.steering_committee_id, argument)?;
        let version = input.expected_version;
        let minutes = || {
            let text = input.minutes.as_deref().map(|text| required(text, DESCRIPTION_MAX, "minutes")).transpose();
            match (text, decided(&input.decisions)) {
                (Ok(text), Ok(decisions)) => Ok(Minutes { text, decisions }),
                (text, decisions) => {
                    Err(text.err().into_iter().chain(decisions.err()).flatten().collect::<Faults>().into())
                }
            }
        };
        let held = (input.held_on.0, &input.present[..input.present.len().min(MEMBERS_MAX + 1)]);
        mutate(ctx, &input, async |tx| store::record(tx, key, version, held, minutes).await).await
    }

    /// Puts right what was written down of a meeting. Codes in `userErrors`: CONFLICT, QUORUM_MISSING, LIMIT_EXCEEDED,
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn steering_meeting_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting, and what changes of it.")] input: SteeringMeetingEditInput,
    ) -> Result<SteeringMeetingPayload> {
        let key = GlobalId::parse_as(Kind::SteeringMeeting, &input.id, "input.id")?;
        let form = || {
            let minutes = given(&input.minutes, |text| required(text, DESCRIPTION_MAX, "minutes"));
            let minutes = minutes.map(Option::transpose).transpose();
            match (minutes, input.decisions.as_deref().map(decided).transpose()) {
                (Ok(minutes), Ok(decisions)) => Ok((minutes, decisions)),
                (minutes, decisions) => {
                    Err(minutes.err().into_iter().chain(decisions.err()).flatten().collect::<Faults>().into())
                }
            }
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, form).await).await
    }
}
