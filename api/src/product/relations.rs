//! What products lead to.

use crate::category::object::Category;
use crate::cooperative::object::Cooperative;
use crate::listing::object::{Listing, ListingFilter, ListingOrder};
use crate::listing::store::{ListingsOf, OfProducts, Owner};
use crate::photo::object::Photo;
use crate::photo::store::{AllPhotosOf, FirstPhotoOf, PhotosOf};
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::graphql::text::Text;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::product::object::{Product, ProductChange, ProductFieldChange, ProductMove, ProductVariant, QualitySign};
use crate::product::store::{DescriptionOf, MovesOf, OpenChangeOf, SignsOf, VariantsOf, changes_of};
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
        self.batch.object(ctx.reader(), self.category_key).await.transpose()
    }

    /// The cooperative that makes the product.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }

    /// The quality signs that the product bears.
    async fn quality_signs(&self, ctx: &Context<'_>) -> Result<Vec<QualitySign>> {
        let rows = self.batch.load(ctx.reader(), SignsOf, self.key).await?;
        Ok(rows.into_iter().map(QualitySign::from).collect())
    }

    /// The quantities in which the product is sold.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ProductVariant>> {
        self.batch.load(ctx.reader(), VariantsOf, self.key).await
    }

    /// The photos of the product, in their order, at most 10.
    async fn photos(&self, ctx: &Context<'_>) -> Result<Vec<Photo>> {
        self.batch.load(ctx.reader(), PhotosOf, self.key).await
    }

    /// The first photo of the product, for lists; null when it has none.
    async fn photo(&self, ctx: &Context<'_>) -> Option<Result<Photo>> {
        self.batch.load(ctx.reader(), FirstPhotoOf, self.key).await.transpose()
    }

    /// The moves of the product through the catalogue, in their order; empty for callers who may not see them.
    async fn moves(&self, ctx: &Context<'_>) -> Result<List<ProductMove>> {
        self.batch.load(ctx.reader(), MovesOf, self.key).await.map(List)
    }

    /// The request to change the product that waits for a decision; null when there is none that the caller may see.
    async fn open_change_request(&self, ctx: &Context<'_>) -> Option<Result<ProductChange>> {
        self.batch.load(ctx.reader(), OpenChangeOf, self.key).await.transpose()
    }

    /// The requests to change the product, those made last first; empty for callers who may not see them.
    async fn change_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<ProductChange>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), changes_of(page), self.key).await
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
        let page = PageArgs::new(ctx, first, after, last, before);
        let listings = ListingsOf { of: Owner::Product, page, filter: ListingFilter::default(), by: order_by };
        self.batch.page(ctx.reader(), OfProducts(listings), self.key).await
    }
}

#[ComplexObject]
impl ProductVariant {
    /// The product that this is a variant of.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }
}

#[ComplexObject]
impl ProductChange {
    /// The product that is to change.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }

    /// The photos that the product is to have, in their order; those that were taken away since are left out.
    async fn photos(&self, ctx: &Context<'_>) -> Result<Vec<Photo>> {
        let all = self.batch.load(ctx.reader(), AllPhotosOf, self.product_key).await?;
        let asked = self.asked.photos.iter();
        Ok(asked.filter_map(|asked| all.iter().find(|photo| photo.key == asked.id).cloned()).collect())
    }

    /// What the request changes, field by field in the order of their paths.
    async fn changes(&self) -> List<ProductFieldChange> {
        List(self.asked.changes(&self.was).into_iter().map(ProductFieldChange::from).collect())
    }
}
