//! What machine credentials of partners lead to.

use crate::partner::object::Partner;
use crate::partner_client::object::PartnerClient;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl PartnerClient {
    /// The partner that the credential was given to.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}
