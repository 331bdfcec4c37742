//! Reading and recording expenses.

use super::entity::{Column, Entity, Model};
use super::object::Expense;
use crate::agreement::entity as agreement;
use crate::budget_line::entity as budget_line;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::object::Children;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use domain::budget::ExpenseStatus;
use domain::calendar;
use domain::fault::{Code, Fault};
use domain::money::Money;
use domain::partnership::AgreementStatus;
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

/// The expenses of budget lines, a page of each, the newest first.
pub fn of_budget_lines(page: PageArgs) -> Children<Expense, Column> {
    Children::new(Kind::BudgetLine, "BudgetLine.expenses", Column::BudgetLineId, page, Order::newest(Column::Number))
}

/// An expense to be recorded, as its form was read.
pub struct NewExpense {
    /// How much.
    pub amount: Money,
    /// When.
    pub spent_on: Date,
    /// The number of the document that proves it.
    pub reference: String,
    /// What for.
    pub description: Option<String>,
}

/// Record what was spent of a budget line. An amount above the limit waits for a second person.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID; DATE_INVALID at `spentOn`, BUDGET_EXCEEDED at `amount`.
pub async fn record(tx: &Tx<'_>, line: Uuid, limit: Money, form: impl FnOnce() -> Result<NewExpense>) -> Result<Uuid> {
    // Whoever spends of it meanwhile waits.
    let line = tx.lock_for_update::<budget_line::Entity>(line).await?;
    let form = form()?;
    expect_in_force(tx, line.row().agreement_id, form.spent_on).await?;
    line.row().balance().spend(form.amount).map_err(|fault| fault.at("amount"))?;
    let status = if form.amount > limit { ExpenseStatus::Pending } else { ExpenseStatus::Confirmed };
    let row = Model {
        amount: form.amount.centimes,
        spent_on: Day(form.spent_on),
        reference: form.reference,
        description: form.description,
        status: EnumValue(status),
        ..new(tx, &line)
    };
    insert(tx, row).await
}

/// Confirm an expense that waits for a second person: another one than who entered it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED.
pub async fn confirm(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let status = locked.row().status.0;
    if status != ExpenseStatus::Pending {
        return Err(Fault::status(status, ExpenseStatus::Confirmed).into());
    }
    if locked.row().entered_by.is_some() && locked.row().entered_by == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(ExpenseStatus::Confirmed))).await?;
    Ok(key)
}

/// Take an expense back: a new one below zero stands beside it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the reason, STATUS_INVALID when it was taken back before or takes another one
/// back.
pub async fn reverse(tx: &Tx<'_>, key: Uuid, version: i32, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    let found = found.ok_or_else(|| Error::refused(Code::NotFound))?;
    let line = tx.lock_for_update::<budget_line::Entity>(found.budget_line_id).await?;
    let reversed = tx.lock_for_update::<Entity>(key).await?;
    let reason = reason()?;
    reversed.expect_version(version)?;
    let reversed = reversed.row();
    let before = tx.select_in_scope::<Entity>().filter(Column::ReversesId.eq(key)).count(None).await?;
    if reversed.reverses_id.is_some() || before > 0 {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    let row = Model {
        amount: -reversed.amount,
        spent_on: Day(calendar::today(tx.now())),
        reference: reversed.reference.clone(),
        description: Some(reason),
        reverses_id: Some(key),
        ..new(tx, &line)
    };
    insert(tx, row).await
}

/// An expense is of an agreement that is in force or has run out, and of a day between its first one and today.
async fn expect_in_force(tx: &Tx<'_>, agreement: Uuid, spent_on: Date) -> Result<()> {
    let found = tx.select::<agreement::Entity>().filter(agreement::Column::Id.eq(agreement));
    let of = found.one(agreement::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let day = |day: Option<Day>| day.map(|day| day.0);
    let (signed_on, starts_on, ends_on) = (day(of.signed_on), day(of.starts_on), day(of.ends_on));
    let today = calendar::today(tx.now());
    let status = of.status.0.status_on(signed_on, starts_on, ends_on, today);
    if !matches!(status, AgreementStatus::InForce | AgreementStatus::Expired) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
    }
    let is_before = starts_on.or(signed_on).is_some_and(|first| spent_on < first);
    if is_before || spent_on > today || ends_on.is_some_and(|last| spent_on > last) {
        return Err(Fault::new(Code::DateInvalid).at("spentOn").into());
    }
    Ok(())
}

/// An expense of a line that somebody enters now.
fn new(tx: &Tx<'_>, line: &Locked<budget_line::Entity>) -> Model {
    let now = tx.now().as_microsecond();
    Model {
        id: Uuid::now_v7(),
        number: 0,
        branch_id: line.row().branch_id,
        agreement_id: line.row().agreement_id,
        budget_line_id: line.row().id,
        amount: 0,
        spent_on: Day(calendar::today(tx.now())),
        reference: String::new(),
        description: None,
        reverses_id: None,
        status: EnumValue(ExpenseStatus::Confirmed),
        entered_by: tx.actor().key(),
        version: 1,
        created_at: now,
        changed_at: now,
    }
}

async fn insert(tx: &Tx<'_>, row: Model) -> Result<Uuid> {
    let key = row.id;
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(key)
}
