//! The GraphQL face of steering committees and their meetings.

use super::entity::{Entity, Model};
use super::meeting;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::committee::{CommitteeRole, is_quorate};
use uuid::Uuid;

/// The steering committee of an agreement (comité de pilotage). The branch line that keeps the agreement sees it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SteeringCommittee {
    /// The committee's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The committee's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the committee was last edited.
    pub changed_at: DateTime,
    /// The number of members with a vote who must be present to decide.
    pub quorum: i32,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) seats: Vec<domain::committee::CommitteeMember>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for SteeringCommittee {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::SteeringCommittee, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            quorum: row.quorum,
            key: row.id,
            agreement_key: row.agreement_id,
            seats: row.members.0.clone(),
            batch,
        }
    }
}

/// A seat on a steering committee: of an office, whoever holds it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SteeringCommitteeMember {
    /// The place of the member in the list, from 1.
    pub number: i32,
    /// The member's role on the committee.
    pub role: EnumValue<CommitteeRole>,
    /// The office that the member holds with the partner.
    pub office: String,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl SteeringCommitteeMember {
    /// The faces of seats, in their order.
    pub(crate) fn all(seats: &[domain::committee::CommitteeMember], batch: &Batch) -> Vec<Self> {
        let seat = |(number, seat): (i32, &domain::committee::CommitteeMember)| Self {
            number,
            role: EnumValue(seat.role),
            office: seat.office.clone(),
            partner_key: seat.partner,
            batch: batch.clone(),
        };
        (1..).zip(seats).map(seat).collect()
    }
}

/// A meeting of a steering committee.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SteeringMeeting {
    /// The meeting's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The meeting's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it as
    /// it is.
    pub version: i32,
    /// When the meeting was last edited.
    pub changed_at: DateTime,
    /// The place of the meeting among those of its committee, from 1.
    pub number: i32,
    /// The day on which the meeting was held.
    pub held_on: Date,
    /// The number of members with a vote who had to be present on that day.
    pub quorum: i32,
    /// Whether they were.
    pub is_quorate: bool,
    /// The minutes of the meeting; null while they are not written.
    pub minutes: Option<String>,
    /// The decisions of the meeting, in their order.
    pub decisions: Vec<String>,
    #[graphql(skip)]
    pub(crate) committee_key: Uuid,
    #[graphql(skip)]
    pub(crate) seats: Vec<domain::committee::CommitteeMember>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for SteeringMeeting {
    type Columns = meeting::Entity;

    fn new(row: &meeting::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::SteeringMeeting, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            number: row.ordinal,
            held_on: Date(row.held_on.0),
            quorum: row.quorum,
            is_quorate: is_quorate(&row.present.0, row.quorum),
            minutes: row.minutes.clone(),
            decisions: row.decisions.0.clone(),
            committee_key: row.committee_id,
            seats: row.present.0.clone(),
            batch,
        }
    }
}
