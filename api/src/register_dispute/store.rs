//! Reading and deciding disputes about identities in the register.

use super::entity::{Column, Entity};
use super::object::{RegisterDispute, RegisterDisputeFilter};
use crate::cooperative;
use crate::platform::error::Result;
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, Order};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use domain::cooperative::RegisterDisputeOutcome;
use domain::fault::{Fault, Faults};
use domain::text::NAME_MAX;
use sea_orm::{ActiveValue, ColumnTrait};
use uuid::Uuid;

/// A page of disputes, in the order that is asked for.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<RegisterDisputeFilter>,
    by: CreationOrder,
) -> Result<Connection<RegisterDispute>> {
    reader.signed_in()?;
    let name = format!("registerDisputes {filter:?} {by:?}");
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(false);
    if let Some(outcome) = filter.unwrap_or_default().outcome {
        select = select.filter(Column::Outcome.eq(outcome));
    }
    object::list(reader, name, select, &roots.page, &Order::created(by, Column::Number)).await
}

/// Decide whose the identity is. Both branches learn what was decided about their own cooperative, and why.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when it is not open, or is claimed no more; TEXT_REQUIRED, TEXT_TOO_LONG,
/// TEXT_UNSAFE at `reason`.
pub async fn decide(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    outcome: RegisterDisputeOutcome,
    reason: &str,
) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let mut faults = Faults::new();
    let reason = domain::text::required(reason, NAME_MAX).map_err(|code| faults.push(Fault::new(code).at("reason")));
    let next = locked.row().outcome.0.decide(outcome).map_err(|fault| faults.push(fault));
    let (Ok(reason), Ok(next)) = (reason, next) else { return Err(faults.into()) };
    let row = locked.row();
    let (parties, identity) = ((row.cooperative_id, row.holder_id), (row.court.as_str(), row.register_number.as_str()));
    let decision = (next == RegisterDisputeOutcome::Upheld, &*reason);
    let decided = cooperative::store::decide_identity(tx, parties, identity, decision).await?;
    if decided.is_none() {
        return Err(Fault::status(RegisterDisputeOutcome::Withdrawn, next).into());
    }
    tx.update(locked, |row| {
        row.outcome = ActiveValue::Set(EnumValue(next));
        row.reason = ActiveValue::Set(Some(reason.into()));
    })
    .await?;
    Ok(key)
}
