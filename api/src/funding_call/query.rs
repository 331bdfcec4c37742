//! Root fields of calls for funding.

use super::object::FundingCall;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, Object};

/// Root fields of calls for funding.
#[derive(Default)]
pub struct FundingCallQuery;

#[Object]
impl FundingCallQuery {
    /// The calls for funding that the national level keeps, those that opened last first.
    async fn funding_calls(&self, ctx: &Context<'_>) -> Result<List<FundingCall>> {
        store::list(ctx.reader()).await.map(List)
    }
}
