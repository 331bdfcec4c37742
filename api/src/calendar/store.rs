//! Reading the national calendar.

use super::entity::{Column, Entity, Model};
use super::object::CalendarEntry;
use crate::platform::error::Result;
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::calendar::{Calendar, CalendarKind, DayStatus, Holiday, Period};
use domain::fault::{Code, Fault};
use domain::text::LocalizedText;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::sync::Arc;
use uuid::Uuid;

/// The national calendar.
///
/// # Errors
/// The database's refusal.
pub async fn calendar(reader: &Reader) -> Result<Arc<Calendar>> {
    reader.fact(|| Box::pin(read(reader))).await
}

async fn read(reader: &Reader) -> Result<Calendar> {
    let tx = reader.begin();
    let columns = [Column::Kind, Column::MonthDay, Column::FirstYear, Column::StartsOn, Column::EndsOn];
    let entries = tx
        .select_columns::<Entity>()
        .only(columns.map(|column| column.into_expr()))
        .all(|cells| {
            let kind = cells.take::<EnumValue<CalendarKind>>()?.0;
            let month_day = cells.take::<Option<String>>()?;
            let first_year = cells.take::<Option<i32>>()?;
            Ok((kind, month_day, first_year, cells.take::<Option<Day>>()?, cells.take::<Option<Day>>()?))
        })
        .await?;
    let mut calendar = Calendar::default();
    for (kind, month_day, first_year, starts_on, ends_on) in entries {
        let period = starts_on.zip(ends_on).map(|(first, last)| Period { first: first.0, last: last.0 });
        match (kind, month_day.as_deref().and_then(|text| text.split_once('-')), period) {
            (CalendarKind::FixedHoliday, Some((month, day)), _) => {
                let (Ok(month), Ok(day)) = (month.parse(), day.parse()) else { continue };
                let first_year = first_year.and_then(|year| i16::try_from(year).ok());
                calendar.holidays.push(Holiday::Fixed { month, day, first_year });
            }
            (CalendarKind::ReligiousHoliday, _, Some(period)) => calendar.holidays.push(Holiday::Dated(period)),
            (CalendarKind::Ramadan, _, Some(period)) => calendar.ramadans.push(period),
            _ => {}
        }
    }
    Ok(calendar)
}

/// The national calendar entry by entry: those that are the same every year first, then by their first day.
///
/// # Errors
/// The database's refusal.
pub async fn list(reader: &Reader) -> Result<Vec<CalendarEntry>> {
    let tx = reader.begin();
    let mut rows = tx.select::<Entity>().all(Entity::read).await?;
    rows.sort_by(|one, other| {
        let order = |row: &Model| (row.starts_on, row.month_day.clone(), row.id);
        order(one).cmp(&order(other))
    });
    Ok(object::all(rows, reader))
}

/// A holiday or a Ramadan, as its form was read.
pub struct NewEntry {
    /// What it is.
    pub kind: CalendarKind,
    /// The name.
    pub name: LocalizedText,
    /// Its days.
    pub days: Period,
    /// Where they were read.
    pub source: String,
}

/// Add a religious holiday or a Ramadan whose dates are expected.
///
/// # Errors
/// FORBIDDEN, the refusals of the form, STATUS_INVALID at `kind`, DATE_INVALID at `startsOn` or `endsOn`.
pub async fn add(tx: &Tx<'_>, form: impl FnOnce() -> Result<NewEntry>) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    // Two that add the same one: the second one finds the first.
    tx.advisory_lock(1_970_169_459).await?;
    let form = form()?;
    if form.kind == CalendarKind::FixedHoliday {
        return Err(Fault::new(Code::StatusInvalid).at("kind").into());
    }
    expect_free(tx, None, form.kind, form.days).await?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        kind: EnumValue(form.kind),
        month_day: None,
        first_year: None,
        starts_on: Some(Day(form.days.first)),
        ends_on: Some(Day(form.days.last)),
        name: Json(form.name),
        status: EnumValue(DayStatus::Provisional),
        source: form.source,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Confirm the dates of a religious holiday or a Ramadan, as they were declared.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, the refusals of the form, STATUS_INVALID, DATE_INVALID at `startsOn` or `endsOn`.
pub async fn confirm(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    form: impl FnOnce() -> Result<(Period, Option<String>)>,
) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    tx.advisory_lock(1_970_169_459).await?;
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let (days, source) = form()?;
    locked.expect_version(version)?;
    let kind = locked.row().kind.0;
    if kind == CalendarKind::FixedHoliday {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    expect_free(tx, Some(key), kind, days).await?;
    tx.update(locked, |row| {
        row.starts_on = ActiveValue::Set(Some(Day(days.first)));
        row.ends_on = ActiveValue::Set(Some(Day(days.last)));
        row.status = ActiveValue::Set(EnumValue(DayStatus::Confirmed));
        if let Some(source) = source {
            row.source = ActiveValue::Set(source);
        }
    })
    .await?;
    Ok(key)
}

/// The most days of a religious holiday; Ramadan has 29 or 30 of them.
const HOLIDAY_DAYS: i32 = 7;

/// The days of a holiday or a Ramadan are in order, not too many, and no other one's of the kind.
async fn expect_free(tx: &Tx<'_>, own: Option<Uuid>, kind: CalendarKind, days: Period) -> Result<()> {
    let count = (days.last - days.first).get_days() + 1;
    let is_long = match kind {
        CalendarKind::Ramadan => !(29..=30).contains(&count),
        CalendarKind::FixedHoliday | CalendarKind::ReligiousHoliday => !(1..=HOLIDAY_DAYS).contains(&count),
    };
    if is_long {
        return Err(Fault::new(Code::DateInvalid).at("endsOn").into());
    }
    let others = tx
        .select_columns::<Entity>()
        .filter(Column::Kind.eq(EnumValue(kind)))
        .filter(Column::StartsOn.lte(Day(days.last)))
        .filter(Column::EndsOn.gte(Day(days.first)))
        .only([Column::Id.into_expr()])
        .all(|cells| cells.take::<Uuid>())
        .await?;
    if others.into_iter().any(|other| Some(other) != own) {
        return Err(Fault::new(Code::DateInvalid).at("startsOn").into());
    }
    Ok(())
}
