//! What documents lead to.

use crate::cooperative::object::Cooperative;
use crate::document::object::Document;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Document {
    /// The cooperative that the document belongs to.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }

    /// Whether the document expires within 30 days (or as many as the association has set) and has not expired yet.
    async fn is_expiring(&self, ctx: &Context<'_>) -> bool {
        ctx.reader().rules().is_expiring(self.valid_until.map(|day| day.0), ctx.reader().today())
    }
}
