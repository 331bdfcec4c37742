//! What regions and provinces lead to.

use crate::geography::object::{Province, Region};
use crate::geography::{region, store};
use crate::platform::batch::Batch;
use crate::platform::error::Result;
use crate::platform::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Region {
    /// Its provinces and prefectures, by code.
    async fn provinces(&self, ctx: &Context<'_>) -> Result<Vec<Province>> {
        let rows = self.batch.load(ctx.reader(), store::ProvincesOf, self.key).await?;
        let batch = Batch::of::<crate::geography::province::Entity>(&rows);
        Ok(rows.into_iter().map(|row| Province::new((row, batch.clone()))).collect())
    }
}

#[ComplexObject]
impl Province {
    /// The region that it lies in.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        let found = self.batch.one::<region::Entity>(ctx.reader(), Some(self.region_key)).await;
        found.map(|found| found.map(Region::new)).transpose()
    }
}
