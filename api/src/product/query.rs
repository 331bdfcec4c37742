//! Root field of one product; the list is in `relations/query.rs`, since it asks which markets are open.

use super::object::Product;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, ID, Object};

/// Root field of one product.
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
}
