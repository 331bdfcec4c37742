//! What tranches lead to.

use super::object::{Tranche, TrancheEntry};
use super::store::EntriesOf;
use crate::agreement::object::Agreement;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Tranche {
    /// The agreement whose money is received.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }

    /// What was received of the tranche and justified of it, in the order in which it was booked.
    async fn entries(&self, ctx: &Context<'_>) -> Result<List<TrancheEntry>> {
        self.batch.load(ctx.reader(), EntriesOf, self.key).await.map(List)
    }
}
