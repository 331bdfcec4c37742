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
    /// What it is.
    async fn description(&self, ctx: &Context<'_>) -> Option<Result<Text>> {
        if let Some(description) = &self.described {
            return description.clone().map(Ok);
        }
        let found = self.batch.load(ctx.reader(), DescriptionOf, self.key).await;
        found.map(|found| found.map(Text)).transpose()
    }

    /// Its category.
    async fn category(&self, ctx: &Context<'_>) -> Option<Result<Category>> {
        let found = self.batch.one::<category::Entity>(ctx.reader(), Some(self.category_key)).await;
        found.map(|found| found.map(Category::new)).transpose()
    }

    /// Who makes it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), Some(self.cooperative_key)).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }

    /// Its quality signs.
    async fn quality_signs(&self, ctx: &Context<'_>) -> Result<Vec<QualitySign>> {
        let rows = self.batch.load(ctx.reader(), SignsOf, self.key).await?;
        Ok(rows.into_iter().map(QualitySign::from).collect())
    }

    /// The quantities in which it is sold.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>> {
        let rows = self.batch.load(ctx.reader(), VariantsOf, self.key).await?;
        Ok(rows.into_iter().map(ProductVariant::new).collect())
    }

    /// Where it is on sale.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
        #[graphql(desc = "In which order.", default)] order_by: ListingOrder,
    ) -> Result<Connection<Listing>> {
        let (args, total) = page!(ctx, first, after, last, before);
        let listings = ListingsOf { of: Owner::Product, args, filter: ListingFilter::default(), by: order_by, total };
        connection(self.batch.load(ctx.reader(), OfProducts(listings), self.key).await?)
    }
}
