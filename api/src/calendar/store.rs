//! Reading the national calendar.

use super::entity::{Column, Entity};
use crate::platform::error::Result;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, EnumValue};
use domain::calendar::{Calendar, CalendarKind, Holiday, Period};
use sea_orm::ColumnTrait;
use std::sync::Arc;

/// The national calendar.
///
/// # Errors
/// The database's refusal.
pub async fn calendar(reader: &Reader) -> Result<Arc<Calendar>> {
    reader.fact(read(reader)).await
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
