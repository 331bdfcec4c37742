//! What regions lead to.

use crate::geography::object::{Province, Region};
use crate::geography::store;
use crate::platform::error::Result;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Region {
    /// The provinces and prefectures of the region, by code.
    async fn provinces(&self, ctx: &Context<'_>) -> Result<Vec<Province>> {
        let rows = self.batch.load(ctx.reader(), store::ProvincesOf, self.key).await?;
        let batch = Batch::of::<crate::geography::province::Entity>(&rows);
        Ok(rows.into_iter().map(|row| Province::new((row, batch.clone()))).collect())
    }
}
