//! What documents of agreements lead to.

use crate::agreement::object::Agreement;
use crate::agreement_document::object::AgreementDocument;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl AgreementDocument {
    /// The agreement that the document belongs to.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }
}
