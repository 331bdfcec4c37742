//! What members of cooperatives lead to.

use crate::cooperative::object::Cooperative;
use crate::membership::object::Membership;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Membership {
    /// The cooperative that she is a member of.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}
