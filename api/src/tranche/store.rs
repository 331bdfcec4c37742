//! Reading and changing tranches.

use super::entity::{Column, Entity, Model};
use super::entry;
use super::object::{Tranche, TrancheEntry};
use crate::agreement::entity as agreement;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::{Date as Shown, Money as Centimes};
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{RowReader, Table};
use crate::platform::query::transaction::{Locked, Tx};
use domain::access::Permission;
use domain::budget::{TrancheEntryKind, allot};
use domain::calendar;
use domain::fault::{Code, Fault};
use domain::money::Money;
use domain::partnership::AgreementState;
use jiff::civil::Date;
use sea_orm::sea_query::{Alias, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The most tranches of an agreement.
const TRANCHES_MAX: usize = 100;

/// The tranches of agreements, in their order.
#[derive(Debug)]
pub struct TranchesOf;

impl Related for TranchesOf {
    type Value = Vec<Tranche>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = object::all_of::<Tranche>(reader, (Column::AgreementId, keys), Column::Ordinal).await?;
        Ok(grouped(found, |tranche| tranche.agreement_key))
    }
}

/// A tranche to be added, as its form was read.
pub struct NewTranche {
    /// Its place among the tranches of its agreement.
    pub ordinal: i32,
    /// What is to be received.
    pub planned: Money,
    /// When.
    pub planned_on: Date,
    /// How much of it is justified before the next one is received, in hundredths of a per cent.
    pub release_share: i32,
}

/// An entry as it was booked.
struct Booked {
    of: Uuid,
    ordinal: i32,
    kind: TrancheEntryKind,
    amount: Money,
    entered_on: Date,
    reference: String,
    reverses: Option<i32>,
}

const BOOKED: [entry::Column; 7] = {
    use entry::Column as E;
    [E::TrancheId, E::Ordinal, E::Kind, E::Amount, E::EnteredOn, E::Reference, E::Reverses]
};

impl Booked {
    fn read(cells: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            of: cells.take()?,
            ordinal: cells.take()?,
            kind: cells.take::<EnumValue<TrancheEntryKind>>()?.0,
            amount: Money::new(cells.take()?),
            entered_on: cells.take::<Day>()?.0,
            reference: cells.take()?,
            reverses: cells.take()?,
        })
    }
}

/// The entries of tranches, in the order in which they were booked.
#[derive(Debug)]
pub struct EntriesOf;

impl Related for EntriesOf {
    type Value = Vec<TrancheEntry>;

    fn of(&self) -> Kind {
        Kind::Tranche
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let select = tx.select_columns::<entry::Entity>().among(entry::Column::TrancheId, keys);
        let mut booked = select.only(BOOKED.map(|column| column.into_expr())).all(Booked::read).await?;
        booked.sort_by_key(|entry| entry.ordinal);
        let mut entries: HashMap<Uuid, Self::Value> = HashMap::new();
        for entry in booked {
            entries.entry(entry.of).or_default().push(TrancheEntry {
                number: entry.ordinal,
                kind: EnumValue(entry.kind),
                amount: Centimes::centimes(entry.amount.centimes),
                entered_on: Shown(entry.entered_on),
                reference: entry.reference,
                reverses: entry.reverses,
            });
        }
        Ok(entries)
    }
}

/// Plan a tranche of an agreement's money.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID, LIMIT_EXCEEDED; DUPLICATE_ENTRY at `number`, DATE_INVALID at
/// `plannedOn` (before the tranche before it, or after the one behind), BUDGET_EXCEEDED at `planned`.
pub async fn add(tx: &Tx<'_>, agreement: Uuid, form: impl FnOnce() -> Result<NewTranche>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<agreement::Entity>(agreement).await?;
    let (of, form) = (locked.row(), form()?);
    if matches!(of.status.0, AgreementState::Terminated | AgreementState::Renewed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(of.status.0.to_string()).into());
    }
    let others = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(agreement))
        .only([Column::Ordinal, Column::Planned, Column::PlannedOn].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<i32>()?, Money::new(cells.take()?), cells.take::<Day>()?.0)))
        .await?;
    if others.len() >= TRANCHES_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(TRANCHES_MAX.to_string()).into());
    }
    if others.iter().any(|(ordinal, ..)| *ordinal == form.ordinal) {
        return Err(Fault::new(Code::DuplicateEntry).at("number").into());
    }
    let is_out_of_order = |(ordinal, _, day): &(i32, Money, Date)| match *ordinal < form.ordinal {
        true => *day > form.planned_on,
        false => *day < form.planned_on,
    };
    if others.iter().any(is_out_of_order) {
        return Err(Fault::new(Code::DateInvalid).at("plannedOn").into());
    }
    let planned = Money::sum(others.iter().map(|(_, planned, _)| *planned))?;
    allot(of.budget.map(Money::new), planned, form.planned).map_err(|fault| fault.at("planned"))?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        branch_id: of.branch_id,
        agreement_id: agreement,
        ordinal: form.ordinal,
        planned: form.planned.centimes,
        planned_on: Day(form.planned_on),
        release_share: form.release_share,
        received: 0,
        justified: 0,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Something that was received or justified, as its form was read.
pub struct NewEntry {
    /// How much.
    pub amount: Money,
    /// When.
    pub on: Date,
    /// The number of the document that proves it.
    pub reference: String,
}

/// Book what was received of a tranche: the one before it is justified as far as it demands.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, STATUS_INVALID (the agreement is not signed),
/// TRANCHE_UNJUSTIFIED; DATE_INVALID at `receivedOn`, BUDGET_EXCEEDED at `amount` (more than is planned).
pub async fn receive(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<NewEntry>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let form = form()?;
    locked.expect_version(version)?;
    let row = locked.row();
    expect_signed(tx, row.agreement_id, &form, "receivedOn").await?;
    let before = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(row.agreement_id))
        .filter(Column::Ordinal.lt(row.ordinal))
        .statement(|statement| {
            statement.order_by_expr(Column::Ordinal.into_expr(), sea_orm::Order::Desc);
        })
        .one(Entity::read)
        .await?;
    if let Some(before) = before {
        before.instalment().expect_released(before.ordinal)?;
    }
    allot(Some(Money::new(row.planned)), Money::new(row.received), form.amount).map_err(|fault| fault.at("amount"))?;
    enter(tx, locked, (TrancheEntryKind::Receipt, None), form).await
}

/// Confirm that so much of a tranche is justified: by another person than who booked its receipt, and no more than was spent
/// and confirmed.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, STATUS_INVALID, FOUR_EYES_REQUIRED; DATE_INVALID at `justifiedOn`,
/// BUDGET_EXCEEDED at `amount` (more than was received, or more than was spent).
pub async fn justify(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<NewEntry>) -> Result<Uuid> {
    // In one order with whoever spends: the agreement's tranches wait for each other by the agreement.
    let columns = [Column::AgreementId.into_expr()];
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).only(columns);
    let agreement = found.one(|cells| cells.take::<Uuid>()).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    tx.lock_for_update::<agreement::Entity>(agreement).await?;
    let locked = tx.lock_for_update::<Entity>(key).await?;
    if !tx.permits::<Entity>(key, Permission::DecideAgreements).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let form = form()?;
    locked.expect_version(version)?;
    let row = locked.row();
    expect_signed(tx, agreement, &form, "justifiedOn").await?;
    let booked = tx
        .select_columns::<entry::Entity>()
        .filter(entry::Column::TrancheId.eq(key))
        .filter(entry::Column::Kind.eq(EnumValue(TrancheEntryKind::Receipt)))
        .only([entry::Column::EnteredBy.into_expr()])
        .all(|cells| cells.take::<Option<Uuid>>())
        .await?;
    if booked.iter().flatten().any(|person| tx.actor().key() == Some(*person)) {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let sum = |column: sea_orm::sea_query::SimpleExpr| column.sum().cast_as(Alias::new("bigint"));
    // Also by branches beyond her reach.
    let sql = "select cast(coalesce(sum(amount), 0) as bigint) from expense
        where agreement_id = $1 and status = 'CONFIRMED'";
    let spent: Vec<i64> = tx.as_platform(async |tx| tx.query(sql, [agreement.into()]).await).await?;
    let spent = Money::new(spent.first().copied().unwrap_or(0));
    let justified = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(agreement))
        .only([sum(Column::Justified.into_expr())])
        .one(|cells| cells.take::<Option<i64>>())
        .await?;
    let justified = Money::new(justified.flatten().unwrap_or(0));
    let at = |fault: Fault| fault.at("amount");
    allot(Some(Money::new(row.received)), Money::new(row.justified), form.amount).map_err(at)?;
    allot(Some(spent), justified, form.amount).map_err(at)?;
    enter(tx, locked, (TrancheEntryKind::Justification, None), form).await
}

/// Money is booked of an agreement that was signed, on a day between the signature and today.
async fn expect_signed(tx: &Tx<'_>, agreement: Uuid, form: &NewEntry, field: &str) -> Result<()> {
    let found = tx.select::<agreement::Entity>().filter(agreement::Column::Id.eq(agreement));
    let of = found.one(agreement::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !matches!(of.status.0, AgreementState::Signed | AgreementState::Renewed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(of.status.0.to_string()).into());
    }
    let is_before = of.signed_on.is_some_and(|signed| form.on < signed.0);
    if is_before || form.on > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).at(field).into());
    }
    Ok(())
}

/// The entries of a tranche, in their order.
async fn entries(tx: &Tx<'_>, tranche: Uuid) -> Result<Vec<Booked>> {
    let select = tx.select_columns::<entry::Entity>().filter(entry::Column::TrancheId.eq(tranche));
    let mut entries = select.only(BOOKED.map(|column| column.into_expr())).all(Booked::read).await?;
    entries.sort_by_key(|entry| entry.ordinal);
    Ok(entries)
}

/// Take back an entry of a tranche by a new one, below zero.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the reason; NOT_FOUND, STATUS_INVALID (it was taken back, or takes one back)
/// and BUDGET_EXCEEDED (less would be received than is justified) at `entryNumber`.
pub async fn reverse(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    number: i32,
    reason: impl FnOnce() -> Result<String>,
) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let reason = reason()?;
    locked.expect_version(version)?;
    let at = |code: Code| Fault::new(code).at("entryNumber");
    let entries = entries(tx, key).await?;
    let entry = entries.iter().find(|entry| entry.ordinal == number).ok_or_else(|| at(Code::NotFound))?;
    if entry.kind == TrancheEntryKind::Justification && !tx.permits::<Entity>(key, Permission::DecideAgreements).await?
    {
        return Err(Error::refused(Code::Forbidden));
    }
    if entry.reverses.is_some() || entries.iter().any(|other| other.reverses == Some(number)) {
        return Err(at(Code::StatusInvalid).into());
    }
    let row = locked.row();
    if entry.kind == TrancheEntryKind::Receipt {
        let left = Money::new(row.received).minus(Money::new(row.justified))?;
        if entry.amount > left {
            let detail = format!("{} > {left}", entry.amount);
            return Err(at(Code::BudgetExceeded).with_detail(detail).into());
        }
    }
    let amount = Money::new(0).minus(entry.amount)?;
    let back = NewEntry { amount, on: calendar::today(tx.now()), reference: reason };
    enter(tx, locked, (entry.kind, Some(number)), back).await
}

async fn enter(
    tx: &Tx<'_>,
    locked: Locked<Entity>,
    (kind, reverses): (TrancheEntryKind, Option<i32>),
    form: NewEntry,
) -> Result<Uuid> {
    let row = locked.row();
    let (key, branch_id) = (row.id, row.branch_id);
    let changes = serde_json::json!({"entry": [null, format!("{kind} {} {}", form.amount, form.reference)]});
    let changes = changes.as_object().cloned().unwrap_or_default();
    let last = entries(tx, key).await?.last().map_or(0, |entry| entry.ordinal);
    let new = entry::Model {
        id: Uuid::now_v7(),
        branch_id,
        agreement_id: row.agreement_id,
        tranche_id: key,
        ordinal: last.checked_add(1).ok_or_else(|| Error::internal("too many entries"))?,
        kind: EnumValue(kind),
        amount: form.amount.centimes,
        reverses,
        entered_on: Day(form.on),
        reference: form.reference,
        entered_by: tx.actor().key(),
    };
    tx.insert_plain::<entry::Entity>(vec![new.into_active_model()]).await?;
    tx.record(Change::noted(Kind::Tranche, key, Some(branch_id), Audited { changes, personal: BTreeMap::new() }));
    tx.update(locked, |_| {}).await?;
    Ok(key)
}
