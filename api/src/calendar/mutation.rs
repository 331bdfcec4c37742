//! Root fields that change the national calendar.

use super::object::CalendarEntry;
use super::store::{self, NewEntry};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::calendar::{CalendarKind, Period};
use domain::fault::Faults;
use domain::text::NAME_MAX;

/// A holiday or a Ramadan whose dates are expected.
#[derive(InputObject, Clone, Debug)]
pub struct HolidayAddInput {
    /// The kind of entry: RELIGIOUS_HOLIDAY or RAMADAN.
    pub kind: EnumValue<CalendarKind>,
    /// The entry's name.
    pub name: LocalizedTextInput,
    /// The first day.
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Date,
    /// The source of the dates.
    pub source: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A holiday or a Ramadan whose dates are certain.
#[derive(InputObject, Clone, Debug)]
pub struct HolidayConfirmInput {
    /// The global id of the entry of the calendar.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The first day, as it was declared.
    pub starts_on: Date,
    /// The last day, as it was declared.
    pub ends_on: Date,
    /// The source of the dates; the one that stands there when it is not given.
    pub source: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing the national calendar.
    CalendarEntryPayload {
        /// The entry as it is now; null when it was refused, unless the refusal is a CONFLICT.
        calendar_entry: CalendarEntry
    }
}

/// Root fields that change the national calendar.
#[derive(Default)]
pub struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Adds a religious holiday or a Ramadan whose dates are expected; the national level does. Codes in `userErrors`:
    /// DATE_INVALID (also of days that another one of the kind has), STATUS_INVALID (of another kind), TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn holiday_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holiday or Ramadan.")] input: HolidayAddInput,
    ) -> Result<CalendarEntryPayload> {
        let form = || {
            let name = input.name.clone().merged_at(None, NAME_MAX, "name");
            let source = required(&input.source, NAME_MAX, "source");
            let days = Period { first: input.starts_on.0, last: input.ends_on.0 };
            match (name, source) {
                (Ok(name), Ok(source)) => Ok(NewEntry { kind: input.kind.0, name, days, source }),
                (name, source) => {
                    Err([name.err(), source.err()].into_iter().flatten().flatten().collect::<Faults>().into())
                }
            }
        };
        mutate(ctx, &input, async |tx| store::add(tx, form).await).await
    }

    /// Confirms the dates of a religious holiday or a Ramadan, as they were declared; the national level does. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID (it is the same every year), DATE_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn holiday_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry of the calendar, and its dates.")] input: HolidayConfirmInput,
    ) -> Result<CalendarEntryPayload> {
        let key = GlobalId::parse_as(Kind::CalendarEntry, &input.id, "input.id")?;
        let form = || {
            let source = input.source.as_deref().map(|source| required(source, NAME_MAX, "source")).transpose()?;
            Ok((Period { first: input.starts_on.0, last: input.ends_on.0 }, source))
        };
        mutate(ctx, &input, async |tx| store::confirm(tx, key, input.expected_version, form).await).await
    }
}
