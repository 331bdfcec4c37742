//! Reading amendments, entering and signing them.

use super::entity::{Column, Entity, Model};
use super::object::{AgreementAmendment, AgreementTerms};
use crate::agreement::entity as agreement;
use crate::contribution::entity as contribution;
use crate::funding_call::ceiling;
use crate::partner::entity as partner;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::{
    AgreementState, AmendedTerms, AmendmentContribution, AmendmentStatus, ContributionStatus, Terms,
};
use domain::text::DESCRIPTION_MAX;
use jiff::civil::Date;
use sea_orm::sea_query::{Alias, ExprTrait};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The most amendments of an agreement.
const AMENDMENTS_MAX: i32 = 100;

/// The amendments of agreements, in their order.
#[derive(Debug)]
pub struct AmendmentsOf;

impl Related for AmendmentsOf {
    type Value = Vec<AgreementAmendment>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = object::all_of::<AgreementAmendment>(reader, (Column::AgreementId, keys), Column::Ordinal).await?;
        Ok(grouped(found, |amendment| amendment.agreement_key))
    }
}

/// What agreements laid down on a day; nothing of one that was not signed by then.
#[derive(Debug)]
pub struct TermsOn(pub Date);

impl Related for TermsOn {
    type Value = Option<AgreementTerms>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let agreements = tx.select::<agreement::Entity>().among(agreement::Column::Id, keys);
        let agreements = agreements.all(agreement::Entity::read).await?;
        let signed = tx
            .select::<Entity>()
            .among(Column::AgreementId, keys)
            .filter(Column::Status.eq(EnumValue(AmendmentStatus::Signed)))
            .statement(|statement| {
                statement.order_by_expr(Column::Ordinal.into_expr(), sea_orm::Order::Asc);
            })
            .all(Entity::read)
            .await?;
        let mut amendments: HashMap<Uuid, Vec<_>> = HashMap::new();
        for amendment in signed {
            amendments.entry(amendment.agreement_id).or_default().push(amendment);
        }
        let terms = agreements.into_iter().filter(|row| row.signed_on.is_some_and(|day| day.0 <= self.0)).map(|row| {
            let of = amendments.remove(&row.id).unwrap_or_default();
            let is_later = |amendment: &Model| amendment.signed_on.is_some_and(|day| day.0 > self.0);
            // The first amendment after the day tells what held until then.
            let before = of.iter().filter(|amendment| !is_later(amendment)).map(|amendment| amendment.ordinal).max();
            let later = of.iter().find(|amendment| is_later(amendment)).and_then(|amendment| amendment.earlier.clone());
            let terms = later.map_or_else(|| standing(&row), |earlier| earlier.0);
            (row.id, Some(AgreementTerms::new(before.unwrap_or(0), &terms)))
        });
        Ok(terms.collect())
    }
}

/// What an agreement lays down as it stands.
fn standing(row: &agreement::Model) -> AmendedTerms {
    AmendedTerms {
        object: row.object.clone().map(|object| object.0),
        budget: row.budget.map(Money::new),
        starts_on: row.starts_on.map(|day| day.0),
        ends_on: row.ends_on.map(|day| day.0),
        duration_months: row.duration_months,
    }
}

/// An amendment, as its form was read.
pub struct NewAmendment {
    /// Why it is made.
    pub reason: String,
    /// What changes of the object.
    pub object: Option<LocalizedTextInput>,
    /// The new budget.
    pub budget: Option<Money>,
    /// The new duration in months, from the same first day.
    pub duration_months: Option<i32>,
    /// What is contributed with it.
    pub contributions: Vec<AmendmentContribution>,
}

/// Enter an amendment of a signed agreement.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, STATUS_INVALID (the agreement is not signed, or another amendment
/// waits for its signature), LIMIT_EXCEEDED; AMOUNT_INVALID and SUM_MISMATCH at `budget`, DATE_INVALID at `durationMonths`,
/// NOT_FOUND at a place of `contributions`, BUDGET_EXCEEDED at `budget` when its lines hold more.
pub async fn propose(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    form: impl FnOnce() -> Result<NewAmendment>,
) -> Result<Uuid> {
    let locked = tx.lock_for_update::<agreement::Entity>(key).await?;
    let form = form()?;
    locked.expect_version(version)?;
    let row = locked.row();
    let others = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(key))
        .only([Column::Ordinal, Column::Status].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<i32>()?, cells.take::<EnumValue<AmendmentStatus>>()?.0)))
        .await?;
    let is_waiting = others.iter().any(|(_, status)| *status == AmendmentStatus::Proposed);
    if row.status.0 != AgreementState::Signed || is_waiting {
        return Err(Fault::new(Code::StatusInvalid).with_detail(row.status.0.to_string()).into());
    }
    let ordinal = others.iter().map(|(ordinal, _)| ordinal + 1).max().unwrap_or(1);
    if ordinal > AMENDMENTS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(AMENDMENTS_MAX.to_string()).into());
    }
    let before = standing(row);
    let mut faults = Faults::new();
    let object = match form.object {
        Some(given) => given.merged_at(before.object.clone(), DESCRIPTION_MAX, "object").map(Some),
        None => Ok(before.object.clone()),
    };
    let object = object.map_err(|wrong| faults.extend(wrong)).ok().flatten();
    let terms = Terms {
        budget: form.budget.or(before.budget),
        starts_on: before.starts_on,
        duration_months: form.duration_months.or(before.duration_months),
    };
    faults.extend(terms.faults(calendar::today(tx.now())));
    let ends_on = terms.ends_on(row.signed_on.map(|day| day.0)).ok().flatten();
    faults.extend(unknown(tx, &form.contributions).await?);
    faults.extend(unbalanced(tx, row, terms.budget, &form.contributions).await?);
    let after = AmendedTerms {
        object,
        budget: terms.budget,
        starts_on: before.starts_on,
        ends_on,
        duration_months: terms.duration_months,
    };
    if faults.is_empty() && after == before && form.contributions.is_empty() {
        faults.push(Fault::new(Code::StatusInvalid));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let new = Model {
        id,
        branch_id: row.branch_id,
        agreement_id: key,
        ordinal,
        status: EnumValue(AmendmentStatus::Proposed),
        reason: form.reason,
        terms: Json(after),
        earlier: None,
        contributions: Json(form.contributions),
        signed_on: None,
        entered_by: tx.actor().key(),
        published: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![new.into_active_model()]).await?;
    tx.update(locked, |_| {}).await?;
    Ok(id)
}

/// The contributions of a form whose payer is no partner at all.
async fn unknown(tx: &Tx<'_>, contributions: &[AmendmentContribution]) -> Result<Faults> {
    let keys: Vec<Uuid> = contributions.iter().map(|given| given.partner).collect();
    let select = tx.select_columns::<partner::Entity>().among(partner::Column::Id, &keys);
    let known = select.only([partner::Column::Id.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
    let unknown = keys.iter().enumerate().filter(|(_, key)| !known.contains(key));
    let fault = |position: usize| Fault::new(Code::NotFound).at("partnerId").at(&position.to_string());
    Ok(unknown.map(|(position, _)| fault(position).at("contributions")).collect())
}

/// What is wrong with a budget: the confirmed contributions with those of the amendment do not make it, or its lines hold more.
async fn unbalanced(
    tx: &Tx<'_>,
    of: &agreement::Model,
    budget: Option<Money>,
    contributions: &[AmendmentContribution],
) -> Result<Faults> {
    let agreement = of.id;
    let Some(budget) = budget else { return Ok(Faults::new()) };
    let confirmed = tx
        .select_in_scope::<contribution::Entity>()
        .filter(contribution::Column::AgreementId.eq(agreement))
        .filter(contribution::Column::Status.eq(EnumValue(ContributionStatus::Confirmed)))
        .only([contribution::Column::Amount.into_expr().sum().cast_as(Alias::new("bigint"))])
        .one(|cells| cells.take::<Option<i64>>())
        .await?;
    let confirmed = Money::new(confirmed.flatten().unwrap_or(0));
    let whole = Money::sum(std::iter::once(confirmed).chain(contributions.iter().map(|given| given.amount)))?;
    let mut faults = Faults::new();
    if whole != budget {
        faults.push(Fault::new(Code::SumMismatch).at("budget").with_detail(format!("{whole} ≠ {budget}")));
    }
    // Also of lines that branches beyond her reach keep.
    let sql = "select cast(coalesce(sum(amount), 0) as bigint) from budget_line where agreement_id = $1";
    let held: Vec<i64> = tx.as_platform(async |tx| tx.query(sql, [agreement.into()]).await).await?;
    let held = Money::new(held.first().copied().unwrap_or(0));
    if held > budget {
        faults.push(Fault::new(Code::BudgetExceeded).at("budget").with_detail(format!("{held} > {budget}")));
    }
    if let Some(call) = of.funding_call_id {
        let more: Vec<(Uuid, Money)> = contributions.iter().map(|given| (given.partner, given.amount)).collect();
        faults.extend(ceiling::faults(tx, (agreement, call), Some(budget), &more).await?);
    }
    Ok(faults)
}

/// Record the signature of an amendment, by another person than who entered it: what it lays down holds from that day on.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, DATE_INVALID at `signedOn`, and those of the sums.
pub async fn sign(tx: &Tx<'_>, key: Uuid, version: i32, signed_on: Date) -> Result<Uuid> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).only([Column::AgreementId.into_expr()]);
    let agreement = found.one(|cells| cells.take::<Uuid>()).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    // In one order with whoever spends and amends: the agreement first.
    let held = tx.lock_to_decide::<agreement::Entity>(agreement).await?;
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let row = locked.row();
    if row.status.0 != AmendmentStatus::Proposed || held.row().status.0 != AgreementState::Signed {
        return Err(Fault::status(row.status.0, AmendmentStatus::Signed).into());
    }
    if row.entered_by.is_some() && row.entered_by == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let last = tx
        .select_in_scope::<Entity>()
        .filter(Column::AgreementId.eq(agreement))
        .only([Column::SignedOn.max()])
        .one(|cells| cells.take::<Option<Day>>())
        .await?;
    let earliest = last.flatten().or(held.row().signed_on);
    if signed_on > calendar::today(tx.now()) || earliest.is_some_and(|first| signed_on < first.0) {
        return Err(Fault::new(Code::DateInvalid).at("signedOn").into());
    }
    let (terms, contributions) = (row.terms.0.clone(), row.contributions.0.clone());
    let faults = unbalanced(tx, held.row(), terms.budget, &contributions).await?;
    if !faults.is_empty() {
        return Err(faults.into());
    }
    contribute(tx, held.row(), row.entered_by, contributions).await?;
    let earlier = standing(held.row());
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(AmendmentStatus::Signed));
        row.earlier = ActiveValue::Set(Some(Json(earlier)));
        row.signed_on = ActiveValue::Set(Some(Day(signed_on)));
    })
    .await?;
    tx.update(held, |row| {
        row.object = ActiveValue::Set(terms.object.map(Json));
        row.budget = ActiveValue::Set(terms.budget.map(|budget| budget.centimes));
        row.duration_months = ActiveValue::Set(terms.duration_months);
        row.ends_on = ActiveValue::Set(terms.ends_on.map(Day));
    })
    .await?;
    Ok(key)
}

/// Write down what is contributed with an amendment: the signature confirms it.
async fn contribute(
    tx: &Tx<'_>,
    of: &agreement::Model,
    entered_by: Option<Uuid>,
    contributions: Vec<AmendmentContribution>,
) -> Result<()> {
    let last = tx
        .select_in_scope::<contribution::Entity>()
        .filter(contribution::Column::AgreementId.eq(of.id))
        .only([contribution::Column::Position.max()])
        .one(|cells| cells.take::<Option<i32>>())
        .await?;
    let (first, now) = (last.flatten().unwrap_or(0) + 1, tx.now().as_microsecond());
    let row = |(position, given): (i32, AmendmentContribution)| {
        contribution::Model {
            id: Uuid::now_v7(),
            branch_id: of.branch_id,
            market_id: None,
            agreement_id: Some(of.id),
            partner_id: Some(given.partner),
            position,
            kind: Some(EnumValue(given.kind)),
            amount: given.amount.centimes,
            reverses_id: None,
            declared_on: None,
            entered_by,
            status: EnumValue(ContributionStatus::Confirmed),
            published: false,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model()
    };
    let rows: Vec<_> = (first..).zip(contributions).map(row).collect();
    if rows.is_empty() { Ok(()) } else { tx.insert_all::<contribution::Entity>(rows).await }
}

/// Withdraw an amendment that is not signed.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn withdraw(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let status = locked.row().status.0;
    if status != AmendmentStatus::Proposed {
        return Err(Fault::status(status, AmendmentStatus::Withdrawn).into());
    }
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(AmendmentStatus::Withdrawn))).await?;
    Ok(key)
}
