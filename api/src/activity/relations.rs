//! What activities lead to.

use crate::activity::object::{Activity, ActivityParticipation};
use crate::activity::store::ParticipationOf;
use crate::branch::object::Branch;
use crate::geography::object::Province;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::programme::object::Programme;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Activity {
    /// The programme that the activity is part of.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        self.batch.object(ctx.reader(), self.programme_key).await.transpose()
    }

    /// The branch that holds the activity.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The province that the activity is held in; null when it is not known.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        self.batch.object(ctx.reader(), self.province_key).await.transpose()
    }

    /// Who took part, group by group.
    async fn participation(&self, ctx: &Context<'_>) -> Result<List<ActivityParticipation>> {
        self.batch.load(ctx.reader(), ParticipationOf, self.key).await.map(List)
    }

    /// The number of people who took part; null while they have not been counted.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let groups = self.batch.load(ctx.reader(), ParticipationOf, self.key).await?;
        let sum = groups.iter().map(|group| group.people).fold(0_i32, i32::saturating_add);
        Ok((!groups.is_empty()).then_some(sum))
    }
}
