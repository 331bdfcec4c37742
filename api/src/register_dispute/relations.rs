//! What disputes about identities in the register lead to.

use crate::cooperative::object::Cooperative;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::register_dispute::object::RegisterDispute;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl RegisterDispute {
    /// The cooperative that claimed the identity last.
    async fn claimant(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.claimant_key).await.transpose()
    }

    /// The cooperative that held the identity when it was claimed.
    async fn holder(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.holder_key).await.transpose()
    }
}
