//! The GraphQL face of the national calendar.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::calendar::{CalendarKind, DayStatus};

/// An entry of the national calendar: a holiday, or the month of Ramadan.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct CalendarEntry {
    /// The entry's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The entry's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it as
    /// it is.
    pub version: i32,
    /// When the entry was last edited.
    pub changed_at: DateTime,
    /// The kind of entry.
    pub kind: EnumValue<CalendarKind>,
    /// The entry's name.
    pub name: Text,
    /// Month and day (`MM-DD`) of a holiday that is the same every year; null for others.
    pub month_day: Option<String>,
    /// The first year of such a holiday; null: it was always kept.
    pub first_year: Option<i32>,
    /// The first day; null for a holiday that is the same every year.
    pub starts_on: Option<Date>,
    /// The last day; null for a holiday that is the same every year.
    pub ends_on: Option<Date>,
    /// Whether the dates are confirmed.
    pub status: EnumValue<DayStatus>,
    /// The source of the dates.
    pub source: String,
}

impl RowObject for CalendarEntry {
    type Columns = Entity;

    fn new(row: &Model, _: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::CalendarEntry, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            name: (&row.name).into(),
            month_day: row.month_day.clone(),
            first_year: row.first_year,
            starts_on: row.starts_on.map(Date::from),
            ends_on: row.ends_on.map(Date::from),
            status: row.status,
            source: row.source.clone(),
        }
    }
}
