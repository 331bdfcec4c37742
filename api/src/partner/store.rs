//! Reading partner organisations.

use super::entity::{Column, Entity};
use super::object::Partner;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::object::{self, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, Order};
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;

/// One partner.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Partner>> {
    Partner::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// The names in addresses of all partners, for a command that was given none of them.
///
/// # Errors
/// The database's refusal.
pub async fn slugs(db: &Db, now: Timestamp) -> Result<Vec<String>> {
    let sql = "select slug from partner order by slug";
    let asker = Actor::System(Purpose::Authenticate);
    db.query(&asker, now, sql, []).await
}

/// A page of partners.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, by: NameOrder) -> Result<Connection<Partner>> {
    let published = roots.published;
    let in_arabic = by == NameOrder::Name && reader.sorts_in_arabic();
    let name = format!("partners {by:?} {in_arabic} {published}");
    let tx = reader.begin();
    let select = tx.select_for_list::<Entity>(published);
    object::list(reader, name, select, &roots.page, &Order::named(by, in_arabic, "partner", Column::Slug)).await
}
