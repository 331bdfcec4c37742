//! What categories lead to.

use crate::category::object::Category;
use crate::category::store::ChildrenOf;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Category {
    /// The category above this one; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Category>> {
        self.batch.object(ctx.reader(), self.parent_key).await.transpose()
    }

    /// The categories below this one, in their order.
    async fn children(&self, ctx: &Context<'_>) -> Result<List<Category>> {
        self.batch.load(ctx.reader(), ChildrenOf, self.key).await.map(List)
    }
}
