//! What variants lead to.

use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::product::entity as product;
use crate::product::object::{Product, ProductVariant};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl ProductVariant {
    /// The product that this is a variant of.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        let found = self.batch.one::<product::Entity>(ctx.reader(), Some(self.product_key)).await;
        found.map(|found| found.map(Product::new)).transpose()
    }
}
