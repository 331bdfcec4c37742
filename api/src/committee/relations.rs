//! What steering committees lead to.

use crate::agreement::object::Agreement;
use crate::committee::object::{SteeringCommittee, SteeringCommitteeMember, SteeringMeeting};
use crate::committee::store::MeetingsOf;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl SteeringCommittee {
    /// The agreement that the committee steers.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }

    /// The members of the committee, in their order.
    async fn members(&self) -> List<SteeringCommitteeMember> {
        List(SteeringCommitteeMember::all(&self.seats, &self.batch))
    }

    /// The meetings of the committee, in their order.
    async fn meetings(&self, ctx: &Context<'_>) -> Result<List<SteeringMeeting>> {
        self.batch.load(ctx.reader(), MeetingsOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl SteeringCommitteeMember {
    /// The partner that the member sits for.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}

#[ComplexObject]
impl SteeringMeeting {
    /// The committee that met.
    async fn committee(&self, ctx: &Context<'_>) -> Option<Result<SteeringCommittee>> {
        self.batch.object(ctx.reader(), self.committee_key).await.transpose()
    }

    /// Who was present, as they were members on that day.
    async fn present(&self) -> List<SteeringCommitteeMember> {
        List(SteeringCommitteeMember::all(&self.seats, &self.batch))
    }
}
