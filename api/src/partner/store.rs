//! Reading partner organisations.

use super::entity::{Column, Entity, Model};
use super::object::Partner;
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order};
use crate::platform::query::table::Table;
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;
use sea_orm::{ColumnTrait, Statement};

/// One partner.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Partner>> {
    let tx = reader.begin();
    let row = tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Partner::new((row, batch))
    }))
}

/// The names in addresses of all partners, for a command that was given none of them.
///
/// # Errors
/// The database's refusal.
pub async fn slugs(db: &Db, now: Timestamp) -> Result<Vec<String>> {
    let sql = "select slug from partner order by slug";
    let asker = Actor::System(Purpose::Authenticate);
    let rows = db.ask(&asker, now, Statement::from_string(db.backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(Error::from)).collect()
}

/// A page of partners, by their names in addresses.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs) -> Result<Connection<Partner>> {
    let published = roots.published;
    let order = Order::ascending(vec![(Column::Slug.into_expr(), KeyKind::Text)]);
    let asked = roots.asked(&order);
    let tx = reader.begin();
    let listed = tx
        .select_for_list::<Entity>(published)
        .list(&asked, CursorCodec::new(reader.cursor_key(), format!("partners {published}")), Entity::read)
        .await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Partner::new((row, batch.clone()))))
}
