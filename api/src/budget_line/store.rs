//! Reading and changing budget lines.

use super::entity::{Column, Entity, Model};
use super::object::{BudgetLine, BudgetTransfer};
use super::transfer;
use crate::agreement::entity as agreement;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::{Date, Money};
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::Tx;
use domain::budget::allot;
use domain::calendar;
use domain::fault::{Code, Fault};
use domain::money::Money as Amount;
use domain::partnership::AgreementState;
use domain::text::LocalizedText;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The most lines of a budget.
const LINES_MAX: usize = 200;

/// The budget lines of agreements, in their order.
#[derive(Debug)]
pub struct LinesOf;

impl Related for LinesOf {
    type Value = Vec<BudgetLine>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = object::all_of::<BudgetLine>(reader, (Column::AgreementId, keys), Column::Position).await?;
        Ok(grouped(found, |line| line.agreement_key))
    }
}

/// What was moved from budget lines and to them, in its order.
#[derive(Debug)]
pub struct TransfersOf;

impl Related for TransfersOf {
    type Value = Vec<BudgetTransfer>;

    fn of(&self) -> Kind {
        Kind::BudgetLine
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use transfer::Column as Transfer;
        let tx = reader.begin();
        let columns = [Transfer::FromLineId, Transfer::ToLineId, Transfer::Amount, Transfer::MadeOn, Transfer::Reason];
        let of = Condition::any()
            .add(Transfer::FromLineId.is_in(keys.iter().copied()))
            .add(Transfer::ToLineId.is_in(keys.iter().copied()));
        let mut level = Keys::default();
        let rows = tx
            .select_columns::<transfer::Entity>()
            .filter(of)
            .statement(|statement| {
                // Keys grow with time.
                statement.order_by_expr(Transfer::Id.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let ends = [cells.take::<Uuid>()?, cells.take::<Uuid>()?];
                ends.iter().for_each(|line| level.add(Kind::BudgetLine, *line));
                Ok((ends, cells.take::<i64>()?, cells.take::<Day>()?, cells.take::<String>()?))
            })
            .await?;
        let batch = level.batch();
        let mut transfers: HashMap<Uuid, Vec<BudgetTransfer>> = HashMap::new();
        for (ends, amount, made_on, reason) in rows {
            let transfer = BudgetTransfer {
                amount: Money::centimes(amount),
                made_on: Date(made_on.0),
                reason,
                from_key: ends[0],
                to_key: ends[1],
                batch: batch.clone(),
            };
            for line in ends.iter().filter(|line| keys.contains(line)) {
                transfers.entry(*line).or_default().push(transfer.clone());
            }
        }
        Ok(transfers)
    }
}

/// A budget line to be added, as its form was read.
pub struct NewLine {
    /// What tells it from its sisters.
    pub code: String,
    /// What it is for.
    pub name: LocalizedText,
    /// What it holds.
    pub amount: Amount,
}

/// Add a line to the budget of an agreement, kept by the agreement's branch or another one.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form, STATUS_INVALID, LIMIT_EXCEEDED; DUPLICATE_ENTRY at `code`,
/// BUDGET_EXCEEDED at `amount`.
pub async fn add(
    tx: &Tx<'_>,
    agreement: Uuid,
    branch: Option<Uuid>,
    form: impl FnOnce() -> Result<NewLine>,
) -> Result<Uuid> {
    // Whoever adds another line meanwhile waits.
    let locked = tx.lock_for_update::<agreement::Entity>(agreement).await?;
    let of = locked.row();
    let branch_id = match branch {
        Some(branch) if branch != of.branch_id => {
            tx.home::<Entity>(branch, &["branchId"]).await?;
            branch
        }
        _ => of.branch_id,
    };
    let form = form()?;
    if matches!(of.status.0, AgreementState::Terminated | AgreementState::Renewed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(of.status.0.to_string()).into());
    }
    // Also those that branches beyond her reach keep.
    let sql = "select position, code, planned from budget_line where agreement_id = $1";
    let others: Vec<(i32, String, i64)> = tx.as_platform(async |tx| tx.query(sql, [agreement.into()]).await).await?;
    if others.len() >= LINES_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(LINES_MAX.to_string()).into());
    }
    if others.iter().any(|(_, code, _)| *code == form.code) {
        return Err(Fault::new(Code::DuplicateEntry).at("code").into());
    }
    let allotted = Amount::sum(others.iter().map(|(_, _, planned)| Amount::new(*planned)))?;
    allot(of.budget.map(Amount::new), allotted, form.amount).map_err(|fault| fault.at("amount"))?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        branch_id,
        agreement_id: agreement,
        position: others.iter().map(|(position, ..)| *position).max().unwrap_or(0) + 1,
        code: form.code,
        name: Json(form.name),
        planned: form.amount.centimes,
        amount: form.amount.centimes,
        spent: 0,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Move an amount from one line to another one of the same agreement.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the reason; NOT_FOUND at `toId`, BUDGET_EXCEEDED at `amount`.
pub async fn transfer(
    tx: &Tx<'_>,
    (from, to): (Uuid, Uuid),
    version: i32,
    form: impl FnOnce() -> Result<(Amount, String)>,
) -> Result<Uuid> {
    // In the order of their keys, so that two who move something wait for each other in turn.
    let (first, second) = if from <= to { (from, to) } else { (to, from) };
    let first = tx.lock_for_update::<Entity>(first).await?;
    let (giving, taking) = match from == to {
        true => return Err(Fault::new(Code::NotFound).at("toId").into()),
        false => {
            let second = tx.lock_for_update::<Entity>(second).await?;
            if first.row().id == from { (first, second) } else { (second, first) }
        }
    };
    let (amount, reason) = form()?;
    giving.expect_version(version)?;
    if giving.row().agreement_id != taking.row().agreement_id {
        return Err(Fault::new(Code::NotFound).at("toId").into());
    }
    giving.row().balance().transfer(taking.row().balance(), amount).map_err(|fault| fault.at("amount"))?;
    let row = transfer::Model {
        id: Uuid::now_v7(),
        branch_id: giving.row().branch_id,
        agreement_id: giving.row().agreement_id,
        from_line_id: from,
        to_line_id: to,
        amount: amount.centimes,
        made_on: Day(calendar::today(tx.now())),
        reason: reason.clone(),
        entered_by: tx.actor().key(),
    };
    tx.insert_plain::<transfer::Entity>(vec![row.into_active_model()]).await?;
    for (line, sign) in [(&giving, -1), (&taking, 1)] {
        let (was, is) = (line.row().amount, line.row().amount + sign * amount.centimes);
        let changes = serde_json::json!({"amount": [was, is], "reason": [null, reason]});
        let changes = changes.as_object().cloned().unwrap_or_default();
        let audited = Audited { changes, personal: BTreeMap::new() };
        tx.record(Change::noted(Kind::BudgetLine, line.row().id, Some(line.row().branch_id), audited));
    }
    // Both were looked at by whoever moves something.
    tx.update(giving, |_| {}).await?;
    tx.update(taking, |_| {}).await?;
    Ok(from)
}
