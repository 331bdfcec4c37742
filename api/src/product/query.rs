//! Root fields of products: one; those found by words, filtered by market and by whether one is open.

use super::object::{Product, ProductChange, ProductFacets, ProductFilter, ProductOrder};
use super::store;
use crate::category;
use crate::market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, ID, Object};
use uuid::Uuid;

/// The markets of which some must sell a product, once for each condition that is about markets.
async fn markets(reader: &Reader, filter: &ProductFilter) -> Result<Vec<Vec<Uuid>>> {
    let mut markets = Vec::new();
    match filter.open_now {
        None => {}
        Some(true) => markets.push(market::store::open_now(reader).await?),
        // What is sold only where it is closed is nothing that a storefront lists.
        Some(false) => return Err(Error::expected("filter.openNow", "true")),
    }
    if let Some(near) = &filter.near {
        let (point, within) = near.read("filter.near")?;
        markets.push(market::store::within_reach(reader, point, within.unwrap_or(f64::INFINITY)).await?);
    }
    Ok(markets)
}

/// What is searched for; a text of blanks is none.
fn searched(search: Option<&str>) -> Option<&str> {
    search.filter(|text| !text.trim().is_empty())
}

/// Root fields of products.
#[derive(Default)]
pub struct ProductQuery;

#[Object]
impl ProductQuery {
    /// A product by its id or its slug; null when there is none that the caller may see.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product's global id.")] id: Option<ID>,
        #[graphql(desc = "The product's URL slug.")] slug: Option<String>,
    ) -> Option<Result<Product>> {
        let found = async { store::find(ctx.reader(), Lookup::new(Kind::Product, id, slug)?).await };
        found.await.transpose()
    }

    /// Products, a page at a time. A search finds words of the name, of the category and of the description in any of
    /// their languages, however they are accented or vowelled, in the singular or the plural; words of the name by their
    /// beginnings, so that it can be asked while somebody types; and words of five letters and more with one misspelled letter.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Words to search for, at most eight, in at most 200 characters; blanks alone are no search.")]
        search: Option<String>,
        #[graphql(desc = "Leaves only products that meet all of these conditions.")] filter: Option<ProductFilter>,
        #[graphql(desc = "In which order; by relevance with `search`, else the newest first, if none is given.")]
        order_by: Option<ProductOrder>,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<Product>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let roots = ListArgs { page, published };
        let filter = filter.unwrap_or_default();
        let markets = markets(ctx.reader(), &filter).await?;
        let words = searched(search.as_deref());
        // An app that orders by relevance goes on as its field is emptied.
        let order_by = order_by.filter(|by| words.is_some() || search.is_none() || *by != ProductOrder::Relevance);
        store::list(ctx.reader(), roots, words, filter, order_by, &markets).await
    }

    /// What products are found under further conditions, with how many: for the choices of a storefront. Each choice counts what
    /// it would leave in its place, beside all of the other conditions.
    async fn product_facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to search for, at most eight, in at most 200 characters; blanks alone are no search.")]
        search: Option<String>,
        #[graphql(desc = "Leaves only products that meet all of these conditions.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Counts the products that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<ProductFacets> {
        let filter = filter.unwrap_or_default();
        let markets = markets(ctx.reader(), &filter).await?;
        let categories = category::store::all(ctx.reader()).await?;
        store::facets(ctx.reader(), published, searched(search.as_deref()), &filter, &markets, categories).await
    }

    /// The requests to change published products that wait for a decision, within the caller's reach, those made last first.
    async fn product_change_requests(
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
        let roots = ListArgs { page: PageArgs::new(ctx, first, after, last, before), published: false };
        store::open_changes(ctx.reader(), roots).await
    }
}
