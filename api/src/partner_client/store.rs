//! Reading and changing partners' machine credentials.

use super::entity::{Column, Entity, Model};
use super::object::PartnerClient;
use crate::platform::batch::Batch;
use crate::platform::error::Result;
use crate::platform::page::{Connection, KeyKind, Order, Roots, Seal};
use crate::platform::reader::Reader;
use crate::platform::table::Table;
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// One credential.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, key: Uuid) -> Result<Option<PartnerClient>> {
    let row = reader.begin().see::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        PartnerClient::new((row, batch))
    }))
}

/// A page of credentials, the newest first.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: Roots) -> Result<Connection<PartnerClient>> {
    reader.signed_in()?;
    let order = Order::descending(vec![(Column::Number.into_expr(), KeyKind::Long)]);
    let seal = Seal::new(reader.cursor_key(), "partnerClients");
    let tx = reader.begin();
    let listed = tx.root::<Entity>(false).list(&roots.asked(&order), seal, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| PartnerClient::new((row, batch.clone()))))
}
