//! Root fields of referrals.

use super::object::{Referral, ReferralCount, ReferralFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, Object};

/// Root fields of referrals.
#[derive(Default)]
pub struct ReferralQuery;

#[Object]
impl ReferralQuery {
    /// Referrals, the newest first. For counsellors; each read is audited.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn referrals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only referrals that meet all of these conditions.")] filter: Option<ReferralFilter>,
        #[graphql(desc = "Returns the list that the public sees, whoever asks: none.", default)] published: bool,
    ) -> Result<Connection<Referral>> {
        let roots = ListArgs { page: PageArgs::new(ctx, first, after, last, before), published };
        store::list(ctx.reader(), roots, filter.unwrap_or_default()).await
    }

    /// How many referrals were sent in a month that has ended, by branch and purpose. For administrators, within their reach. Fewer
    /// than ten are told of nowhere.
    async fn referral_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month: `2026-10`.")] month: String,
    ) -> Result<Vec<ReferralCount>> {
        store::counts(ctx.reader(), &month).await
    }
}
