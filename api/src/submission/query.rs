//! Root fields of submissions.

use super::object::{Submission, SubmissionFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, PageArgs};
use async_graphql::{Context, ID, Object};

/// Root fields of submissions.
#[derive(Default)]
pub struct SubmissionQuery;

#[Object]
impl SubmissionQuery {
    /// A submission by its id; null when there is none that the caller may see.
    async fn submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission's global id.")] id: ID,
    ) -> Option<Result<Submission>> {
        let found = async {
            let key = GlobalId::parse_as(Kind::Submission, &id, "id")?;
            ctx.reader().signed_in()?;
            Submission::open(ctx.reader(), key).await
        };
        found.await.transpose()
    }

    /// Submissions of the branches within reach, a page at a time, the newest first where nothing else is said.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only submissions that meet all of these conditions.")] filter: Option<
            SubmissionFilter,
        >,
        #[graphql(desc = "The order of the submissions.", default)] order_by: CreationOrder,
    ) -> Result<Connection<Submission>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        store::list(ctx.reader(), ListArgs { page, published: false }, filter, order_by).await
    }
}
