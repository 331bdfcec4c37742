//! Indicators: what is measured, over which periods, and how figures add up.

use crate::codes;
use crate::disclosure::{self, Line};
use crate::fault::{Code, Fault};
use jiff::civil::{Date, date};

codes! {
    /// The unit that an indicator is measured in.
    IndicatorUnit {
        /// A number of things or people.
        Number = "NUMBER",
        /// Per cent, 0 to 100.
        Percent = "PERCENT",
        /// A rate per 100,000 people or births.
        RatePer100k = "RATE_PER_100K",
        /// A rate per 1,000 people or births.
        RatePer1000 = "RATE_PER_1000",
        /// Moroccan dirhams, with centimes.
        Mad = "MAD",
    }
}

codes! {
    /// The direction in which an indicator improves.
    IndicatorDirection {
        /// A higher figure is better.
        Up = "UP",
        /// A lower figure is better.
        Down = "DOWN",
        /// Neither a higher nor a lower figure is better.
        None = "NONE",
    }
}

codes! {
    /// The kind of a figure.
    IndicatorValueKind {
        /// The figure before the programme started.
        Baseline = "BASELINE",
        /// The figure that the programme aims at.
        Target = "TARGET",
        /// The figure that the programme reached.
        Actual = "ACTUAL",
        /// Context from a public source; never a programme's result.
        Statistic = "STATISTIC",
    }
}

codes! {
    /// Whether there is a figure.
    IndicatorValueStatus {
        /// The value has a figure.
        Available = "AVAILABLE",
        /// The figure is withheld, since it would tell about a few people.
        Suppressed = "SUPPRESSED",
        /// The value has no figure.
        Missing = "MISSING",
    }
}

codes! {
    /// The kind of area that a figure is about.
    AreaKind {
        /// The whole of Morocco.
        Country = "COUNTRY",
        /// One of the regions.
        Region = "REGION",
        /// A province or a prefecture.
        Province = "PROVINCE",
        /// A branch of the association.
        Branch = "BRANCH",
    }
}

codes! {
    /// The method by which a figure was found.
    SourceMethod {
        /// Asked of a sample of people.
        Survey = "SURVEY",
        /// Estimated by a model.
        Model = "MODEL",
        /// Counted in administrative registers.
        Administrative = "ADMINISTRATIVE",
        /// Counted in a census.
        Census = "CENSUS",
    }
}

codes! {
    /// A way to break a figure down into groups of people.
    Disaggregation {
        /// By sex.
        Sex = "SEX",
        /// By age band.
        AgeBand = "AGE_BAND",
        /// By urban and rural.
        Milieu = "MILIEU",
    }
}

codes! {
    /// The group of people of one sex that a figure is about.
    SexCategory {
        /// Women and girls.
        Female = "FEMALE",
        /// Men and boys.
        Male = "MALE",
        /// People whose sex is not stated.
        NotStated = "NOT_STATED",
    }
}

codes! {
    /// The group of people of one milieu that a figure is about.
    MilieuCategory {
        /// People who live in a town.
        Urban = "URBAN",
        /// People who live in the country.
        Rural = "RURAL",
        /// People of whom it is not stated.
        NotStated = "NOT_STATED",
    }
}

/// A figure of a programme as it was measured, beside others of the same indicator, kind, period and source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Where: a path, so that an area begins like the one that it lies in.
    pub place: String,
    /// Of one sex alone; none: of both.
    pub sex: Option<SexCategory>,
    /// Of one age band alone; none: of all.
    pub age_band: Option<String>,
    /// Of town or country alone; none: of both.
    pub milieu: Option<MilieuCategory>,
    /// What it tells about people.
    pub tells: Tells,
}

/// What a figure tells about people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tells {
    /// Nothing: it is a target, or an amount of money.
    #[default]
    Nothing,
    /// So many of them.
    Count(u64),
    /// A share of so many, the first of the second.
    Share(u64, u64),
}

/// Which figures of one indicator, kind, period and source may leave the association: no number below k is told, be it of those
/// who are counted or of those who are not, and none follows from the totals of sexes, ages, milieus and areas that are.
pub fn disclosed(figures: &[Measured], k: u64) -> Vec<bool> {
    let count = |figure: &Measured| match figure.tells {
        Tells::Count(count) => Some(count),
        Tells::Nothing | Tells::Share(..) => None,
    };
    let places: Vec<usize> = (0..figures.len()).filter(|place| count(&figures[*place]).is_some()).collect();
    let mut counts: Vec<u64> = places.iter().filter_map(|place| count(&figures[*place])).collect();
    let mut lines = Vec::new();
    for (total, place) in places.iter().enumerate() {
        let whole = &figures[*place];
        let parts = |is_part: &dyn Fn(&Measured) -> bool| -> Vec<usize> {
            (0..places.len()).filter(|other| is_part(&figures[places[*other]])).collect()
        };
        let group = |one: &Measured| Measured { tells: Tells::Nothing, ..one.clone() };
        let wanted = group(whole);
        let by_sex = parts(&|one| one.sex.is_some() && Measured { sex: None, ..group(one) } == wanted);
        let by_age = parts(&|one| one.age_band.is_some() && Measured { age_band: None, ..group(one) } == wanted);
        let by_milieu = parts(&|one| one.milieu.is_some() && Measured { milieu: None, ..group(one) } == wanted);
        let alike = |one: &Measured| (one.sex, &one.age_band, one.milieu) == (whole.sex, &whole.age_band, whole.milieu);
        let lies_in = |one: &Measured, other: &str| one.place.len() > other.len() && one.place.starts_with(other);
        // Directly below: no other area that is counted stands between.
        let is_between = |one: &Measured| {
            figures.iter().any(|other| alike(other) && lies_in(one, &other.place) && lies_in(other, &whole.place))
        };
        let by_area = parts(&|one| alike(one) && lies_in(one, &whole.place) && !is_between(one));
        for mut parts in [by_sex, by_age, by_milieu, by_area].into_iter().filter(|parts| !parts.is_empty()) {
            let sum = parts.iter().map(|part| counts[*part]).sum();
            // Whoever knows the total and its parts knows who is in none of them.
            match counts[total].checked_sub(sum) {
                None => continue,
                Some(0) => {}
                Some(rest) => {
                    parts.push(counts.len());
                    counts.push(rest);
                }
            }
            lines.push(Line { total, parts });
        }
    }
    let shown = disclosure::shown(&counts, &lines, k);
    let mut told: Vec<bool> = figures
        .iter()
        .map(|figure| match figure.tells {
            Tells::Nothing | Tells::Count(_) => true,
            Tells::Share(of, among) => {
                [of, among.saturating_sub(of), among].iter().all(|number| !(1..k).contains(number))
            }
        })
        .collect();
    for (place, shown) in places.into_iter().zip(shown) {
        told[place] = shown;
    }
    told
}

/// A period as it is written (`2018`, `2024-S1`, `2024-Q1`, `2024-03`), with its first and last day. The later is the
/// one that ends later; of two that end together, the shorter one, for it is closer to the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    // The order of the fields is the order of periods.
    last: Date,
    first: Date,
}

impl Period {
    /// Read a year, half-year, quarter or month.
    ///
    /// # Errors
    /// DATE_INVALID.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::new(Code::DateInvalid);
        let (year, part) = text.split_once('-').unwrap_or((text, ""));
        if year.len() != 4 || !text.is_ascii() {
            return Err(fault());
        }
        let year: i16 = year.parse().ok().filter(|year| (1900..=2200).contains(year)).ok_or_else(fault)?;
        let (month, months): (i8, i8) = match (part.as_bytes(), text.len()) {
            ([], 4) => (1, 12),
            ([b'S', half @ b'1'..=b'2'], _) => ((half - b'1') as i8 * 6 + 1, 6),
            ([b'Q', quarter @ b'1'..=b'4'], _) => ((quarter - b'1') as i8 * 3 + 1, 3),
            ([b'0'..=b'1', b'0'..=b'9'], _) => (part.parse().map_err(|_| fault())?, 1),
            _ => return Err(fault()),
        };
        let first = Date::new(year, month, 1).map_err(|_| fault())?;
        let last_month = date(year, month + months - 1, 1);
        Ok(Self { first, last: date(year, month + months - 1, last_month.days_in_month()) })
    }

    /// The first day.
    pub fn start(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn end(self) -> Date {
        self.last
    }
}

/// A figure of a whole from those of its parts: recomputed from numerators and denominators, never a mean of rates.
/// `per` is what the rate is per (100, 1,000, 100,000); none without a denominator.
pub fn recompute(parts: &[(i64, i64)], per: i64) -> Option<f64> {
    let sum = |pick: fn(&(i64, i64)) -> i64| parts.iter().map(|part| i128::from(pick(part))).sum::<i128>();
    let (over, under) = (sum(|part| part.0), sum(|part| part.1));
    // Counts of people are far below 2^53, so the conversion is exact.
    (under > 0).then(|| over as f64 * per as f64 / under as f64)
}

/// Whether the parts of a complete dimension (women and men, town and country) sum to their total.
pub fn is_complete(parts: &[i64], total: i64) -> bool {
    parts.iter().copied().map(i128::from).sum::<i128>() == i128::from(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(place: &str, count: u64) -> Measured {
        Measured { place: place.to_owned(), tells: Tells::Count(count), ..Measured::default() }
    }

    #[test]
    fn a_small_figure_is_not_told_and_does_not_follow_from_its_total() {
        let women = |count| Measured { sex: Some(SexCategory::Female), ..counted("/", count) };
        let men = |count| Measured { sex: Some(SexCategory::Male), ..counted("/", count) };
        assert_eq!(disclosed(&[counted("/", 4)], 5), [false]);
        assert_eq!(disclosed(&[counted("/", 9)], 10), [false], "violence");
        assert_eq!(disclosed(&[counted("/", 40), women(30), men(10)], 5), [true, true, true]);
        // Three men: the women would tell them.
        assert_eq!(disclosed(&[counted("/", 40), women(37), men(3)], 5), [true, false, false]);
        // Those of whom it is not said follow from the others.
        assert_eq!(disclosed(&[counted("/", 40), women(38)], 5), [true, false]);
        assert_eq!(disclosed(&[counted("/", 40), women(30)], 5), [true, true]);
    }

    #[test]
    fn a_small_province_is_hidden_with_another_one_of_its_region() {
        let figures = [
            counted("/", 100),
            counted("/05/", 43),
            counted("/05/311/", 3),
            counted("/05/331/", 40),
            counted("/01/", 57),
        ];
        let told = disclosed(&figures, 5);
        assert!(!told[2] && !told[3] && told[0], "{told:?}");
    }

    #[test]
    fn a_share_tells_about_whom_it_is_of() {
        let share = |of, among| Measured { tells: Tells::Share(of, among), ..Measured::default() };
        for (of, among, is_told) in [(50, 100, true), (3, 100, false), (98, 100, false), (0, 100, true), (2, 4, false)]
        {
            assert_eq!(disclosed(&[share(of, among)], 5), [is_told], "{of} of {among}");
        }
        assert_eq!(disclosed(&[Measured::default()], 5), [true], "a target tells about nobody");
    }

    #[test]
    fn periods_have_their_first_and_last_day() {
        let days = |text| {
            let period = Period::parse(text).unwrap();
            format!("{} {}", period.start(), period.end())
        };
        assert_eq!(days("2018"), "2018-01-01 2018-12-31");
        assert_eq!(days("2024-S1"), "2024-01-01 2024-06-30");
        assert_eq!(days("2024-Q4"), "2024-10-01 2024-12-31");
        assert_eq!(days("2024-02"), "2024-02-01 2024-02-29");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in
            ["", "24", "2024-", "2024-S3", "2024-Q0", "2024-00", "2024-13", "2024-1", "٢٠٢٤", "2024-02-01", "0001"]
        {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_of_a_whole_is_no_mean_of_rates() {
        // 50 % of 10 and 100 % of 1,000 are 99.5 %, not 75 %.
        let whole = recompute(&[(5, 10), (1000, 1000)], 100).unwrap();
        assert!((whole - 99.504_950_495).abs() < 1e-6);
        assert_eq!(recompute(&[], 100), None);
        assert_eq!(recompute(&[(0, 0), (3, 4)], 1000), Some(750.0));
    }

    #[test]
    fn sums_too_large_for_one_figure_are_sums_still() {
        assert_eq!(recompute(&[(i64::MAX, i64::MAX), (i64::MAX, i64::MAX)], 100), Some(100.0));
        assert!(!is_complete(&[i64::MAX, i64::MAX], -2));
        assert!(is_complete(&[i64::MAX, i64::MIN, 1], 0) && is_complete(&[], 0) && !is_complete(&[3, 4], 8));
    }

    #[test]
    fn the_latest_period_ends_last() {
        let mut periods = ["2024-Q4", "2022", "2024", "2018", "2024-12", "2024-S1"];
        periods.sort_by_key(|text| Period::parse(text).unwrap());
        assert_eq!(periods, ["2018", "2022", "2024-S1", "2024", "2024-Q4", "2024-12"]);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_year_follow_each_other(year in 1900_i16..=2200) {
            for parts in [["S1", "S2"].as_slice(), &["Q1", "Q2", "Q3", "Q4"], &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]] {
                let whole = Period::parse(&year.to_string()).unwrap();
                let mut first = whole.start();
                for part in parts {
                    let period = Period::parse(&format!("{year}-{part}")).unwrap();
                    prop_assert_eq!(period.start(), first);
                    first = period.end().tomorrow().unwrap();
                }
                prop_assert_eq!(first, whole.end().tomorrow().unwrap());
            }
        }

        #[test]
        fn any_text_is_a_period_or_refused(text in ".{0,10}") {
            if let Ok(period) = Period::parse(&text) {
                prop_assert!(period.start() < period.end());
            }
        }

        #[test]
        fn a_rate_lies_between_those_of_its_parts(parts in proptest::collection::vec((0_i64..1000, 1_i64..1000), 1..10)) {
            let rates: Vec<f64> = parts.iter().map(|part| recompute(&[*part], 100).unwrap()).collect();
            let whole = recompute(&parts, 100).unwrap();
            let (low, high) = rates.iter().fold((f64::MAX, f64::MIN), |(low, high), rate| (low.min(*rate), high.max(*rate)));
            prop_assert!(low - 1e-9 <= whole && whole <= high + 1e-9);
        }
    }
}
