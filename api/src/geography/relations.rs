//! What regions lead to.

use crate::geography::object::{Province, Region};
use crate::geography::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Region {
    /// The provinces and prefectures of the region, by code.
    async fn provinces(&self, ctx: &Context<'_>) -> Result<List<Province>> {
        self.batch.load(ctx.reader(), store::ProvincesOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl Province {
    /// The region that the province lies in.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        self.batch.object(ctx.reader(), self.region_key).await.transpose()
    }
}
