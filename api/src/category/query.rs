//! Root fields of categories.

use super::object::Category;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, Object};

/// Root fields of categories.
#[derive(Default)]
pub struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// All product categories, in their order.
    async fn categories(&self, ctx: &Context<'_>) -> Result<List<Category>> {
        store::all(ctx.reader()).await.map(List)
    }
}
