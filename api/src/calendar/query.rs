//! Root fields of the national calendar.

use super::object::CalendarEntry;
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, Object};

/// Root fields of the national calendar.
#[derive(Default)]
pub struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// The national calendar: holidays and Ramadan, those that are the same every year first, then by their first day.
    async fn calendar_entries(&self, ctx: &Context<'_>) -> Result<List<CalendarEntry>> {
        store::list(ctx.reader()).await.map(List)
    }
}
