//! Reading and changing contributions.

use super::entity::{Column, Entity, Model};
use crate::agreement::entity as agreement;
use crate::contribution::object::Contribution;
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::{Locked, Tx};
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::{ContributionKind, ContributionStatus, entered};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The contributions to markets, in their order.
#[derive(Debug)]
pub struct OfMarkets;

/// The contributions to agreements, in their order.
#[derive(Debug)]
pub struct OfAgreements;

impl Related for OfMarkets {
    type Value = Vec<Contribution>;

    fn of(&self) -> Kind {
        Kind::Market
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::MarketId, keys, |contribution| contribution.market_key).await
    }
}

impl Related for OfAgreements {
    type Value = Vec<Contribution>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::AgreementId, keys, |contribution| contribution.agreement_key).await
    }
}

async fn read(
    reader: &Reader,
    parent: Column,
    keys: &[Uuid],
    owner: fn(&Contribution) -> Option<Uuid>,
) -> Result<HashMap<Uuid, Vec<Contribution>>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let rows = tx
        .select::<Entity>()
        .with_optional::<partner::Entity>(Column::PartnerId)
        .among(parent, keys)
        .statement(|statement| {
            statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
        })
        .all(|cells| {
            let row = level.take::<Entity>(cells)?;
            level.take_optional::<partner::Entity>(cells)?;
            Ok(row)
        })
        .await?;
    let batch = level.batch();
    let contributions = rows.iter().map(|row| Contribution::new(row, batch.clone(), reader));
    Ok(grouped(contributions, |contribution| owner(contribution).unwrap_or_default()))
}

/// A contribution that is given.
#[derive(Clone)]
pub struct Given {
    /// Who pays.
    pub partner: Option<Uuid>,
    /// In money or in kind.
    pub kind: ContributionKind,
    /// How much, in dirhams.
    pub amount: Decimal,
    /// Whether it is confirmed.
    pub status: ContributionStatus,
}

/// Add a contribution to an agreement that is not signed.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; AMOUNT_INVALID at `amount`, PAYER_REQUIRED and NOT_FOUND at `partnerId`.
pub async fn add(tx: &Tx<'_>, agreement: Uuid, version: i32, given: Given) -> Result<Uuid> {
    let locked = tx.lock_version::<agreement::Entity>(agreement, version).await?;
    locked.row().status.0.expect_unsigned()?;
    let amount = Money::of(given.amount.0).and_then(entered).map_err(|fault| fault.at("amount"));
    let payer = payer(tx, given.partner, given.status).await?;
    let amount = match (amount, payer) {
        (Ok(amount), None) => amount,
        (amount, payer) => return Err(amount.err().into_iter().chain(payer).collect::<Faults>().into()),
    };
    let row = Model {
        kind: Some(EnumValue(given.kind)),
        partner_id: given.partner,
        amount: amount.centimes,
        status: EnumValue(given.status),
        ..new(tx, &locked).await?
    };
    insert(tx, locked, row).await
}

/// Confirm a contribution: it is certain who pays it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; PAYER_REQUIRED and NOT_FOUND at `partnerId`.
pub async fn confirm(tx: &Tx<'_>, key: Uuid, version: i32, partner: Option<Uuid>) -> Result<Uuid> {
    let agreement = lock_agreement(tx, key).await?;
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let partner = locked.row().partner_id.or(partner);
    let is_open = locked.row().status.0 == ContributionStatus::Unconfirmed && locked.row().reverses_id.is_none();
    if !is_open || is_reversed(tx, key).await? {
        return Err(Fault::status(locked.row().status.0, ContributionStatus::Confirmed).into());
    }
    if let Some(fault) = payer(tx, partner, ContributionStatus::Confirmed).await? {
        return Err(fault.into());
    }
    let actor = tx.actor().key();
    tx.update(locked, |row| {
        row.partner_id = ActiveValue::Set(partner);
        row.status = ActiveValue::Set(EnumValue(ContributionStatus::Confirmed));
        row.entered_by = ActiveValue::Set(actor);
    })
    .await?;
    if let Some(agreement) = agreement {
        // Whoever signs has read the contributions as they are.
        tx.update(agreement, |_| {}).await?;
    }
    Ok(key)
}

/// Take a contribution back: a new one below zero stands beside it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn reverse(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let agreement = lock_agreement(tx, key).await?;
    let reversed = tx.lock_version::<Entity>(key, version).await?;
    let agreement = agreement.ok_or_else(|| Fault::new(Code::StatusInvalid))?;
    let reversed = reversed.row();
    if reversed.reverses_id.is_some() || is_reversed(tx, key).await? {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    let row = Model {
        kind: reversed.kind,
        partner_id: reversed.partner_id,
        amount: -reversed.amount,
        status: reversed.status,
        reverses_id: Some(key),
        ..new(tx, &agreement).await?
    };
    insert(tx, agreement, row).await
}

/// The agreement that a contribution is for, to be changed before the contribution is; none when it is for a market.
async fn lock_agreement(tx: &Tx<'_>, key: Uuid) -> Result<Option<Locked<agreement::Entity>>> {
    let columns = [Column::AgreementId.into_expr()];
    let of = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).only(columns);
    let Some(agreement) = of.one(|cells| cells.take::<Option<Uuid>>()).await?.flatten() else { return Ok(None) };
    let locked = tx.lock_for_update::<agreement::Entity>(agreement).await?;
    locked.row().status.0.expect_unsigned()?;
    Ok(Some(locked))
}

/// Whether another contribution takes this one back.
async fn is_reversed(tx: &Tx<'_>, key: Uuid) -> Result<bool> {
    Ok(tx.select_in_scope::<Entity>().filter(Column::ReversesId.eq(key)).count(None).await? > 0)
}

/// What is wrong with a payer: none is named of what is confirmed, or there is no such partner.
async fn payer(tx: &Tx<'_>, payer: Option<Uuid>, status: ContributionStatus) -> Result<Option<Fault>> {
    let code = match payer {
        None if status == ContributionStatus::Confirmed => Code::PayerRequired,
        None => return Ok(None),
        Some(key) if tx.select::<partner::Entity>().filter(partner::Column::Id.eq(key)).count(None).await? > 0 => {
            return Ok(None);
        }
        Some(_) => Code::NotFound,
    };
    Ok(Some(Fault::new(code).at("partnerId")))
}

/// A contribution to an agreement, behind its sisters, that somebody enters now.
async fn new(tx: &Tx<'_>, agreement: &Locked<agreement::Entity>) -> Result<Model> {
    let last = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(agreement.row().id))
        .only([Column::Position.max()])
        .one(|cells| cells.take::<Option<i32>>())
        .await?;
    let now = tx.now().as_microsecond();
    Ok(Model {
        id: Uuid::now_v7(),
        branch_id: agreement.row().branch_id,
        market_id: None,
        agreement_id: Some(agreement.row().id),
        partner_id: None,
        position: last.flatten().unwrap_or(0) + 1,
        kind: None,
        amount: 0,
        reverses_id: None,
        entered_by: tx.actor().key(),
        status: EnumValue(ContributionStatus::Unconfirmed),
        published: false,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    })
}

/// Add a contribution to its agreement, whose version goes up: whoever signs has read all of them.
async fn insert(tx: &Tx<'_>, agreement: Locked<agreement::Entity>, row: Model) -> Result<Uuid> {
    let key = row.id;
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    tx.update(agreement, |_| {}).await?;
    Ok(key)
}
