//! What listings lead to.

use crate::listing::object::Listing;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::loading::object::required;
use crate::platform::loading::reader::Reads;
use crate::product::object::{Product, ProductVariant};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Listing {
    /// The market that sells it.
    async fn market(&self, ctx: &Context<'_>) -> Result<Market> {
        required(self.batch.object(ctx.reader(), self.market_key).await?)
    }

    /// The variant, by which the quantity is known.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        required(self.batch.object(ctx.reader(), self.variant_key).await?)
    }

    /// The product that is sold.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product> {
        required(self.batch.object(ctx.reader(), self.product_key).await?)
    }
}
