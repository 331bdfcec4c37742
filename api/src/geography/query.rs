//! Root fields of geography.

use super::object::Region;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, Object};

/// Root fields of geography.
#[derive(Default)]
pub struct GeographyQuery;

#[Object]
impl GeographyQuery {
    /// The twelve regions, by code.
    async fn regions(&self, ctx: &Context<'_>) -> Result<List<Region>> {
        store::regions(ctx.reader()).await.map(List)
    }
}
