//! Opening hours in the schema: what is shown of them, and what is entered.

use crate::platform::error::Result;
use crate::platform::graphql::scalars::{Date, LocalTime};
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::codes;
use domain::codes::Coded;
use domain::fault::{Code, Fault};
use domain::opening_hours::{DayHours, ExceptionDay, HolidayRule, Interval, Week, Weekday};

/// An interval of opening, in local time.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct OpeningInterval {
    /// The opening time, in local time.
    pub opens: LocalTime,
    /// The closing time, in local time; a time at or before `opens` is on the next day.
    pub closes: LocalTime,
}

/// The hours of one day of the regular week.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct OpeningDay {
    /// The day of the week.
    pub day: EnumValue<Weekday>,
    /// The opening hours of the day; null: they are not published; empty: closed.
    pub intervals: Option<Vec<OpeningInterval>>,
}

/// The hours of a day that is not like the others.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct OpeningException {
    /// The day.
    pub date: Date,
    /// The opening hours of the day; empty: closed.
    pub intervals: Vec<OpeningInterval>,
}

fn interval(interval: &Interval) -> OpeningInterval {
    OpeningInterval { opens: LocalTime(interval.opens), closes: LocalTime(interval.closes) }
}

/// A day of a week, as it is shown.
pub fn day((day, intervals): (Weekday, Option<&[Interval]>)) -> OpeningDay {
    OpeningDay { day: day.into(), intervals: intervals.map(|intervals| intervals.iter().map(interval).collect()) }
}

/// A day that is not like the others, as it is shown.
pub fn exception(exception: &ExceptionDay) -> OpeningException {
    OpeningException { date: Date(exception.date), intervals: exception.intervals.iter().map(interval).collect() }
}

/// An interval of opening, in local time.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct OpeningIntervalInput {
    /// The opening time.
    pub opens: LocalTime,
    /// The closing time; a time at or before `opens` is on the next day.
    pub closes: LocalTime,
}

/// The hours of one day of a week.
#[derive(InputObject, Clone, Debug)]
pub struct OpeningDayInput {
    /// The day of the week.
    pub day: EnumValue<Weekday>,
    /// The opening hours of the day, in their order; null: they are not published; empty: closed.
    pub intervals: Option<Vec<OpeningIntervalInput>>,
}

codes! {
    /// What holds on national holidays.
    HolidayOpening {
        /// The hours are as usual.
        Regular = "REGULAR",
        /// Closed.
        Closed = "CLOSED",
        /// Other hours than usual.
        Hours = "HOURS",
    }
}

/// What holds on national holidays.
#[derive(InputObject, Clone, Debug)]
pub struct HolidayOpeningInput {
    /// The rule.
    pub rule: EnumValue<HolidayOpening>,
    /// The opening hours, where the rule is HOURS.
    #[graphql(default)]
    pub intervals: Vec<OpeningIntervalInput>,
}

/// The intervals of a form.
pub fn intervals(given: &[OpeningIntervalInput]) -> Vec<Interval> {
    given.iter().map(|interval| Interval { opens: interval.opens.0, closes: interval.closes.0 }).collect()
}

/// A week of a form: each day once.
///
/// # Errors
/// DUPLICATE_ENTRY at the day that is named twice.
pub fn week(days: &[OpeningDayInput], field: &str) -> Result<Week> {
    let mut week: [Option<DayHours>; 7] = Default::default();
    for (position, given) in days.iter().enumerate() {
        let place = Weekday::ALL.iter().position(|day| *day == given.day.0).unwrap_or(0);
        if week[place].is_some() {
            return Err(Fault::new(Code::DuplicateEntry).at(&position.to_string()).at(field).into());
        }
        week[place] = Some(given.intervals.as_deref().map(intervals));
    }
    Ok(week.map(Option::flatten))
}

impl HolidayOpeningInput {
    /// The rule of a form.
    pub fn rule(&self) -> HolidayRule {
        match self.rule.0 {
            HolidayOpening::Regular => HolidayRule::Regular,
            HolidayOpening::Closed => HolidayRule::Closed,
            HolidayOpening::Hours => HolidayRule::Hours(intervals(&self.intervals)),
        }
    }
}
