//! What submissions lead to.

use crate::branch::object::Branch;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::programme::object::{Programme, ProgrammeIndicator};
use crate::submission::object::{
    Submission, SubmissionDesk, SubmissionMove, SubmissionValue, SubmissionWaiver, SubmissionWarning,
};
use crate::submission::store::{HistoryOf, ValuesOf, WarningsOf};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Submission {
    /// The programme that the figures are about.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        self.batch.object(ctx.reader(), self.programme_key).await.transpose()
    }

    /// The branch whose figures they are.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// Whose word comes next; null once the figures are accepted.
    async fn stands_with(&self, ctx: &Context<'_>) -> Result<Option<SubmissionDesk>> {
        let Some(branch_key) = self.stands_with_key else { return Ok(None) };
        let Some(branch) = self.batch.object::<Branch>(ctx.reader(), branch_key).await? else { return Ok(None) };
        let role = SubmissionDesk::decider(self.status.0, branch.kind.0).into();
        Ok(Some(SubmissionDesk { role, branch_key, batch: self.batch.clone() }))
    }

    /// The moves of the submission from one status to another, in their order.
    async fn history(&self, ctx: &Context<'_>) -> Result<List<SubmissionMove>> {
        self.batch.load(ctx.reader(), HistoryOf, self.key).await.map(List)
    }

    /// The figures, in the order in which they were entered.
    async fn values(&self, ctx: &Context<'_>) -> Result<List<SubmissionValue>> {
        self.batch.load(ctx.reader(), ValuesOf, self.key).await.map(List)
    }

    /// What somebody should look at in the figures.
    async fn warnings(&self, ctx: &Context<'_>) -> Result<List<SubmissionWarning>> {
        self.batch.load(ctx.reader(), WarningsOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl SubmissionDesk {
    /// The branch whose word comes next.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}

#[ComplexObject]
impl SubmissionWaiver {
    /// The level that does not wait.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}

#[ComplexObject]
impl SubmissionMove {
    /// The branch for which it was decided.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}

#[ComplexObject]
impl SubmissionValue {
    /// The indicator that the figure measures, as the programme follows it.
    async fn programme_indicator(&self, ctx: &Context<'_>) -> Option<Result<ProgrammeIndicator>> {
        self.batch.object(ctx.reader(), self.indicator_key).await.transpose()
    }
}
