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

#[test]
fn a_closing_before_a_day_that_is_not_published_is_known() {
    // Monday to Friday are published, the weekend is not. 2026-11-27 is a Friday.
    let mut parts = daily(&[interval("09:00", "18:00")]);
    (parts.week[5], parts.week[6]) = (None, None);
    let (hours, calendar) = (hours(parts), Calendar::default());

    assert_eq!(hours.next_closing(at("2026-11-27T10:00:00Z"), &calendar), Some(at("2026-11-27T18:00:00Z")));
    assert_eq!(hours.next_opening(at("2026-11-27T10:00:00Z"), &calendar), None);
    assert_eq!(hours.is_open(at("2026-11-28T10:00:00Z"), &calendar), None);
}

#[test]
fn yesterday_that_is_not_published_is_over_when_today_opens() {
    // 2026-11-30 is a Monday after an unpublished Sunday, whose hours may pass midnight, not Monday's opening.
    let mut parts = daily(&[interval("09:00", "18:00")]);
    parts.week[6] = None;
    let (hours, calendar) = (hours(parts), Calendar::default());

    assert_eq!(hours.is_open(at("2026-11-30T08:00:00Z"), &calendar), None);
    assert_eq!(hours.next_opening(at("2026-11-30T08:00:00Z"), &calendar), None);
    assert_eq!(hours.next_closing(at("2026-11-30T09:00:00Z"), &calendar), Some(at("2026-11-30T18:00:00Z")));
    assert_eq!(hours.is_open(at("2026-11-30T20:00:00Z"), &calendar), Some(false));
    assert_eq!(hours.next_opening(at("2026-11-30T20:00:00Z"), &calendar), Some(at("2026-12-01T09:00:00Z")));
}

#[test]
fn an_opening_that_may_go_on_into_an_unpublished_day_has_no_known_end() {
    let mut parts = daily(&[interval("20:00", "00:00")]);
    parts.week[5] = None;
    let (hours, calendar) = (hours(parts), Calendar::default());

    assert_eq!(hours.is_open(at("2026-11-27T21:00:00Z"), &calendar), Some(true));
    assert_eq!(hours.next_closing(at("2026-11-27T21:00:00Z"), &calendar), None);
}

#[test]
fn evenings_that_meet_at_midnight_are_one_opening() {
    let mut parts = daily(&[]);
    parts.week[4] = Some(vec![interval("20:00", "00:00")]);
    parts.week[5] = Some(vec![interval("00:00", "02:00")]);
    let (hours, calendar) = (hours(parts), Calendar::default());

    assert_eq!(hours.next_closing(at("2026-11-27T21:00:00Z"), &calendar), Some(at("2026-11-28T02:00:00Z")));
    assert_eq!(hours.next_opening(at("2026-11-27T21:00:00Z"), &calendar), Some(at("2026-12-04T20:00:00Z")));
}

#[test]
fn hours_that_the_clock_leaves_out_do_not_open() {
    // At the end of Ramadan 2026, on 22 March, the clock went from two to three.
    let calendar = Calendar::default();
    let night = |opens, closes| hours(daily(&[interval(opens, closes)]));
    let noon = at("2026-03-21T12:00:00Z");
    for hours in [night("02:30", "03:15"), night("02:00", "03:00")] {
        let opening = hours.next_opening(noon, &calendar).unwrap();
        assert_eq!(hours.is_open(opening, &calendar), Some(true), "{opening}");
        assert!(opening > at("2026-03-23T00:00:00Z"), "{opening}");
    }
    // On 20 September 2026 it went from two back to one: of two half past ones the market closes at the first.
    let closing = night("00:30", "01:30").next_closing(at("2026-09-19T23:45:00Z"), &calendar);
    assert_eq!(closing, Some(at("2026-09-20T00:30:00Z")));
}

fn any_day() -> impl Strategy<Value = Vec<Interval>> {
    proptest::collection::vec(prop_oneof![0_i8..48, 2_i8..9], 0..=8).prop_map(|mut halves| {
        halves.sort_unstable();
        halves.dedup();
        let time = |half: i8| Time::constant(half / 2, (half % 2) * 30, 0, 0);
        halves.chunks_exact(2).map(|pair| Interval { opens: time(pair[0]), closes: time(pair[1]) }).collect::<Vec<_>>()
    })
}

/// A week of which some days are not published and some pass midnight.
fn any_week() -> impl Strategy<Value = Week> {
    let day = (proptest::option::weighted(0.9, any_day()), proptest::option::weighted(0.3, 0_i8..=12));
    proptest::collection::vec(day, 7).prop_map(|days| {
        let mut week: Week = std::array::from_fn(|place| days[place].0.clone());
        for (place, (_, until)) in days.iter().enumerate() {
            let mut night = week.clone();
            let last = night[place].as_mut().and_then(|hours| hours.last_mut());
            if let (Some(last), Some(until)) = (last, until) {
                last.closes = Time::constant(until / 2, (until % 2) * 30, 0, 0);
            }
            if is_sound(&night) {
                week = night;
            }
        }
        week
    })
}

fn any_parts() -> impl Strategy<Value = Parts> {
    let holidays =
        prop_oneof![Just(HolidayRule::Regular), Just(HolidayRule::Closed), any_day().prop_map(HolidayRule::Hours),];
    let exceptions = proptest::collection::btree_map(-5_i64..70, any_day(), 0..4);
    (any_week(), proptest::option::of(any_week()), holidays, exceptions).prop_map(|(week, ramadan, holidays, days)| {
        let day = |offset: i64| date(2026, 2, 20).saturating_add(offset.days());
        let exceptions =
            days.into_iter().map(|(offset, intervals)| ExceptionDay { date: day(offset), intervals }).collect();
        Parts { days: vec![], week, ramadan, holidays, exceptions }
    })
}

/// The spring of 2026, with Ramadan and its feast, and both changes of the clock.
fn spring() -> Calendar {
    Calendar {
        holidays: vec![
            Holiday::Dated(Period { first: date(2026, 3, 20), last: date(2026, 3, 21) }),
            Holiday::Fixed { month: 5, day: 1, first_year: None },
        ],
        ramadans: vec![Period { first: date(2026, 2, 19), last: date(2026, 3, 19) }],
    }
}

/// Instants around the changes of the clock of 2026 (15 February, 22 March, 20 September) and anywhere else.
fn any_second() -> impl Strategy<Value = i64> {
    let around = |text: &str| {
        let second = at(text).as_second();
        second - 300_000..second + 300_000
    };
    prop_oneof![
        around("2026-02-15T02:00:00Z"),
        around("2026-03-22T02:00:00Z"),
        around("2026-09-20T01:00:00Z"),
        1_770_000_000_i64..1_800_000_000,
    ]
}

proptest! {
    #[test]
    fn an_opening_is_where_closed_becomes_open(parts in any_parts(), second in any_second()) {
        let (hours, calendar) = (hours(parts), spring());
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
    fn nothing_changes_before_the_next_change(parts in any_parts(), second in any_second(), share in 0.0_f64..1.0) {
        let (hours, calendar) = (hours(parts), spring());
        let now = Timestamp::from_second(second).unwrap();
        if let Some(change) = hours.next_change(now, &calendar) {
            let between = now.as_second() + ((change.as_second() - now.as_second()) as f64 * share) as i64;
            let between = Timestamp::from_second(between).unwrap();
            prop_assert_eq!(hours.is_open(now, &calendar), hours.is_open(between, &calendar));
            prop_assert!(hours.is_open(change, &calendar) != hours.is_open(now, &calendar));
        }
    }

    #[test]
    fn without_a_next_change_nothing_changes_while_hours_are_known(parts in any_parts(), second in any_second(), days in 0_i64..59) {
        let (hours, calendar) = (hours(parts), spring());
        let now = Timestamp::from_second(second).unwrap();
        let known = (-1..=HORIZON_DAYS).all(|day| hours.on(local(now).date().saturating_add(day.days()), &calendar).is_some());
        if known && hours.next_change(now, &calendar).is_none() {
            let later = now + (days * 24).hours();
            prop_assert_eq!(hours.is_open(now, &calendar), hours.is_open(later, &calendar));
        }
    }

    #[test]
    fn any_sound_hours_come_back(parts in any_parts()) {
        let hours = hours(parts);
        prop_assert_eq!(&serde_json::from_str::<OpeningHours>(&serde_json::to_string(&hours).unwrap()).unwrap(), &hours);
    }
}
