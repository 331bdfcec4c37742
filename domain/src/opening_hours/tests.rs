//! Opening hours as a visitor meets them.

use super::*;
use crate::calendar::{Holiday, Period};
use jiff::civil::date;
use proptest::prelude::*;

fn interval(opens: &str, closes: &str) -> Interval {
    let time = |text: &str| Time::strptime("%H:%M", text).unwrap();
    Interval { opens: time(opens), closes: time(closes) }
}

fn daily(intervals: &[Interval]) -> Parts {
    Parts { week: std::array::from_fn(|_| Some(intervals.to_vec())), ..Parts::default() }
}

fn hours(parts: Parts) -> OpeningHours {
    OpeningHours::try_from(parts).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn unknown_hours_are_not_closed() {
    let (hours, calendar) = (OpeningHours::unknown(), Calendar::default());
    assert_eq!(hours.is_open(at("2026-11-23T12:00:00Z"), &calendar), None);
    assert_eq!(hours.next_opening(at("2026-11-23T12:00:00Z"), &calendar), None);
}

#[test]
fn days_may_be_known_without_hours() {
    use crate::codes::Coded;
    let hours = hours(Parts { days: Weekday::ALL.to_vec(), ..Parts::default() });
    assert_eq!(hours.opening_days().count(), 7);
    assert_eq!(hours.is_open(at("2026-11-23T12:00:00Z"), &Calendar::default()), None);
    assert_eq!(OpeningHours::unknown().opening_days().count(), 0);
}

#[test]
fn a_market_opens_an_hour_later_in_utc_once_the_clock_has_changed() {
    let (hours, calendar) = (hours(daily(&[interval("09:00", "18:00")])), Calendar::default());

    assert_eq!(hours.is_open(at("2026-09-19T08:00:00Z"), &calendar), Some(true));
    assert_eq!(hours.is_open(at("2026-09-21T08:00:00Z"), &calendar), Some(false));
    assert_eq!(hours.next_opening(at("2026-09-20T20:00:00Z"), &calendar), Some(at("2026-09-21T09:00:00Z")));
    assert_eq!(hours.next_closing(at("2026-09-21T10:00:00Z"), &calendar), Some(at("2026-09-21T18:00:00Z")));
}

#[test]
fn hours_that_pass_midnight_belong_to_the_day_they_began() {
    let mut parts = daily(&[]);
    parts.week[5] = Some(vec![interval("20:00", "02:00")]);
    let (hours, calendar) = (hours(parts), Calendar::default());

    assert_eq!(hours.is_open(at("2026-11-29T01:00:00Z"), &calendar), Some(true));
    assert_eq!(hours.is_open(at("2026-11-29T02:00:00Z"), &calendar), Some(false));
    assert_eq!(hours.next_opening(at("2026-11-29T02:00:00Z"), &calendar), Some(at("2026-12-05T20:00:00Z")));
}

#[test]
fn a_market_that_never_closes_never_opens() {
    let (hours, calendar) = (hours(daily(&[interval("00:00", "00:00")])), Calendar::default());
    assert_eq!(hours.is_open(at("2026-11-23T23:59:59Z"), &calendar), Some(true));
    assert_eq!(hours.next_opening(at("2026-11-23T12:00:00Z"), &calendar), None);
    assert_eq!(hours.next_closing(at("2026-11-23T12:00:00Z"), &calendar), None);
}

#[test]
fn exceptions_come_before_holidays_and_holidays_before_ramadan() {
    let mut parts = daily(&[interval("09:00", "18:00")]);
    parts.ramadan = Some(std::array::from_fn(|_| Some(vec![interval("10:00", "15:00")])));
    parts.holidays = HolidayRule::Closed;
    parts.exceptions = vec![ExceptionDay { date: date(2026, 3, 21), intervals: vec![interval("12:00", "13:00")] }];
    let calendar = Calendar {
        holidays: vec![Holiday::Dated(Period { first: date(2026, 3, 20), last: date(2026, 3, 21) })],
        ramadans: vec![Period { first: date(2026, 2, 19), last: date(2026, 3, 20) }],
    };
    let hours = hours(parts);

    // Ramadan: Morocco is on UTC then.
    assert_eq!(hours.is_open(at("2026-03-10T09:30:00Z"), &calendar), Some(false));
    assert_eq!(hours.is_open(at("2026-03-10T10:30:00Z"), &calendar), Some(true));
    assert_eq!(hours.is_open(at("2026-03-20T11:00:00Z"), &calendar), Some(false));
    assert_eq!(hours.is_open(at("2026-03-21T12:30:00Z"), &calendar), Some(true));
}

#[test]
fn hours_that_overlap_are_refused() {
    let twice = [interval("09:00", "12:00"), interval("11:00", "18:00")];
    assert!(OpeningHours::try_from(daily(&twice)).is_err());
    assert!(OpeningHours::try_from(daily(&[interval("10:00", "11:00")])).is_ok());
    assert!(OpeningHours::try_from(daily(&[interval("10:00", "11:00"), interval("20:00", "10:30")])).is_err());
    assert!(
        serde_json::from_str::<OpeningHours>(r#"{"week":[[{"opens":"9h","closes":"10:00"}],[],[],[],[],[],[]]}"#)
            .is_err()
    );
}

#[test]
fn stored_hours_come_back() {
    let hours = hours(daily(&[interval("09:00", "12:30"), interval("14:00", "19:00")]));
    let json = serde_json::to_string(&hours).unwrap();
    assert!(json.contains(r#"{"opens":"09:00","closes":"12:30"}"#), "{json}");
    assert_eq!(serde_json::from_str::<OpeningHours>(&json).unwrap(), hours);
}

fn any_week() -> impl Strategy<Value = Parts> {
    let day = proptest::collection::vec(0_i8..48, 0..=8).prop_map(|mut halves| {
        halves.sort_unstable();
        halves.dedup();
        let time = |half: i8| Time::constant(half / 2, (half % 2) * 30, 0, 0);
        halves.chunks_exact(2).map(|pair| Interval { opens: time(pair[0]), closes: time(pair[1]) }).collect::<Vec<_>>()
    });
    proptest::collection::vec(day, 7).prop_map(|days| {
        let mut days = days.into_iter();
        Parts { week: std::array::from_fn(|_| days.next()), ..Parts::default() }
    })
}

proptest! {
    #[test]
    fn an_opening_is_where_closed_becomes_open(parts in any_week(), second in 1_780_000_000_i64..1_800_000_000) {
        let (hours, calendar) = (hours(parts), Calendar::default());
        let now = Timestamp::from_second(second).unwrap();
        if let Some(opening) = hours.next_opening(now, &calendar) {
            prop_assert!(opening > now);
            prop_assert_eq!(hours.is_open(opening, &calendar), Some(true));
            prop_assert_eq!(hours.is_open(opening - 1.second(), &calendar), Some(false));
        }
        if let Some(closing) = hours.next_closing(now, &calendar) {
            prop_assert!(closing > now);
            prop_assert_eq!(hours.is_open(closing, &calendar), Some(false));
            prop_assert_eq!(hours.is_open(closing - 1.second(), &calendar), Some(true));
        }
    }

    #[test]
    fn nothing_changes_before_the_next_change(parts in any_week(), second in 1_780_000_000_i64..1_800_000_000, share in 0.0_f64..1.0) {
        let (hours, calendar) = (hours(parts), Calendar::default());
        let now = Timestamp::from_second(second).unwrap();
        if let Some(change) = hours.next_change(now, &calendar) {
            let between = now.as_second() + ((change.as_second() - now.as_second()) as f64 * share) as i64;
            let between = Timestamp::from_second(between).unwrap();
            prop_assert_eq!(hours.is_open(now, &calendar), hours.is_open(between, &calendar));
            prop_assert!(hours.is_open(change, &calendar) != hours.is_open(now, &calendar));
        }
    }
}
