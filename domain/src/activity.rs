//! Activities of programmes: dated events, and how many people took part.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use crate::figure::{AGE_BANDS, AGE_NOT_STATED};
use crate::indicator::{MilieuCategory, SexCategory};
use std::collections::BTreeSet;

codes! {
    /// The kind of an activity.
    ActivityKind {
        /// A training session.
        TrainingSession = "TRAINING_SESSION",
        /// A caravan: services that travel from place to place.
        Caravan = "CARAVAN",
        /// A campaign.
        Campaign = "CAMPAIGN",
        /// An activity of another kind.
        Other = "OTHER",
    }
}

codes! {
    /// The status of an activity.
    ActivityStatus {
        /// The activity is planned.
        Planned = "PLANNED",
        /// The activity was held, and those who took part were counted.
        Held = "HELD",
        /// The activity was cancelled.
        Cancelled = "CANCELLED",
    }
}

/// The largest capacity, and the most people who are counted in one group.
pub const PEOPLE_MAX: i32 = 1_000_000;

/// So many people of one group took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Of one sex; none: it is not broken down by sex.
    pub sex: Option<SexCategory>,
    /// Of one age band; none: it is not broken down by age.
    pub age_band: Option<String>,
    /// Of town or country; none: it is not broken down by milieu.
    pub milieu: Option<MilieuCategory>,
    /// How many.
    pub people: i32,
}

/// Check how many took part: each group once, all groups broken down in the same way, so that their sum is the number of
/// people.
///
/// # Errors
/// All faults at once, each at its position: AMOUNT_INVALID at `people`, DISAGGREGATION_INVALID at `sex`, `ageBand` or `milieu`,
/// DUPLICATE_ENTRY.
pub fn check(groups: &[Group]) -> Result<i64, Faults> {
    let mut faults = Faults::new();
    let mut seen = BTreeSet::new();
    let is_given = |group: &Group| (group.sex.is_some(), group.age_band.is_some(), group.milieu.is_some());
    let way = groups.first().map(is_given);
    for (position, group) in groups.iter().enumerate() {
        let at = |fault: Fault| fault.at(&position.to_string());
        if !(0..=PEOPLE_MAX).contains(&group.people) {
            faults.push(at(Fault::new(Code::AmountInvalid).at("people")));
        }
        let (sex, age, milieu) = is_given(group);
        for (is, wanted, field) in [
            (sex, way.is_some_and(|way| way.0), "sex"),
            (age, way.is_some_and(|way| way.1), "ageBand"),
            (milieu, way.is_some_and(|way| way.2), "milieu"),
        ] {
            if is != wanted {
                faults.push(at(Fault::new(Code::DisaggregationInvalid).at(field)));
            }
        }
        let is_band = |band: &String| band == AGE_NOT_STATED || AGE_BANDS.contains(&band.as_str());
        if !group.age_band.as_ref().is_none_or(is_band) {
            faults.push(at(Fault::new(Code::DisaggregationInvalid).at("ageBand")));
        }
        if !seen.insert((group.sex, group.age_band.clone(), group.milieu)) {
            faults.push(at(Fault::new(Code::DuplicateEntry)));
        }
    }
    if faults.is_empty() { Ok(groups.iter().map(|group| i64::from(group.people)).sum()) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_sum_to_the_people_who_came() {
        let group = |sex: Option<SexCategory>, band: Option<&str>, people: i32| Group {
            sex,
            age_band: band.map(str::to_owned),
            milieu: None,
            people,
        };
        let women = |band: &str, people: i32| group(Some(SexCategory::Female), Some(band), people);
        assert_eq!(check(&[women("15-24", 12), women("25-59", 8), women(AGE_NOT_STATED, 1)]), Ok(21));
        assert_eq!(check(&[]), Ok(0));
        let wrong =
            [women("15-24", -1), group(Some(SexCategory::Female), None, 2), women("15-24", 3), women("18-24", 1)];
        let told: Vec<String> = check(&wrong).unwrap_err().iter().map(ToString::to_string).collect();
        let expected = [
            "AMOUNT_INVALID 0.people",
            "DISAGGREGATION_INVALID 1.ageBand",
            "DUPLICATE_ENTRY 2",
            "DISAGGREGATION_INVALID 3.ageBand",
        ];
        assert_eq!(told, expected, "women counted twice, once by age and once not");
    }
}
