//! What calls for funding lead to.

use crate::funding_call::object::FundingCall;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl FundingCall {
    /// The partner that pays.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}
