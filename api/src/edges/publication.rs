//! Changes of one thing that bring others on sale or take them off: both in one transaction.

use crate::platform::error::Result;
use crate::platform::text::LocalizedTextInput;
use crate::platform::tx::Tx;
use crate::product::publication::{Touched, refresh};
use crate::{cooperative, market};
use domain::cooperative::CooperativeStatus;
use domain::market::MarketStatus;
use uuid::Uuid;

/// A cooperative goes to another status, and its products, their listings and the search with it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, and the refusals of [`CooperativeStatus::go`].
pub async fn cooperative_goes(
    tx: &Tx<'_>,
    key: Uuid,
    from: Option<(i32, Option<CooperativeStatus>)>,
    status: CooperativeStatus,
) -> Result<cooperative::entity::Model> {
    let row = cooperative::store::go(tx, key, from, status).await?;
    refresh(tx, Touched::Cooperative(key)).await?;
    Ok(row)
}

/// A cooperative gets another name, by which its products are found.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, and the refusals of a text.
pub async fn cooperative_rename(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    name: LocalizedTextInput,
) -> Result<cooperative::entity::Model> {
    let row = cooperative::store::rename(tx, key, version, name).await?;
    refresh(tx, Touched::Cooperative(key)).await?;
    Ok(row)
}

/// Something else is said of a cooperative.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, and the refusals of what is said.
pub async fn cooperative_edit(tx: &Tx<'_>, key: Uuid, version: i32, edit: cooperative::store::Edit) -> Result<Uuid> {
    let key = cooperative::store::edit(tx, key, version, edit).await?;
    refresh(tx, Touched::Cooperative(key)).await?;
    Ok(key)
}

/// A market goes to another status, and what it lists with it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, and the refusals of [`MarketStatus::go`].
pub async fn market_goes(tx: &Tx<'_>, key: Uuid, status: MarketStatus) -> Result<market::entity::Model> {
    let row = market::store::go(tx, key, status).await?;
    refresh(tx, Touched::Market(key)).await?;
    Ok(row)
}
