//! What a call for funding lets its partner pay of an agreement.

use super::entity::{Column, Entity};
use crate::contribution::entity as contribution;
use crate::platform::error::{Error, Result};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::fault::{Code, Faults};
use domain::money::Money;
use domain::partnership::ContributionStatus;
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// What is wrong with the confirmed contributions of an agreement under a call: with `more` of its partners' contributions, for
/// a budget.
///
/// # Errors
/// AMOUNT_INVALID for a sum that does not fit; the database's refusal.
pub async fn faults(
    tx: &Tx<'_>,
    (agreement, call): (Uuid, Uuid),
    budget: Option<Money>,
    more: &[(Uuid, Money)],
) -> Result<Faults> {
    let found = tx.select::<Entity>().filter(Column::Id.eq(call)).one(Entity::read).await?;
    let call = found.ok_or_else(|| Error::refused(Code::NotFound))?;
    let paid = tx
        .select_in_scope::<contribution::Entity>()
        .filter(contribution::Column::AgreementId.eq(agreement))
        .filter(contribution::Column::PartnerId.eq(call.partner_id))
        .filter(contribution::Column::Status.eq(EnumValue(ContributionStatus::Confirmed)))
        .only([contribution::Column::Amount.into_expr()])
        .all(|cells| cells.take::<i64>())
        .await?;
    let more = more.iter().filter(|(partner, _)| *partner == call.partner_id).map(|(_, amount)| *amount);
    let paid = Money::sum(paid.into_iter().map(Money::new).chain(more))?;
    Ok(call.ceiling().faults(paid, budget))
}
