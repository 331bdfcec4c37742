//! Reading and changing calls for funding.

use super::entity::{Entity, Model};
use super::object::FundingCall;
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::text::{LocalizedTextInput, slug};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::fault::{Code, Fault};
use domain::money::Money;
use domain::partnership::Ceiling;
use domain::text::{LocalizedText, NAME_MAX};
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

/// The calls for funding, those that opened last first.
///
/// # Errors
/// The database's refusal.
pub async fn list(reader: &Reader) -> Result<Vec<FundingCall>> {
    let tx = reader.begin();
    let mut rows = tx.select::<Entity>().all(Entity::read).await?;
    rows.sort_by(|one, other| (other.opens_on, &one.slug).cmp(&(one.opens_on, &other.slug)));
    Ok(object::all(rows, reader))
}

/// A call for funding, as its form was read.
pub struct NewCall {
    /// The name.
    pub name: LocalizedText,
    /// Who pays.
    pub partner: Uuid,
    /// Its first and its last day.
    pub days: (Date, Option<Date>),
    /// What is paid at most.
    pub ceiling: Ceiling,
    /// Where it was read.
    pub source: String,
}

/// The last day of a call is not before its first.
fn expect_in_order((first, last): (Date, Option<Date>)) -> Result<(), Fault> {
    if last.is_some_and(|last| last < first) { Err(Fault::new(Code::DateInvalid).at("closesOn")) } else { Ok(()) }
}

/// Record a call for funding.
///
/// # Errors
/// FORBIDDEN, the refusals of the form, NOT_FOUND at `partnerId`, DATE_INVALID at `closesOn`.
pub async fn add(tx: &Tx<'_>, form: impl FnOnce() -> Result<NewCall>) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let form = form()?;
    expect_in_order(form.days)?;
    let payer = tx.select_columns::<partner::Entity>().filter(partner::Column::Id.eq(form.partner));
    if payer.count(None).await? == 0 {
        return Err(Fault::new(Code::NotFound).at("partnerId").into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        slug: slug(&form.name, id),
        name: Json(form.name),
        partner_id: form.partner,
        opens_on: Day(form.days.0),
        closes_on: form.days.1.map(Day),
        share_max: form.ceiling.share,
        amount_max: form.ceiling.amount.map(|amount| amount.centimes),
        source: form.source,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// What changes of a call; what is not there stays as it is. Who pays stays.
#[derive(Default)]
pub struct Edit {
    /// The name.
    pub name: Option<LocalizedTextInput>,
    /// Its first day.
    pub opens_on: Option<Date>,
    /// Its last day; nothing within: it is open.
    pub closes_on: Option<Option<Date>>,
    /// The share that is paid at most; nothing within: any.
    pub share: Option<Option<i32>>,
    /// The amount that is paid at most; nothing within: any.
    pub amount: Option<Option<Money>>,
    /// Where it was read.
    pub source: Option<String>,
}

/// Edit a call for funding. Agreements that were signed stay as they are.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, the refusals of the form, DATE_INVALID at `closesOn`.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<Edit>) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let held = tx.lock_for_update::<Entity>(key).await?;
    let form = form()?;
    held.expect_version(version)?;
    let row = held.row();
    let first = form.opens_on.unwrap_or(row.opens_on.0);
    let last = form.closes_on.unwrap_or(row.closes_on.map(|day| day.0));
    expect_in_order((first, last))?;
    let name = match form.name {
        Some(given) => given.merged_at(Some(row.name.0.clone()), NAME_MAX, "name")?,
        None => row.name.0.clone(),
    };
    tx.update(held, |row| {
        row.name = ActiveValue::Set(Json(name));
        row.opens_on = ActiveValue::Set(Day(first));
        row.closes_on = ActiveValue::Set(last.map(Day));
        if let Some(share) = form.share {
            row.share_max = ActiveValue::Set(share);
        }
        if let Some(amount) = form.amount {
            row.amount_max = ActiveValue::Set(amount.map(|amount| amount.centimes));
        }
        if let Some(source) = form.source {
            row.source = ActiveValue::Set(source);
        }
    })
    .await?;
    Ok(key)
}
