//! The civil calendar of the association: Casablanca's wall clock, national holidays, Ramadan.
//!
//! Morocco moved to permanent UTC+00 on 2026-09-20 (tz database 2026c). Systems with older data are an hour wrong after
//! that day, so the zone comes from the data built into the program and from nowhere else.

use crate::codes;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use std::sync::LazyLock;

/// The name of the zone in the tz database.
pub const ZONE: &str = "Africa/Casablanca";

#[expect(clippy::disallowed_methods, reason = "the one place that opens the tz database, and the bundled one at that")]
static CASABLANCA: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZoneDatabase::bundled().get(ZONE).expect("the bundled database knows Casablanca"));

/// The time zone of all branches and markets.
pub fn casablanca() -> &'static TimeZone {
    &CASABLANCA
}

/// The wall clock in Casablanca at an instant.
pub fn local(at: Timestamp) -> DateTime {
    casablanca().to_datetime(at)
}

/// The calendar day in Casablanca at an instant.
pub fn today(at: Timestamp) -> Date {
    local(at).date()
}

/// A month that has ended, as `2026-10`; none, when the text is no such.
pub fn ended_month(text: &str, today: Date) -> Option<&str> {
    let is_month = text.len() == 7 && Date::strptime("%Y-%m-%d", format!("{text}-01")).is_ok();
    (is_month && text < today.strftime("%Y-%m").to_string().as_str()).then_some(text)
}

/// The instant at which the wall clock in Casablanca shows this; in a gap the instant after it, in a fold the first.
pub fn instant(wall: DateTime) -> Timestamp {
    casablanca().to_timestamp(wall).unwrap_or(Timestamp::MAX)
}

/// The first instant of the day after `day`: what was valid until `day` ends then.
pub fn midnight_after(day: Date) -> Timestamp {
    instant(day.saturating_add(1.day()).to_datetime(jiff::civil::Time::midnight()))
}

codes! {
    /// Whether a religious date is announced or confirmed by sight of the moon.
    DayStatus {
        /// Announced ahead.
        Provisional = "PROVISIONAL",
        /// Confirmed.
        Confirmed = "CONFIRMED",
    }
}

codes! {
    /// What an entry of the national calendar is.
    CalendarKind {
        /// A holiday on the same day every year.
        FixedHoliday = "FIXED_HOLIDAY",
        /// A religious holiday on dates of its own.
        ReligiousHoliday = "RELIGIOUS_HOLIDAY",
        /// The month of Ramadan.
        Ramadan = "RAMADAN",
    }
}

/// A national holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// On the same month and day every year, from a year on if it is a young one.
    Fixed {
        /// Month, 1 to 12.
        month: i8,
        /// Day of the month.
        day: i8,
        /// The first year in which it was kept; none: always.
        first_year: Option<i16>,
    },
    /// From one day to another, both included.
    Dated(Period),
}

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Period {
    /// Whether a day is one of them.
    pub fn contains(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// What the nation's calendar says of days. Ramadan and religious holidays are known a year at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The national holidays.
    pub holidays: Vec<Holiday>,
    /// The months of Ramadan that are known.
    pub ramadans: Vec<Period>,
}

impl Calendar {
    /// Whether a day is a national holiday.
    pub fn is_holiday(&self, on: Date) -> bool {
        self.holidays.iter().any(|holiday| match holiday {
            Holiday::Fixed { month, day, first_year } => {
                (on.month(), on.day()) == (*month, *day) && first_year.is_none_or(|first| on.year() >= first)
            }
            Holiday::Dated(period) => period.contains(on),
        })
    }

    /// Whether a day lies in Ramadan.
    pub fn is_ramadan(&self, on: Date) -> bool {
        self.ramadans.iter().any(|period| period.contains(on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wall(at: &str) -> String {
        local(at.parse().unwrap()).to_string()
    }

    #[test]
    fn casablanca_is_right_on_both_sides_of_the_change_of_2026() {
        assert_eq!(wall("2026-09-19T12:00:00Z"), "2026-09-19T13:00:00");
        assert_eq!(wall("2026-09-21T12:00:00Z"), "2026-09-21T12:00:00");
        assert_eq!(wall("2026-02-25T12:00:00Z"), "2026-02-25T12:00:00");
    }

    #[test]
    fn a_day_ends_at_midnight_in_casablanca() {
        assert_eq!(midnight_after(date(2024, 3, 7)).to_string(), "2024-03-07T23:00:00Z");
        assert_eq!(midnight_after(date(2026, 12, 31)).to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(today("2025-06-30T23:30:00Z".parse().unwrap()), date(2025, 7, 1));
    }

    #[test]
    fn a_young_holiday_is_not_kept_before_its_first_year() {
        let unity = Holiday::Fixed { month: 10, day: 31, first_year: Some(2026) };
        let eid = Holiday::Dated(Period { first: date(2026, 3, 20), last: date(2026, 3, 21) });
        let calendar = Calendar { holidays: vec![unity, eid], ramadans: vec![] };

        assert!(calendar.is_holiday(date(2026, 10, 31)) && !calendar.is_holiday(date(2025, 10, 31)));
        assert!(calendar.is_holiday(date(2026, 3, 21)) && !calendar.is_holiday(date(2026, 3, 22)));
    }
}
