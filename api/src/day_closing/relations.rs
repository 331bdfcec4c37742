//! What day closings lead to.

use crate::day_closing::object::{DayClosing, DayCorrections};
use crate::day_closing::store::CorrectionsOf;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::graphql::scalars::Money;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl DayClosing {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// What came for the day after it was closed.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<DayCorrections> {
        let corrections = self.batch.load(ctx.reader(), CorrectionsOf, self.key).await?;
        Ok(DayCorrections {
            sale_count: corrections.sales,
            void_count: corrections.voids,
            cash: Money::centimes(corrections.cash),
        })
    }
}
