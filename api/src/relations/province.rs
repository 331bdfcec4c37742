//! What provinces lead to.

use crate::geography::object::{Province, Region};
use crate::geography::region;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Province {
    /// The region that the province lies in.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        let found = self.batch.one::<region::Entity>(ctx.reader(), Some(self.region_key)).await;
        found.map(|found| found.map(Region::new)).transpose()
    }
}
