//! Reading referrals, and leading them on.

use super::case_key::{CaseKeys, Sealed};
use super::count;
use super::entity::{Column, Entity, Model};
use super::form::NewReferral;
use super::object::{Referral, ReferralCount, ReferralFilter, ReferralPurposeCount};
use crate::platform::disclosure_threshold::VIOLENCE;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::random;
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Connection, ListArgs, Order};
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Keys, Table};
use crate::platform::query::transaction::{Locked, Tx};
use crate::support_service;
use domain::access::Permission;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::disclosure::shown_in_table;
use domain::fault::{Code, Fault};
use domain::referral::{ReferralPurpose, ReferralStatus};
use domain::support_service::SupportServiceStatus;
use domain::user::four_eyes;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A page of referrals, the newest first.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, filter: ReferralFilter) -> Result<Connection<Referral>> {
    let name = format!("referrals {filter:?} {}", roots.published);
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(roots.published);
    if let Some(code) = filter.case_code {
        select = select.filter(Column::CaseCode.eq(code));
    }
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    let order = Order::descending(vec![(Column::Number.into_expr(), KeyKind::Long)]);
    object::list(reader, name, select, &roots.page, &order).await
}

/// How many referrals were sent in a month that has ended, by branch and purpose: of branches that the caller may see.
///
/// # Errors
/// BAD_USER_INPUT naming `month`, or the database's refusal.
pub async fn counts(reader: &Reader, month: &str) -> Result<Vec<ReferralCount>> {
    use count::Column as C;
    let month = domain::calendar::ended_month(month, reader.today())
        .ok_or_else(|| Error::expected("month", "a month that has ended, as 2026-10"))?;
    let columns = [C::BranchId, C::Purpose, C::Referrals].map(|column| column.into_expr());
    let rows = reader
        .begin()
        .select_columns::<count::Entity>()
        .filter(C::Month.eq(month))
        .only(columns.into_iter().chain([Expr::cust(VIOLENCE)]))
        .all(|cells| {
            let (branch, purpose) = (cells.take::<Uuid>()?, cells.take::<EnumValue<ReferralPurpose>>()?.0);
            Ok((branch, purpose, cells.take::<i64>()?, cells.take::<i32>()?))
        })
        .await?;
    let mut branches: BTreeMap<Uuid, BTreeMap<ReferralPurpose, u64>> = BTreeMap::new();
    let mut least = 0;
    for (branch, purpose, referrals, threshold) in rows {
        branches.entry(branch).or_default().insert(purpose, u64::try_from(referrals).unwrap_or_default());
        least = u64::try_from(threshold).unwrap_or_default();
    }
    let row = |counts: &BTreeMap<ReferralPurpose, u64>| {
        ReferralPurpose::ALL.iter().map(|purpose| counts.get(purpose).copied().unwrap_or_default()).collect()
    };
    let table: Vec<Vec<u64>> = branches.values().map(row).collect();
    let shown = shown_in_table(&table, least);
    let number = |is_shown: bool, count: u64| is_shown.then(|| i32::try_from(count).unwrap_or(i32::MAX));
    let mut level = Keys::default();
    branches.keys().for_each(|branch| level.add(Kind::Branch, *branch));
    let batch = level.batch();
    let told = branches.into_keys().zip(table).zip(shown.cells.into_iter().zip(shown.rows));
    let told = told.map(|((branch_key, counts), (cells, is_shown))| ReferralCount {
        referrals: number(is_shown, counts.iter().sum()),
        by_purpose: ReferralPurpose::ALL
            .iter()
            .zip(counts.iter().zip(cells))
            .map(|(purpose, (count, is_shown))| ReferralPurposeCount {
                purpose: EnumValue(*purpose),
                referrals: number(is_shown, *count),
            })
            .collect(),
        branch_key,
        batch: batch.clone(),
    });
    Ok(told.collect())
}

/// The signs of a case's code: none that is taken for another one.
const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A code for a case that tells nothing of whose it is: `7K3M-9QXD`.
fn new_code() -> String {
    let signs = random::<8>().map(|byte| char::from(SIGNS[usize::from(byte % 32)]));
    let (first, last) = signs.split_at(4);
    first.iter().chain(&['-']).chain(last).collect()
}

/// The branch that a referral belongs to: the service's, where the counsellor works for it, else her own.
async fn home(tx: &Tx<'_>, service: &support_service::entity::Model) -> Result<Uuid> {
    let Actor::Staff(staff) = tx.actor() else { return Err(Error::refused(Code::Forbidden)) };
    if tx.home::<Entity>(service.branch_id, &["serviceId"]).await.is_ok() {
        return Ok(service.branch_id);
    }
    let own = staff.assignments().iter().find(|assignment| assignment.role.grants(Permission::ManageReferrals));
    let own = own.map(|assignment| assignment.branch).ok_or_else(|| Error::refused(Code::Forbidden))?;
    tx.home::<Entity>(own, &[]).await?;
    Ok(own)
}

/// Propose a referral. `key` is that of its case, if it is a new one.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, STATUS_INVALID, the refusals of the form, UNAVAILABLE when the key of the case cannot be kept.
pub async fn propose(tx: &Tx<'_>, case_keys: &CaseKeys, key: Uuid, form: NewReferral) -> Result<Uuid> {
    if !tx.actor().may(Permission::ManageReferrals) {
        return Err(Error::refused(Code::Forbidden));
    }
    let found = tx.select::<support_service::entity::Entity>();
    let found = found.filter(support_service::entity::Column::Id.eq(form.service));
    let service = found.one(support_service::entity::Entity::read).await?;
    let service = service.ok_or_else(|| Error::from(Fault::new(Code::NotFound).at("serviceId")))?;
    let branch = home(tx, &service).await?;
    if service.status.0 != SupportServiceStatus::Active {
        return Err(Fault::new(Code::StatusInvalid).with_detail(service.status.0.as_str()).at("serviceId").into());
    }
    let (details, reason) = form.consent.cleaned(&form.details, form.is_minor)?;
    let (case, code) = match form.case_code {
        None => (key, new_code()),
        Some(code) => {
            let of_case = tx.select::<Entity>().filter(Column::CaseCode.eq(code.as_str()));
            let other = of_case.one(Entity::read).await?.and_then(|other| other.case_id);
            (other.ok_or_else(|| Error::from(Fault::new(Code::NotFound).at("caseCode")))?, code)
        }
    };
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let sealed = case_keys.seal(case, id, &Sealed { details, reason }).await?;
    let mut fields = form.consent.fields;
    fields.sort_unstable();
    fields.dedup();
    let row = Model {
        id,
        number: 0,
        branch_id: branch,
        case_id: Some(case),
        case_code: Some(code),
        support_service_id: service.id,
        purpose: EnumValue(form.purpose),
        is_minor: form.is_minor,
        status: EnumValue(ReferralStatus::Proposed),
        fields: Json(fields),
        given_by: EnumValue(form.consent.given_by),
        sealed: Some(sealed),
        proposed_by: tx.actor().key(),
        sent_by: None,
        sent_at: None,
        answered_at: None,
        ended_at: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// A referral that is to go on, held.
async fn held(tx: &Tx<'_>, (key, version): (Uuid, i32), next: ReferralStatus) -> Result<(Locked<Entity>, i64)> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    locked.expect_version(version)?;
    locked.row().status.0.transition(next)?;
    Ok((locked, tx.now().as_microsecond()))
}

/// Say that the service was told.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED.
pub async fn send(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let next = ReferralStatus::Sent;
    let (locked, now) = held(tx, (key, version), next).await?;
    let row = locked.row();
    let sender = tx.actor().key();
    if row.given_by.0.needs_two(row.is_minor)
        && let (Some(proposer), Some(sender)) = (row.proposed_by, sender)
    {
        four_eyes(proposer, sender)?;
    }
    let (branch, purpose) = (row.branch_id, row.purpose);
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.sent_by = ActiveValue::Set(sender);
        row.sent_at = ActiveValue::Set(Some(now));
    })
    .await?;
    let month = domain::calendar::today(tx.now()).strftime("%Y-%m").to_string();
    let sql = "insert into referral_count (month, branch_id, purpose, referrals) values ($1, $2, $3, 1)
        on conflict (month, branch_id, purpose) do update set referrals = referral_count.referrals + 1";
    let counted = [month.into(), branch.into(), purpose.0.as_str().into()];
    tx.as_platform(async |tx| tx.execute(sql, counted).await).await?;
    Ok(key)
}

/// Write down what the service answered, or that she was helped.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, STATUS_INVALID.
pub async fn go_on(tx: &Tx<'_>, key: Uuid, version: i32, next: ReferralStatus) -> Result<Uuid> {
    let (locked, now) = held(tx, (key, version), next).await?;
    let answered_at = locked.row().answered_at.or(Some(now));
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.answered_at = ActiveValue::Set(answered_at);
        if next != ReferralStatus::Accepted {
            row.ended_at = ActiveValue::Set(Some(now));
        }
    })
    .await?;
    Ok(key)
}

/// She takes her consent back: what was kept for the recipient is gone.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, STATUS_INVALID.
pub async fn revoke(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let next = ReferralStatus::Revoked;
    let (locked, now) = held(tx, (key, version), next).await?;
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.sealed = ActiveValue::Set(None);
        row.ended_at = ActiveValue::Set(Some(now));
    })
    .await?;
    Ok(key)
}
