//! What regions lead to.

use crate::geography::object::{Province, Region};
use crate::geography::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::support_service::object::SupportKindCount;
use crate::support_service::store::CoverageOf;
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

    /// How many support services of each kind there are for the province, so that what is missing is seen: every kind but
    /// shelters, also where there is none.
    async fn support_coverage(&self, ctx: &Context<'_>) -> Result<Vec<SupportKindCount>> {
        self.batch.load(ctx.reader(), CoverageOf, self.id.key).await
    }
}
