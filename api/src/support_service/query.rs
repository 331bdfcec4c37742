//! Root fields of the directory of support services.

use super::emergency::{EmergencyNumber, NUMBERS};
use super::object::{SupportService, SupportServiceFilter};
use super::store;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, ListArgs, PageArgs};
use async_graphql::{Context, Object};

/// Root fields of the directory of support services.
#[derive(Default)]
pub struct SupportServiceQuery;

#[Object]
impl SupportServiceQuery {
    /// The services that help women and girls facing violence, as far as the caller may see them: the nearest first where a
    /// point is given, the national line always last. A search without conditions on staff's work is never empty. Shelters are
    /// in no public list: the way to them leads through the national line or a listening centre.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn support_services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only services that meet all of these conditions.")] filter: Option<
            SupportServiceFilter,
        >,
        #[graphql(desc = "Returns the list that the public sees, whoever asks.", default)] published: bool,
    ) -> Result<Connection<SupportService>> {
        let roots = ListArgs { page: PageArgs::new(ctx, first, after, last, before), published };
        store::list(ctx.reader(), roots, filter.unwrap_or_default()).await
    }

    /// The national line for women and girls facing violence, day and night.
    async fn emergency_service(&self, ctx: &Context<'_>) -> Option<Result<SupportService>> {
        store::national_line(ctx.reader()).await.transpose()
    }

    /// The numbers to call in an emergency: police, gendarmerie, ambulance, and the lines for women and for minors, each with
    /// where it was published. No database is asked for them.
    async fn emergency_numbers(&self) -> List<EmergencyNumber> {
        List(NUMBERS.clone())
    }
}
