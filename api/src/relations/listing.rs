//! What listings lead to.

use super::connection;
use crate::listing::object::Listing;
use crate::market::entity as market;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::product::entity as product;
use crate::product::object::{Product, ProductVariant};
use crate::product::variant;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Listing {
    /// The market that sells it.
    async fn market(&self, ctx: &Context<'_>) -> Result<Market> {
        connection(self.batch.one::<market::Entity>(ctx.reader(), Some(self.market_key)).await?.map(Market::new))
    }

    /// The variant, by which the quantity is known.
    async fn variant(&self, ctx: &Context<'_>) -> Result<ProductVariant> {
        let found = self.batch.one::<variant::Entity>(ctx.reader(), Some(self.variant_key)).await?;
        connection(found.map(ProductVariant::new))
    }

    /// The product that is sold.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product> {
        connection(self.batch.one::<product::Entity>(ctx.reader(), Some(self.product_key)).await?.map(Product::new))
    }
}
