//! What partners lead to.

use super::{connection, page};
use crate::agreement::object::Agreement;
use crate::agreement::store::OfPartners;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::Connection;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Partner {
    /// The agreements that it is party to, as far as the caller may see them.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Agreement>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), OfPartners { args, total }, self.key).await?)
    }
}
