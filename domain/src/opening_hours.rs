//! When a market is open: a regular week, a profile for Ramadan, a rule for holidays, dated exceptions.
//!
//! Which of them holds on a day: an exception; else, on a national holiday, the rule for holidays unless that is "as
//! usual"; else, in Ramadan, its profile if there is one; else the regular week. Unknown is not closed: where the hours of a
//! day are not published, nobody can say whether the market is open.

use crate::calendar::{Calendar, instant, local};
use crate::codes;
use crate::fault::{Code, Fault};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

codes! {
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "MONDAY",
        /// Tuesday.
        Tuesday = "TUESDAY",
        /// Wednesday.
        Wednesday = "WEDNESDAY",
        /// Thursday.
        Thursday = "THURSDAY",
        /// Friday.
        Friday = "FRIDAY",
        /// Saturday.
        Saturday = "SATURDAY",
        /// Sunday.
        Sunday = "SUNDAY",
    }
}

/// From opening to closing on the wall clock; closing at or before the opening is on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When it opens.
    #[serde(with = "hours_and_minutes")]
    pub opens: Time,
    /// When it closes.
    #[serde(with = "hours_and_minutes")]
    pub closes: Time,
}

mod hours_and_minutes {
    use jiff::civil::Time;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Time::strptime("%H:%M", text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

/// The hours of one day: none when they are not published, empty when it is closed.
pub type DayHours = Option<Vec<Interval>>;

/// The hours of a week, Monday first.
pub type Week = [DayHours; 7];

/// A day that is not like the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionDay {
    /// Which day.
    pub date: Date,
    /// Its hours; empty when it is closed.
    pub intervals: Vec<Interval>,
}

/// What holds on national holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HolidayRule {
    /// As usual.
    #[default]
    Regular,
    /// Closed.
    Closed,
    /// Other hours.
    Hours(Vec<Interval>),
}

/// When a market is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct OpeningHours {
    days: Vec<Weekday>,
    week: Week,
    ramadan: Option<Week>,
    holidays: HolidayRule,
    exceptions: Vec<ExceptionDay>,
}

/// What opening hours are made of, before the check.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Parts {
    /// The days on which it opens, where they are known and the hours are not.
    #[serde(default)]
    pub days: Vec<Weekday>,
    /// The regular week.
    #[serde(default)]
    pub week: Week,
    /// The week in Ramadan; none: as usual.
    #[serde(default)]
    pub ramadan: Option<Week>,
    /// What holds on national holidays.
    #[serde(default)]
    pub holidays: HolidayRule,
    /// Days that are not like the others.
    #[serde(default)]
    pub exceptions: Vec<ExceptionDay>,
}

/// A day has at most so many intervals.
const INTERVALS_A_DAY: usize = 6;
/// So many exceptions are kept at most: two years of days.
const EXCEPTIONS: usize = 731;
/// How far an opening is looked for, in days.
const HORIZON_DAYS: i64 = 60;

impl TryFrom<Parts> for OpeningHours {
    type Error = Fault;

    fn try_from(Parts { mut days, week, ramadan, holidays, exceptions }: Parts) -> Result<Self, Fault> {
        let fault = |field: &str| Fault::new(Code::HoursInvalid).at(field);
        if !is_sound(&week) {
            return Err(fault("week"));
        }
        if !ramadan.as_ref().is_none_or(is_sound) {
            return Err(fault("ramadan"));
        }
        if let HolidayRule::Hours(intervals) = &holidays
            && !are_apart(intervals)
        {
            return Err(fault("holidays"));
        }
        days.sort_unstable();
        days.dedup();
        let mut dates: Vec<Date> = exceptions.iter().map(|exception| exception.date).collect();
        dates.sort_unstable();
        dates.dedup();
        let sound = exceptions.iter().all(|exception| are_apart(&exception.intervals));
        if !sound || dates.len() < exceptions.len() || dates.len() > EXCEPTIONS {
            return Err(fault("exceptions"));
        }
        Ok(Self { days, week, ramadan, holidays, exceptions })
    }
}

/// Whether the intervals of a day are few, in order and do not overlap.
fn are_apart(intervals: &[Interval]) -> bool {
    let in_order = intervals.windows(2).all(|pair| pair[0].closes > pair[0].opens && pair[0].closes <= pair[1].opens);
    intervals.len() <= INTERVALS_A_DAY && in_order
}

/// Whether a week's days are sound, and none reaches past midnight into the hours of the next.
fn is_sound(week: &Week) -> bool {
    (0..7).all(|day| {
        let Some(today) = &week[day] else { return true };
        let reaches = today.last().filter(|last| last.closes <= last.opens).map(|last| last.closes);
        let next = week[(day + 1) % 7].iter().flatten().next().map(|first| first.opens);
        are_apart(today) && reaches.zip(next).is_none_or(|(until, from)| until <= from)
    })
}

impl OpeningHours {
    /// What they are made of.
    pub fn parts(&self) -> Parts {
        Parts {
            days: self.days.clone(),
            week: self.week.clone(),
            ramadan: self.ramadan.clone(),
            holidays: self.holidays.clone(),
            exceptions: self.exceptions.clone(),
        }
    }

    /// Whether the hours of some day are published.
    pub fn is_published(&self) -> bool {
        self.week.iter().chain(self.ramadan.iter().flatten()).any(Option::is_some) || !self.exceptions.is_empty()
    }

    /// The week in Ramadan, Monday first; none: as usual.
    pub fn ramadan(&self) -> Option<impl Iterator<Item = (Weekday, Option<&[Interval]>)>> {
        use crate::codes::Coded;
        let week = self.ramadan.as_ref()?;
        Some(Weekday::ALL.iter().copied().zip(week.iter().map(Option::as_deref)))
    }

    /// Days that are not like the others, in their order.
    pub fn exceptions(&self) -> Vec<&ExceptionDay> {
        let mut exceptions: Vec<&ExceptionDay> = self.exceptions.iter().collect();
        exceptions.sort_by_key(|exception| exception.date);
        exceptions
    }

    /// Hours of which nothing is published.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// The regular week, Monday first.
    pub fn week(&self) -> impl Iterator<Item = (Weekday, Option<&[Interval]>)> {
        use crate::codes::Coded;
        Weekday::ALL.iter().copied().zip(self.week.iter().map(Option::as_deref))
    }

    /// The days on which it opens in a regular week, as far as they are known: by its hours, or stated without hours.
    pub fn opening_days(&self) -> impl Iterator<Item = Weekday> + '_ {
        let is_open = |day: Weekday, hours: Option<&[Interval]>| match hours {
            Some(intervals) => !intervals.is_empty(),
            None => self.days.contains(&day),
        };
        self.week().filter(move |(day, hours)| is_open(*day, *hours)).map(|(day, _)| day)
    }

    /// The hours of one day; none when they are not published.
    fn on(&self, day: Date, calendar: &Calendar) -> Option<&[Interval]> {
        if let Some(exception) = self.exceptions.iter().find(|exception| exception.date == day) {
            return Some(&exception.intervals);
        }
        if calendar.is_holiday(day) {
            match &self.holidays {
                HolidayRule::Regular => {}
                HolidayRule::Closed => return Some(&[]),
                HolidayRule::Hours(intervals) => return Some(intervals),
            }
        }
        let week = self.ramadan.as_ref().filter(|_| calendar.is_ramadan(day)).unwrap_or(&self.week);
        let place = usize::try_from(day.weekday().to_monday_zero_offset()).expect("0 to 6");
        week[place].as_deref()
    }

    /// Whether it is open at an instant; none when that is not known. A day whose hours are not published may pass
    /// midnight, but not the first opening of the next.
    pub fn is_open(&self, at: Timestamp, calendar: &Calendar) -> Option<bool> {
        let today = local(at).date();
        let (before, now) = (self.spans(today.saturating_sub(1.day()), calendar), self.spans(today, calendar));
        if before.iter().chain(&now).flatten().any(|(opens, closes)| (*opens..*closes).contains(&at)) {
            return Some(true);
        }
        let now = now?;
        let is_over = before.is_some() || now.first().is_some_and(|(opens, _)| *opens <= at);
        is_over.then_some(false)
    }

    /// The next change from closed to open strictly after an instant; none when there is none within 60 days, or when
    /// the hours of a day before it are not known.
    pub fn next_opening(&self, at: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
        self.first(at, calendar, |opens, _| Some(opens).filter(|opens| *opens > at))
    }

    /// The next change from open to closed strictly after an instant; none as for [`OpeningHours::next_opening`], and
    /// when it may stay open into a day whose hours are not known.
    pub fn next_closing(&self, at: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
        self.first(at, calendar, |_, closes| closes.filter(|closes| *closes > at))
    }

    /// The next instant at which the answer to "is it open?" changes.
    pub fn next_change(&self, at: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
        match (self.next_opening(at, calendar), self.next_closing(at, calendar)) {
            (Some(opening), Some(closing)) => Some(opening.min(closing)),
            (opening, closing) => opening.or(closing),
        }
    }

    /// The first instant within the horizon that `pick` takes of the openings around and after `at`, each with its
    /// closing if that is known. What begins where the one before ends is one opening.
    fn first(
        &self,
        at: Timestamp,
        calendar: &Calendar,
        pick: impl Fn(Timestamp, Option<Timestamp>) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        let last = at.checked_add((HORIZON_DAYS * 24).hours()).ok()?;
        let mut open: Option<(Timestamp, Timestamp)> = None;
        for day in self.days_from(at, calendar)? {
            let Some(spans) = self.spans(day, calendar) else {
                // It may open at its midnight: only what closes earlier has closed for certain.
                let (opens, closes) = open?;
                let midnight = instant(day.to_datetime(Time::midnight()));
                return pick(opens, Some(closes).filter(|closes| *closes < midnight)).filter(|found| *found <= last);
            };
            for (opens, closes) in spans {
                match open {
                    Some((from, until)) if opens <= until => open = Some((from, until.max(closes))),
                    Some((from, until)) => {
                        if let Some(found) = pick(from, Some(until)) {
                            return Some(found).filter(|found| *found <= last);
                        }
                        open = Some((opens, closes));
                    }
                    None => open = Some((opens, closes)),
                }
            }
        }
        let (opens, closes) = open?;
        pick(opens, Some(closes)).filter(|found| *found <= last)
    }

    /// The days from yesterday, whose hours may pass midnight, to the horizon; from today on when today's hours have
    /// begun and yesterday's are not known; none when nobody knows what holds at `at`.
    fn days_from(&self, at: Timestamp, calendar: &Calendar) -> Option<impl Iterator<Item = Date> + use<>> {
        let today = local(at).date();
        let from = match self.on(today.saturating_sub(1.day()), calendar) {
            Some(_) => -1,
            None => self.spans(today, calendar)?.first().filter(|(opens, _)| *opens <= at).map(|_| 0)?,
        };
        Some((from..=HORIZON_DAYS + 1).map(move |offset| today.saturating_add(offset.days())))
    }

    /// The instants between which it is open by the hours of one day, in order; none when they are not known.
    fn spans(&self, day: Date, calendar: &Calendar) -> Option<Vec<(Timestamp, Timestamp)>> {
        let hours = self.on(day, calendar)?;
        // Where the clock leaves an hour out, hours within it are moved: some are empty then, some change places.
        let mut spans: Vec<_> = hours.iter().map(|hours| span(day, *hours)).filter(|span| span.0 < span.1).collect();
        spans.sort_unstable();
        Some(spans)
    }
}

/// The instants between which an interval of a day lies. In a gap or a fold of the clock the zone's rule decides.
fn span(day: Date, interval: Interval) -> (Timestamp, Timestamp) {
    let closing_day = if interval.closes <= interval.opens { day.saturating_add(1.day()) } else { day };
    (instant(day.to_datetime(interval.opens)), instant(closing_day.to_datetime(interval.closes)))
}

#[cfg(test)]
mod tests;
