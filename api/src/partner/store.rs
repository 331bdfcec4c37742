//! Reading partner organisations.

use super::entity::{Column, Entity, Model};
use super::object::Partner;
use crate::platform::batch::Batch;
use crate::platform::error::Result;
use crate::platform::lookup::Lookup;
use crate::platform::page::{Asked, Connection, KeyKind, Order, PageArgs, Seal};
use crate::platform::reader::Reader;
use crate::platform::table::Table;
use sea_orm::ColumnTrait;

/// One partner.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Partner>> {
    let tx = reader.begin();
    let row = tx.see::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Partner::new((row, batch))
    }))
}

/// A page of partners, by their names in addresses.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, args: PageArgs, total: bool) -> Result<Connection<Partner>> {
    let order = Order::ascending(vec![(Column::Slug.into_expr(), KeyKind::Text)]);
    let asked = Asked { args: &args, order: &order, total };
    let tx = reader.begin();
    let listed = tx.see::<Entity>().list(&asked, Seal::new(reader.cursor_key(), "partners"), Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Partner::new((row, batch.clone()))))
}
