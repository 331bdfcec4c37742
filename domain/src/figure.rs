//! The figures that a branch enters: what fits a unit, which groups there are, and what must sum to its total.

use crate::codes::Coded;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault, Faults};
use crate::indicator::{Disaggregation, IndicatorUnit, IndicatorValueKind, MilieuCategory, SexCategory};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The largest numerator and denominator of a rate: they are shown as GraphQL's `Int`.
const SHARE_MAX: i64 = i32::MAX as i64;

/// The largest number that is entered: ten times the world's people.
const NUMBER_MAX: i64 = 100_000_000_000;

/// Digits behind the point of a rate that is computed.
const RATE_SCALE: u8 = 2;

/// The source of figures for which none is named: the branch's own records.
pub const OWN_RECORDS: &str = "UNFM";

/// The longest name of a source, in characters.
const SOURCE_MAX: usize = 80;

/// People whose age is not stated: a category of every dimension.
pub const AGE_NOT_STATED: &str = "NOT_STATED";

/// The age bands of an indicator for which no others are named.
pub const AGE_BANDS: [&str; 4] = ["0-14", "15-24", "25-59", "60+"];

/// The most age bands of an indicator.
pub const AGE_BANDS_MAX: usize = 30;

/// What a figure is about: an indicator, a kind and a source, and a group of people where it is not about all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The indicator as the programme follows it.
    pub indicator: Uuid,
    /// What kind of figure.
    pub kind: IndicatorValueKind,
    /// Where it comes from.
    pub source: String,
    /// Of one sex alone; none: of both.
    pub sex: Option<SexCategory>,
    /// Of one age band alone; none: of all.
    pub age_band: Option<String>,
    /// Of town or country alone; none: of both.
    pub milieu: Option<MilieuCategory>,
}

impl Cell {
    /// The same without a dimension, where it has that one.
    fn without(&self, dimension: Disaggregation) -> Option<Self> {
        let mut whole = self.clone();
        let had = match dimension {
            Disaggregation::Sex => whole.sex.take().is_some(),
            Disaggregation::AgeBand => whole.age_band.take().is_some(),
            Disaggregation::Milieu => whole.milieu.take().is_some(),
        };
        had.then_some(whole)
    }

    /// The category that it has in a dimension.
    fn category(&self, dimension: Disaggregation) -> Option<String> {
        match dimension {
            Disaggregation::Sex => self.sex.map(|sex| sex.to_string()),
            Disaggregation::AgeBand => self.age_band.clone(),
            Disaggregation::Milieu => self.milieu.map(|milieu| milieu.to_string()),
        }
    }
}

/// A group of people; nothing of a dimension: whatever they are of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Of one sex alone.
    pub sex: Option<SexCategory>,
    /// Of one age band alone.
    pub age_band: Option<String>,
    /// Of town or country alone.
    pub milieu: Option<MilieuCategory>,
}

/// What was entered for a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The figure with the digits that it was written with, or those of a rate that is computed.
    pub value: String,
    /// Of how many, where it is a share or a rate.
    pub numerator: Option<i64>,
    /// Among how many.
    pub denominator: Option<i64>,
}

/// A figure of a form, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub cell: Cell,
    /// The figure, if it is given.
    pub value: Option<Decimal>,
    /// Of how many and among how many, if they are.
    pub share: (Option<i64>, Option<i64>),
}

/// How a programme follows an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What it is measured in.
    pub unit: IndicatorUnit,
    /// Into which groups figures are broken down.
    pub disaggregations: Vec<Disaggregation>,
    /// The age bands, where they are broken down by age.
    pub age_bands: Vec<String>,
}

/// The rate per so many that a numerator over a denominator is, rounded half up.
fn rate(numerator: i64, denominator: i64, per: i64, scale: u8) -> Decimal {
    let (over, under) = (i128::from(numerator) * i128::from(per) * 10_i128.pow(scale.into()), i128::from(denominator));
    Decimal::new((2 * over + under).div_euclid(2 * under), scale)
}

impl IndicatorUnit {
    /// What a rate of the unit is per; none for numbers and amounts.
    pub fn per(self) -> Option<i64> {
        match self {
            Self::Percent => Some(100),
            Self::RatePer1000 => Some(1000),
            Self::RatePer100k => Some(100_000),
            Self::Number | Self::Mad => None,
        }
    }
}

impl Followed {
    /// The figure of a form: a number or an amount by itself, a rate by its numerator and denominator (a target also by
    /// itself); none: nothing is given.
    ///
    /// # Errors
    /// FIGURE_INVALID at `value`, `numerator` or `denominator`.
    pub fn figure(
        &self,
        kind: IndicatorValueKind,
        value: Option<Decimal>,
        (numerator, denominator): (Option<i64>, Option<i64>),
    ) -> Result<Option<Figure>, Fault> {
        let wrong = |field: &str| Fault::new(Code::FigureInvalid).at(field);
        if value.is_none() && numerator.is_none() && denominator.is_none() {
            return Ok(None);
        }
        let Some(per) = self.unit.per() else {
            if numerator.or(denominator).is_some() {
                return Err(wrong(if numerator.is_some() { "numerator" } else { "denominator" }));
            }
            let value = value.ok_or_else(|| wrong("value"))?;
            let scale = if self.unit == IndicatorUnit::Mad { 2 } else { 0 };
            let units = value.in_units(scale).filter(|units| (0..=i128::from(NUMBER_MAX) * 100).contains(units));
            // A number of people is written without a point.
            let text = units.map(|units| Decimal::new(units, scale).to_string()).ok_or_else(|| wrong("value"))?;
            return Ok(Some(Figure { value: text, numerator: None, denominator: None }));
        };
        let is_percent = self.unit == IndicatorUnit::Percent;
        match (numerator, denominator) {
            (Some(over), Some(under)) => {
                if !(1..=SHARE_MAX).contains(&under) {
                    return Err(wrong("denominator"));
                }
                if !(0..=if is_percent { under } else { SHARE_MAX }).contains(&over) {
                    return Err(wrong("numerator"));
                }
                let computed = |scale: u8| rate(over, under, per, scale);
                // Whoever gives the rate too must have rounded it from the same numbers.
                let is_rounded = |given: Decimal| (0..=6).any(|scale| computed(scale).compare(given).is_eq());
                if value.is_some_and(|given| !is_rounded(given)) {
                    return Err(wrong("value"));
                }
                let text = value.unwrap_or_else(|| computed(RATE_SCALE)).to_string();
                Ok(Some(Figure { value: text, numerator, denominator }))
            }
            (None, None) if kind == IndicatorValueKind::Target => {
                let most = Decimal::new(if is_percent { 100 } else { i128::from(per) }, 0);
                let is_rate =
                    |given: &Decimal| given.compare(Decimal::new(0, 0)).is_ge() && given.compare(most).is_le();
                let value = value.filter(is_rate).ok_or_else(|| wrong("value"))?;
                Ok(Some(Figure { value: value.to_string(), numerator, denominator }))
            }
            (None, _) => Err(wrong("numerator")),
            (Some(_), None) => Err(wrong("denominator")),
        }
    }

    /// Check that the indicator is followed by the group that a cell is about, and by its kind.
    ///
    /// # Errors
    /// FIGURE_INVALID at `kind`; DISAGGREGATION_INVALID at `sex`, `ageBand` or `milieu`.
    pub fn expect_group(&self, cell: &Cell) -> Result<(), Faults> {
        let mut faults = Faults::new();
        if cell.kind == IndicatorValueKind::Statistic {
            faults.push(Fault::new(Code::FigureInvalid).at("kind"));
        }
        let is_band = |band: &String| band == AGE_NOT_STATED || self.age_bands.contains(band);
        for (dimension, field, is_fit) in [
            (Disaggregation::Sex, "sex", true),
            (Disaggregation::AgeBand, "ageBand", cell.age_band.as_ref().is_none_or(is_band)),
            (Disaggregation::Milieu, "milieu", true),
        ] {
            let is_given = cell.category(dimension).is_some();
            if is_given && !(is_fit && self.disaggregations.contains(&dimension)) {
                faults.push(Fault::new(Code::DisaggregationInvalid).at(field));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The groups that a form asks for: everybody, and each category of each dimension by itself, those who did not state theirs
    /// among them.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = vec![Group::default()];
        for dimension in &self.disaggregations {
            groups.extend(match dimension {
                Disaggregation::Sex => {
                    SexCategory::ALL.iter().map(|sex| Group { sex: Some(*sex), ..Group::default() }).collect::<Vec<_>>()
                }
                Disaggregation::AgeBand => {
                    let bands = self.age_bands.iter().map(String::as_str).chain([AGE_NOT_STATED]);
                    bands.map(|band| Group { age_band: Some(band.to_owned()), ..Group::default() }).collect()
                }
                Disaggregation::Milieu => {
                    let milieus = MilieuCategory::ALL.iter();
                    milieus.map(|milieu| Group { milieu: Some(*milieu), ..Group::default() }).collect()
                }
            });
        }
        groups
    }

    /// The categories that make a dimension complete, whether or not somebody is of none of them.
    fn categories(&self, dimension: Disaggregation) -> Vec<String> {
        match dimension {
            Disaggregation::Sex => vec![SexCategory::Female.to_string(), SexCategory::Male.to_string()],
            Disaggregation::Milieu => vec![MilieuCategory::Urban.to_string(), MilieuCategory::Rural.to_string()],
            Disaggregation::AgeBand => self.age_bands.clone(),
        }
    }
}

/// The source of a figure: the branch's own records when none is named.
///
/// # Errors
/// TEXT_TOO_LONG and TEXT_UNSAFE at `source`.
pub fn source(given: Option<&str>) -> Result<String, Fault> {
    let named = given.filter(|source| !source.trim().is_empty()).unwrap_or(OWN_RECORDS);
    crate::text::required(named, SOURCE_MAX).map(String::from).map_err(|code| Fault::new(code).at("source"))
}

/// A figure as what is summed: numbers and amounts in hundredths, rates by both their parts.
fn quantities(figure: &Figure) -> (i128, i128) {
    match (figure.numerator, figure.denominator) {
        (Some(over), Some(under)) => (over.into(), under.into()),
        _ => (Decimal::parse(&figure.value).ok().and_then(|value| value.in_units(2)).unwrap_or(0), 0),
    }
}

/// A total with the parts that do not make it.
pub type Mismatch<'a> = (&'a Cell, Vec<&'a Cell>);

/// Totals that their parts do not make: where every category of a dimension is there their sum is the total, and where some
/// are missing it is no more.
pub fn mismatches<'a>(form: &'a BTreeMap<Cell, Figure>, followed: &HashMap<Uuid, Followed>) -> Vec<Mismatch<'a>> {
    let mut parts: BTreeMap<(Cell, Disaggregation), Vec<&Cell>> = BTreeMap::new();
    for cell in form.keys() {
        for dimension in [Disaggregation::Sex, Disaggregation::AgeBand, Disaggregation::Milieu] {
            if let Some(whole) = cell.without(dimension) {
                parts.entry((whole, dimension)).or_default().push(cell);
            }
        }
    }
    let mut wrong = Vec::new();
    for ((whole, dimension), parts) in parts {
        let (Some((total, figure)), Some(of)) = (form.get_key_value(&whole), followed.get(&whole.indicator)) else {
            continue;
        };
        // A target for a rate has no parts that could be summed.
        if of.unit.per().is_some() && figure.numerator.is_none() {
            continue;
        }
        let sums = parts.iter().filter_map(|part| form.get(part)).map(quantities);
        let sum = sums.fold((0_i128, 0_i128), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let is_there = |category: &String| parts.iter().any(|part| part.category(dimension).as_ref() == Some(category));
        let whole = quantities(figure);
        let is_made = match of.categories(dimension).iter().all(is_there) {
            true => sum == whole,
            false => sum.0 <= whole.0 && sum.1 <= whole.1,
        };
        if !is_made {
            wrong.push((total, parts));
        }
    }
    wrong
}

/// Totals that nobody gave though every category of a dimension is there: of two dimensions, only the whole is asked for.
pub fn missing_totals<'a>(form: &'a BTreeMap<Cell, Figure>, followed: &HashMap<Uuid, Followed>) -> Vec<&'a Cell> {
    let mut first: BTreeMap<Cell, &Cell> = BTreeMap::new();
    for cell in form.keys() {
        let whole = Cell { sex: None, age_band: None, milieu: None, ..cell.clone() };
        if !form.contains_key(&whole) && followed.contains_key(&cell.indicator) {
            first.entry(whole).or_insert(cell);
        }
    }
    first.into_values().collect()
}

/// A part of a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number or an amount.
    Number(Decimal),
    /// A rate: a numerator over a denominator.
    Rate(i64, i64),
    /// A rate of which neither is known: it cannot be added.
    Bare,
    /// It is withheld.
    Withheld,
}

impl Part {
    /// The part that a figure is.
    pub fn read(value: &str, share: Option<(i64, i64)>) -> Self {
        match share {
            Some((over, under)) => Self::Rate(over, under),
            None => Decimal::parse(value).map_or(Self::Bare, Self::Number),
        }
    }
}

/// A total of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number, the amount, or the rate.
    pub value: Decimal,
    /// Of a rate, its numerator and its denominator.
    pub share: Option<(i128, i128)>,
}

/// Figures that are added up, in whichever order and however they were added up before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many there are.
    pub results: u64,
    /// How many of them are withheld.
    pub withheld: u64,
    /// How many of them are numbers or amounts, and their sum in hundredths.
    pub numbers: (u64, i128),
    /// How many of them are rates, and the sums of their numerators and denominators.
    pub rates: (u64, i128, i128),
}

impl Sum {
    /// Add a figure.
    pub fn add(&mut self, part: Part) {
        self.results += 1;
        match part {
            Part::Withheld => self.withheld += 1,
            Part::Rate(over, under) => {
                let (count, overs, unders) = self.rates;
                self.rates = (count + 1, overs + i128::from(over), unders + i128::from(under));
            }
            Part::Number(number) => {
                if let Some(hundredths) = number.in_units(2) {
                    self.numbers = (self.numbers.0 + 1, self.numbers.1.saturating_add(hundredths));
                }
            }
            Part::Bare => {}
        }
    }

    /// Put a figure in the place of one that was withheld.
    pub fn disclose(&mut self, part: Part) {
        self.results = self.results.saturating_sub(1);
        self.withheld = self.withheld.saturating_sub(1);
        self.add(part);
    }

    /// Add what was added up elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.results += other.results;
        self.withheld += other.withheld;
        self.numbers = (self.numbers.0 + other.numbers.0, self.numbers.1.saturating_add(other.numbers.1));
        let (count, over, under) = other.rates;
        self.rates = (self.rates.0 + count, self.rates.1 + over, self.rates.2 + under);
    }

    /// The total: the sum, or for rates the sum of numerators over that of denominators, rounded half up. Nothing where a part is
    /// withheld or cannot be added.
    pub fn total(&self, unit: IndicatorUnit) -> Option<Total> {
        if let Some(per) = unit.per() {
            let (count, over, under) = self.rates;
            if count != self.results {
                return None;
            }
            let scaled = over.checked_mul(i128::from(per) * 10_i128.pow(RATE_SCALE.into()) * 2)?;
            let value = (under > 0).then(|| Decimal::new((scaled + under).div_euclid(2 * under), RATE_SCALE))?;
            return Some(Total { value, share: Some((over, under)) });
        }
        let (count, hundredths) = self.numbers;
        if count != self.results {
            return None;
        }
        match unit {
            IndicatorUnit::Mad => Some(Total { value: Decimal::new(hundredths, 2), share: None }),
            // Numbers are whole.
            _ => (hundredths % 100 == 0).then(|| Total { value: Decimal::new(hundredths / 100, 0), share: None }),
        }
    }
}

impl FromIterator<Part> for Sum {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        let mut sum = Self::default();
        parts.into_iter().for_each(|part| sum.add(part));
        sum
    }
}

/// Check age bands, such as "0-14" and "60+": years, each band beginning where the one before it ends.
///
/// # Errors
/// DISAGGREGATION_INVALID at the place of the band.
pub fn age_bands(bands: &[String]) -> Result<(), Fault> {
    let year = |text: &str| text.parse::<u8>().ok().filter(|_| text == "0" || !text.starts_with(['0', '+']));
    let mut next = None;
    for (position, band) in bands.iter().enumerate() {
        let wrong = || Fault::new(Code::DisaggregationInvalid).at(&position.to_string());
        let is_last = position + 1 == bands.len();
        let (first, last) = match (band.strip_suffix('+'), band.split_once('-')) {
            (Some(first), _) if is_last => (year(first), Some(u8::MAX)),
            (None, Some((first, last))) => (year(first), year(last)),
            _ => (None, None),
        };
        let (first, last) = first.zip(last).filter(|(first, last)| first <= last).ok_or_else(wrong)?;
        if next.is_some_and(|next| next != first) {
            return Err(wrong());
        }
        next = Some(last.saturating_add(1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn followed(unit: IndicatorUnit) -> Followed {
        let disaggregations = vec![Disaggregation::Sex, Disaggregation::Milieu];
        Followed { unit, disaggregations, age_bands: AGE_BANDS.map(str::to_owned).to_vec() }
    }

    fn cell() -> Cell {
        let (kind, source) = (IndicatorValueKind::Actual, "UNFM".to_owned());
        Cell { indicator: Uuid::nil(), kind, source, sex: None, age_band: None, milieu: None }
    }

    fn number(text: &str) -> Option<Decimal> {
        Some(Decimal::parse(text).unwrap())
    }

    fn entered(unit: IndicatorUnit, value: Option<Decimal>, share: (Option<i64>, Option<i64>)) -> String {
        match followed(unit).figure(IndicatorValueKind::Actual, value, share) {
            Ok(Some(figure)) => figure.value,
            Ok(None) => "nothing".to_owned(),
            Err(fault) => fault.field.join("."),
        }
    }

    #[test]
    fn a_figure_fits_its_unit() {
        use IndicatorUnit as U;
        for (unit, value, share, outcome) in [
            (U::Number, number("120"), (None, None), "120"),
            (U::Number, number("120.0"), (None, None), "120"),
            (U::Number, number("1.5"), (None, None), "value"),
            (U::Number, number("-1"), (None, None), "value"),
            (U::Number, number("99999999999999"), (None, None), "value"),
            (U::Number, number("1"), (Some(1), None), "numerator"),
            (U::Number, None, (None, None), "nothing"),
            (U::Mad, number("10.5"), (None, None), "10.50"),
            (U::Mad, number("10.505"), (None, None), "value"),
            (U::Percent, None, (Some(1), Some(3)), "33.33"),
            (U::Percent, None, (Some(2), Some(3)), "66.67"),
            (U::Percent, number("66.7"), (Some(2), Some(3)), "66.7"),
            (U::Percent, number("67"), (Some(2), Some(3)), "67"),
            (U::Percent, number("66"), (Some(2), Some(3)), "value"),
            (U::Percent, None, (Some(4), Some(3)), "numerator"),
            (U::Percent, None, (Some(0), Some(0)), "denominator"),
            (U::Percent, number("50"), (None, None), "numerator"),
            (U::Percent, None, (Some(1), None), "denominator"),
            (U::RatePer100k, None, (Some(72), Some(100_000)), "72.00"),
            (U::RatePer1000, None, (Some(-1), Some(100)), "numerator"),
        ] {
            assert_eq!(entered(unit, value, share), outcome, "{unit} {value:?} {share:?}");
        }
        let target = followed(U::Percent).figure(IndicatorValueKind::Target, number("80"), (None, None));
        assert_eq!(target.unwrap().unwrap().value, "80");
        let target = followed(U::Percent).figure(IndicatorValueKind::Target, number("101"), (None, None));
        assert_eq!(target.unwrap_err().field, ["value"]);
    }

    #[test]
    fn a_group_is_one_by_which_the_indicator_is_followed() {
        let of = followed(IndicatorUnit::Number);
        let aged = |band: &str| Cell { age_band: Some(band.to_owned()), ..cell() };
        assert_eq!(of.expect_group(&Cell { sex: Some(SexCategory::NotStated), ..cell() }), Ok(()));
        assert_eq!(of.expect_group(&aged("15-24")).unwrap_err()[0].field, ["ageBand"], "not by age");
        let by_age = Followed { disaggregations: vec![Disaggregation::AgeBand], ..of };
        for band in ["15-24", "60+", AGE_NOT_STATED] {
            assert_eq!(by_age.expect_group(&aged(band)), Ok(()), "{band}");
        }
        let wrong = Cell { sex: Some(SexCategory::Male), kind: IndicatorValueKind::Statistic, ..aged("20-24") };
        let fields: Vec<_> = by_age.expect_group(&wrong).unwrap_err().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, [["kind"], ["sex"], ["ageBand"]], "all at once");
    }

    fn form(figures: &[(Option<SexCategory>, Option<MilieuCategory>, &str)]) -> BTreeMap<Cell, Figure> {
        let entry = |(sex, milieu, value): &(Option<SexCategory>, Option<MilieuCategory>, &str)| {
            let cell = Cell { sex: *sex, milieu: *milieu, ..cell() };
            (cell, Figure { value: (*value).to_owned(), numerator: None, denominator: None })
        };
        figures.iter().map(entry).collect()
    }

    fn of_numbers() -> HashMap<Uuid, Followed> {
        HashMap::from([(Uuid::nil(), followed(IndicatorUnit::Number))])
    }

    #[test]
    fn a_complete_dimension_sums_to_its_total() {
        use SexCategory as S;
        let check =
            |figures: &[(Option<S>, Option<MilieuCategory>, &str)]| mismatches(&form(figures), &of_numbers()).len();
        assert_eq!(check(&[(None, None, "40"), (Some(S::Female), None, "30"), (Some(S::Male), None, "10")]), 0);
        assert_eq!(check(&[(None, None, "41"), (Some(S::Female), None, "30"), (Some(S::Male), None, "10")]), 1);
        let not_stated = (Some(S::NotStated), None, "1");
        assert_eq!(
            check(&[(None, None, "41"), (Some(S::Female), None, "30"), (Some(S::Male), None, "10"), not_stated]),
            0
        );
        assert_eq!(check(&[(None, None, "40"), (Some(S::Female), None, "30")]), 0, "the men are not stated");
        assert_eq!(check(&[(None, None, "40"), (Some(S::Female), None, "41")]), 1, "more than all");
        assert_eq!(check(&[(Some(S::Female), None, "30"), (Some(S::Male), None, "10")]), 0, "no total");
        let totals = form(&[(Some(S::Female), None, "30"), (Some(S::Male), None, "10")]);
        assert_eq!(missing_totals(&totals, &of_numbers()).len(), 1);
    }

    #[test]
    fn age_bands_follow_each_other() {
        let check =
            |bands: &[&str]| age_bands(&bands.iter().map(|band| (*band).to_owned()).collect::<Vec<_>>()).is_ok();
        assert!(check(&AGE_BANDS) && check(&["10-14", "15-19"]) && check(&["15-15"]) && check(&[]));
        for wrong in [
            &["0-14", "16-24"][..],
            &["0-14", "10-24"],
            &["60+", "61-70"],
            &["14-0"],
            &["a-b"],
            &["0-014"],
            &["15"],
            &["-"],
        ] {
            assert!(!check(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_rate_of_a_whole_is_computed_from_its_parts() {
        let rates = [Part::Rate(5, 10), Part::Rate(1000, 1000)];
        let whole = rates.into_iter().collect::<Sum>().total(IndicatorUnit::Percent).unwrap();
        assert_eq!((whole.value.to_string().as_str(), whole.share), ("99.50", Some((1005, 1010))), "not 75 %");
        let number = |text: &str| Part::read(text, None);
        let added = |parts: &[Part]| parts.iter().copied().collect::<Sum>();
        let sum = |unit: IndicatorUnit, parts: &[Part]| added(parts).total(unit).map(|total| total.value.to_string());
        assert_eq!(sum(IndicatorUnit::Number, &[number("40"), number("2")]).as_deref(), Some("42"));
        assert_eq!(sum(IndicatorUnit::Mad, &[number("0.10"), number("2.05")]).as_deref(), Some("2.15"));
        for (unit, part) in [(IndicatorUnit::Number, Part::Withheld), (IndicatorUnit::Percent, number("50"))] {
            assert_eq!(sum(unit, &[part]), None, "{unit}");
        }
        assert_eq!(sum(IndicatorUnit::Percent, &[Part::Rate(0, 0)]), None);
        // What was withheld may be known to whoever asks.
        let mut known = added(&[number("40"), Part::Withheld]);
        known.disclose(number("2"));
        assert_eq!(known, added(&[number("40"), number("2")]));
    }

    proptest! {
        #[test]
        fn the_total_of_a_tree_is_the_same_whichever_way_it_is_added(
            shares in prop::collection::vec((0_i64..10_000, 1_i64..10_000), 1..40), split in 0_usize..40,
        ) {
            let parts: Vec<Part> = shares.iter().map(|(over, under)| Part::Rate((*over).min(*under), *under)).collect();
            let whole = parts.iter().copied().collect::<Sum>();
            let (left, right) = parts.split_at(split.min(parts.len()));
            let (mut left, right) = (left.iter().copied().collect::<Sum>(), right.iter().copied().collect::<Sum>());
            left.merge(&right);
            prop_assert_eq!(left, whole);
            prop_assert!(whole.total(IndicatorUnit::Percent).is_some());
        }

        #[test]
        fn what_is_counted_twice_over_sums_in_both_directions(counts in prop::collection::vec(0_u32..1000, 4), off in select(&[0_u32, 1][..])) {
            use {MilieuCategory as M, SexCategory as S};
            let text = |count: u32| count.to_string();
            let (fu, fr, mu, mr) = (counts[0], counts[1], counts[2], counts[3]);
            let texts = [fu, fr, mu, mr, fu + fr, mu + mr, fu + mu, fr + mr, fu + fr + mu + mr + off].map(text);
            let groups = [(Some(S::Female), Some(M::Urban)), (Some(S::Female), Some(M::Rural)), (Some(S::Male), Some(M::Urban)),
                (Some(S::Male), Some(M::Rural)), (Some(S::Female), None), (Some(S::Male), None), (None, Some(M::Urban)),
                (None, Some(M::Rural)), (None, None)];
            let figures: Vec<_> = groups.iter().zip(&texts).map(|((sex, milieu), text)| (*sex, *milieu, text.as_str())).collect();
            // The total is the sum of both sexes, and of town and country.
            prop_assert_eq!(mismatches(&form(&figures), &of_numbers()).len(), if off == 0 { 0 } else { 2 });
        }
    }
}
