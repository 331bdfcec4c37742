//! Reading and changing contributions.

use super::entity::{Column, Entity, Model};
use crate::agreement::entity as agreement;
use crate::contribution::object::Contribution;
use crate::market::entity as market;
use crate::partner::entity as partner;
use crate::partner::object::PartnerRow;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::{Locked, Tx};
use domain::access::Permission;
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::{ContributionKind, ContributionStatus, entered};
use jiff::civil::Date;
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
        .with_optional::<PartnerRow>(Column::PartnerId)
        .among(parent, keys)
        .statement(|statement| {
            statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
        })
        .all(|cells| {
            let row = level.take::<Entity>(cells)?;
            level.take_optional::<PartnerRow>(cells)?;
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

/// What is contributed to.
#[derive(Clone, Copy, Debug)]
pub enum Whole {
    /// An agreement.
    Agreement(Uuid),
    /// A market, without an agreement.
    Market(Uuid),
}

/// What is contributed to, held to be changed.
enum Held {
    Agreement(Box<Locked<agreement::Entity>>),
    Market(Box<Locked<market::Entity>>),
}

impl Held {
    /// Hold what a contribution is for, before the contribution is; an agreement as long as it is not signed.
    async fn lock(tx: &Tx<'_>, whole: Whole) -> Result<Self> {
        match whole {
            Whole::Agreement(key) => {
                let locked = tx.lock_for_update::<agreement::Entity>(key).await?;
                locked.row().status.0.expect_unsigned()?;
                Ok(Self::Agreement(Box::new(locked)))
            }
            Whole::Market(key) => {
                let locked = tx.lock_for_update::<market::Entity>(key).await?;
                // Whoever keeps a market does not keep its money.
                if !tx.permits::<market::Entity>(key, Permission::ManageAgreements).await? {
                    return Err(Error::refused(Code::Forbidden));
                }
                Ok(Self::Market(Box::new(locked)))
            }
        }
    }

    fn expect_version(&self, version: i32) -> Result<()> {
        match self {
            Self::Agreement(locked) => locked.expect_version(version),
            Self::Market(locked) => locked.expect_version(version),
        }
    }

    /// The branch, and the agreement or the market.
    fn keys(&self) -> (Uuid, Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Agreement(locked) => (locked.row().branch_id, Some(locked.row().id), None),
            Self::Market(locked) => (locked.row().branch_id, None, Some(locked.row().id)),
        }
    }

    /// Raise its version: whoever signs or looks at it has read the contributions as they are.
    async fn touch(self, tx: &Tx<'_>) -> Result<()> {
        match self {
            Self::Agreement(locked) => tx.update(*locked, |_| {}).await.map(drop),
            Self::Market(locked) => tx.update(*locked, |_| {}).await.map(drop),
        }
    }
}

/// Add a contribution to an agreement that is not signed, or to a market.
///
/// # Errors
/// BAD_USER_INPUT when it is not said what is contributed to, NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; AMOUNT_INVALID at
/// `amount`, PAYER_REQUIRED and NOT_FOUND at `partnerId`.
pub async fn add(tx: &Tx<'_>, whole: Option<Whole>, version: i32, given: Given) -> Result<Uuid> {
    if !tx.actor().may(Permission::ManageAgreements) {
        return Err(Error::refused(Code::Forbidden));
    }
    let expected = || Error::expected("input.agreementId", "one of agreementId and marketId");
    let locked = Held::lock(tx, whole.ok_or_else(expected)?).await?;
    locked.expect_version(version)?;
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
    let held = Held::lock(tx, whole_of(tx, key).await?).await?;
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
    held.touch(tx).await?;
    Ok(key)
}

/// Take a contribution back: a new one below zero stands beside it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn reverse(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let held = Held::lock(tx, whole_of(tx, key).await?).await?;
    let reversed = tx.lock_version::<Entity>(key, version).await?;
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
        ..new(tx, &held).await?
    };
    insert(tx, held, row).await
}

/// Write down when a contribution from abroad was declared; the national level does.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT; STATUS_INVALID for one that no foreign partner pays, or that was taken back; DATE_INVALID at
/// `declaredOn` for a day to come.
pub async fn declare(tx: &Tx<'_>, key: Uuid, version: i32, declared_on: Date) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let row = locked.row();
    let payer = tx.select::<partner::Entity>().filter(partner::Column::IsForeign.eq(true));
    let is_foreign = match row.partner_id {
        Some(partner) => payer.filter(partner::Column::Id.eq(partner)).count(None).await? > 0,
        None => false,
    };
    if !is_foreign || row.reverses_id.is_some() || is_reversed(tx, key).await? {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    if declared_on > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).at("declaredOn").into());
    }
    tx.update(locked, |row| row.declared_on = ActiveValue::Set(Some(Day(declared_on)))).await?;
    Ok(key)
}

/// The confirmed contributions from abroad to agreements that were not declared, for whoever reaches them.
#[derive(Debug)]
pub struct UndeclaredOf;

impl Related for UndeclaredOf {
    type Value = Vec<Contribution>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut level = Keys::default();
        let undeclared = tx
            .select_in_scope::<Entity>()
            .among(Column::AgreementId, keys)
            .filter(Column::Status.eq(EnumValue(ContributionStatus::Confirmed)))
            .filter(Column::DeclaredOn.is_null())
            .all(|cells| level.take::<Entity>(cells))
            .await?;
        let payers: Vec<Uuid> = undeclared.iter().filter_map(|row| row.partner_id).collect();
        let foreign = tx
            .select::<partner::Entity>()
            .among(partner::Column::Id, &payers)
            .filter(partner::Column::IsForeign.eq(true))
            .only([partner::Column::Id.into_expr()])
            .all(|cells| cells.take::<Uuid>())
            .await?;
        let taken_back: Vec<Uuid> = undeclared.iter().filter_map(|row| row.reverses_id).collect();
        let stands = |row: &&std::sync::Arc<Model>| {
            row.reverses_id.is_none()
                && !taken_back.contains(&row.id)
                && row.partner_id.is_some_and(|partner| foreign.contains(&partner))
        };
        let batch = level.batch();
        let found = undeclared.iter().filter(stands).map(|row| Contribution::new(row, batch.clone(), reader));
        let mut of: HashMap<Uuid, Self::Value> = HashMap::new();
        for contribution in found {
            if let Some(agreement) = contribution.agreement_key {
                of.entry(agreement).or_default().push(contribution);
            }
        }
        Ok(of)
    }
}

/// What a contribution is for.
async fn whole_of(tx: &Tx<'_>, key: Uuid) -> Result<Whole> {
    let columns = [Column::AgreementId, Column::MarketId].map(|column| column.into_expr());
    let of = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).only(columns);
    match of.one(|cells| Ok((cells.take::<Option<Uuid>>()?, cells.take::<Option<Uuid>>()?))).await? {
        Some((Some(agreement), _)) => Ok(Whole::Agreement(agreement)),
        Some((None, Some(market))) => Ok(Whole::Market(market)),
        Some((None, None)) | None => Err(Error::refused(Code::NotFound)),
    }
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

/// A contribution behind its sisters, that somebody enters now.
async fn new(tx: &Tx<'_>, held: &Held) -> Result<Model> {
    let (branch_id, agreement_id, market_id) = held.keys();
    let sisters = match (agreement_id, market_id) {
        (Some(agreement), _) => Column::AgreementId.eq(agreement),
        (None, market) => Column::MarketId.eq(market),
    };
    let last = tx
        .select_in_scope::<Entity>()
        .filter(sisters)
        .only([Column::Position.max()])
        .one(|cells| cells.take::<Option<i32>>())
        .await?;
    let now = tx.now().as_microsecond();
    Ok(Model {
        id: Uuid::now_v7(),
        branch_id,
        market_id,
        agreement_id,
        partner_id: None,
        position: last.flatten().unwrap_or(0) + 1,
        kind: None,
        amount: 0,
        reverses_id: None,
        entered_by: tx.actor().key(),
        declared_on: None,
        status: EnumValue(ContributionStatus::Unconfirmed),
        published: false,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    })
}

/// Add a contribution to what it is for, whose version goes up.
async fn insert(tx: &Tx<'_>, held: Held, row: Model) -> Result<Uuid> {
    let key = row.id;
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    held.touch(tx).await?;
    Ok(key)
}
