//! What products lead to.

use super::{connection, page};
use crate::category::entity as category;
use crate::category::object::Category;
use crate::cooperative::entity as cooperative;
use crate::cooperative::object::Cooperative;
use crate::listing::object::{Listing, ListingFilter, ListingOrder};
use crate::listing::store::{ListingsOf, OfProducts, Owner};
use crate::platform::error::Result;
use crate::platform::graphql::text::Text;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::Connection;
use crate::product::object::{Product, ProductVariant, QualitySign};
use crate::product::store::{DescriptionOf, SignsOf, VariantsOf};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Product {
    /// The product's description.
    async fn description(&self, ctx: &Context<'_>) -> Option<Result<Text>> {
        if let Some(description) = &self.described {
            return description.clone().map(Ok);
        }
        let found = self.batch.load(ctx.reader(), DescriptionOf, self.key).await;
        found.map(|found| found.map(Text)).transpose()
    }

    /// The product's category.
    async fn category(&self, ctx: &Context<'_>) -> Option<Result<Category>> {
        let found = self.batch.one::<category::Entity>(ctx.reader(), Some(self.category_key)).await;
        found.map(|found| found.map(Category::new)).transpose()
    }

    /// The cooperative that makes the product.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), Some(self.cooperative_key)).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }

    /// The quality signs that the product bears.
    async fn quality_signs(&self, ctx: &Context<'_>) -> Result<Vec<QualitySign>> {
        let rows = self.batch.load(ctx.reader(), SignsOf, self.key).await?;
        Ok(rows.into_iter().map(QualitySign::from).collect())
    }

    /// The quantities in which the product is sold.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>> {
        let rows = self.batch.load(ctx.reader(), VariantsOf, self.key).await?;
        Ok(rows.into_iter().map(ProductVariant::new).collect())
    }

    /// The listings of the product, by market.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "The order of the listings.", default)] order_by: ListingOrder,
    ) -> Result<Connection<Listing>> {
        let (args, total) = page!(ctx, first, after, last, before);
        let listings = ListingsOf { of: Owner::Product, args, filter: ListingFilter::default(), by: order_by, total };
        connection(self.batch.load(ctx.reader(), OfProducts(listings), self.key).await?)
    }
}
