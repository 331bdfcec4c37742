//! What products lead to.

use crate::category::object::Category;
use crate::config::origin;
use crate::cooperative::object::Cooperative;
use crate::listing::object::{Listing, ListingFilter, ListingOrder};
use crate::listing::store::{ListingsOf, OfProducts, Owner};
use crate::market::object::Market;
use crate::photo::object::Photo;
use crate::photo::store::{AllPhotosOf, FirstPhotoOf, PhotosOf};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::json_ld;
use crate::platform::graphql::list::List;
use crate::platform::graphql::text::Text;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::platform::picture::ORIGINAL;
use crate::platform::query::stored::EnumValue;
use crate::product::object::{Product, ProductChange, ProductFieldChange, ProductMove, ProductVariant, QualitySign};
use crate::product::store::{DescriptionOf, MovesOf, OpenChangeOf, SignsOf, VariantsOf, changes_of};
use async_graphql::{ComplexObject, Context};
use domain::text::Locale;
use serde_json::json;

/// So many listings stand in what search engines are told.
const OFFERS: i32 = 20;

#[ComplexObject]
impl Product {
    /// The product's description.
    async fn description(&self, ctx: &Context<'_>) -> Option<Result<Text>> {
        if let Some(description) = &self.described {
            return description.clone().map(Ok);
        }
        let found = self.batch.load(ctx.reader(), DescriptionOf, self.key).await;
        found.map(|found| found.map(Text::from)).transpose()
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

    /// The product for search engines, as JSON-LD in the vocabulary of schema.org (Product), to stand in a
    /// `script type="application/ld+json"` element as it is: with an offer for each of the first 20 listings.
    async fn json_ld(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The preferred language; by default the languages of the request.")] locale: Option<
            EnumValue<Locale>,
        >,
        #[graphql(
            desc = "The origin under which readers of the page reach this server, such as `https://api.unfm.example`: the \
                          addresses of photos begin with it. Without it there are none."
        )]
        server_url: Option<String>,
    ) -> Result<String> {
        let server = server_url.map(|url| origin(&url));
        let server = server
            .transpose()
            .map_err(|_| Error::expected("serverUrl", "an origin such as https://api.unfm.example"))?;
        let reader = ctx.reader();
        let description = match &self.described {
            Some(described) => described.clone(),
            None => self.batch.load(reader, DescriptionOf, self.key).await?.map(Text::from),
        };
        let cooperative = self.batch.object::<Cooperative>(reader, self.cooperative_key).await?;
        let category = self.batch.object::<Category>(reader, self.category_key).await?;
        let mut variants = Vec::new();
        for variant in self.batch.load(reader, VariantsOf, self.key).await? {
            variants.push((variant.key, variant.details.read(reader).await?));
        }
        let photos = match server {
            Some(_) => self.batch.load(reader, PhotosOf, self.key).await?,
            None => Vec::new(),
        };
        let page = PageArgs::new(ctx, Some(OFFERS), None, None, None);
        let listings =
            ListingsOf { of: Owner::Product, page, filter: ListingFilter::default(), by: ListingOrder::Oldest };
        let mut offers = Vec::new();
        for listing in self.batch.page(reader, OfProducts(listings), self.key).await?.into_nodes() {
            let market = listing.batch.object::<Market>(reader, listing.market_key).await?;
            let variant = variants.iter().find(|(variant, _)| *variant == listing.variant_key);
            let availability =
                if listing.available { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" };
            offers.push(json!({
                "@type": "Offer",
                "price": listing.price.amount.0.to_string(),
                "priceCurrency": "MAD",
                "availability": availability,
                "sku": variant.map(|(_, details)| &details.sku),
                "seller": market.map(|market| json!({"@type": "Store", "name": market.name.resolve(ctx, locale).1})),
            }));
        }
        let image = |photo: &Photo| Some(format!("{}{}", server.as_deref()?, photo.address(ctx, ORIGINAL)?));
        let images: Vec<String> = photos.iter().filter_map(image).collect();
        let name = |text: &Text| text.resolve(ctx, locale).1.to_owned();
        Ok(json_ld::document(json!({
            "@type": "Product",
            "name": name(&self.name),
            "description": description.as_ref().map(name),
            "category": category.map(|category| name(&category.name)),
            "brand": cooperative.map(|cooperative| json!({"@type": "Organization", "name": name(&cooperative.name)})),
            "gtin": variants.iter().find_map(|(_, details)| details.gtin.clone()),
            "image": (!images.is_empty()).then_some(images),
            "offers": (!offers.is_empty()).then_some(offers),
        })))
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
