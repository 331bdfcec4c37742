//! What tranches lead to.

use super::object::Tranche;
use crate::agreement::object::Agreement;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Tranche {
    /// The agreement whose money is received.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }
}
