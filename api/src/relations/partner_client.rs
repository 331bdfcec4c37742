//! What machine credentials of partners lead to.

use crate::partner::entity as partner;
use crate::partner::object::Partner;
use crate::partner_client::object::PartnerClient;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl PartnerClient {
    /// The partner that the credential was given to.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let found = self.batch.one::<partner::Entity>(ctx.reader(), Some(self.partner_key)).await;
        found.map(|found| found.map(Partner::new)).transpose()
    }
}
