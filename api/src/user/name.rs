//! What people are called.

use super::entity::{Column, Entity};
use crate::platform::error::Result;
use crate::platform::query::transaction::Tx;
use sea_orm::ColumnTrait;

/// What whoever acts is called; nothing of the platform itself and of programs.
///
/// # Errors
/// The database's refusal.
pub async fn of_actor(tx: &Tx<'_>) -> Result<Option<String>> {
    let Some(actor) = tx.actor().key() else { return Ok(None) };
    let name = tx.select_columns::<Entity>().filter(Column::Id.eq(actor)).only([Column::DisplayName.into_expr()]);
    name.one(|cells| cells.take::<String>()).await
}
