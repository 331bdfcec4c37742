//! The numbers to call in an emergency, as they were published. They are part of the program and of no table, so that they are
//! shown also when nothing else works.

use crate::platform::graphql::text::Text;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::codes;
use domain::codes::Coded;
use domain::text::{Locale, LocalizedText, NAME_MAX};
use serde::Deserialize;
use std::sync::LazyLock;

codes! {
    /// Who answers a number for emergencies.
    EmergencyNumberCode {
        /// The police, in towns.
        Police = "POLICE",
        /// The gendarmerie, in the countryside.
        Gendarmerie = "GENDARMERIE",
        /// The ambulance.
        Ambulance = "AMBULANCE",
        /// The national line for women and girls facing violence.
        NationalWomenLine = "NATIONAL_WOMEN_LINE",
        /// The line for minors, and for whoever reports for them.
        ChildLine = "CHILD_LINE",
    }
}

/// Numbers to call in an emergency, with where they were published: none of them was dialled by the platform.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct EmergencyNumber {
    /// Who answers.
    pub code: EnumValue<EmergencyNumberCode>,
    /// The name of whoever answers.
    pub name: Text,
    /// The numbers, the best one first.
    pub phones: Vec<String>,
    /// The web page that the numbers were read on.
    pub source: String,
    /// The day, month or year of that page, as exactly as is known; null: not known.
    pub dated_on: Option<String>,
    /// The day on which the association confirmed the numbers; null: it has not.
    pub confirmed_on: Option<String>,
}

#[derive(Deserialize)]
struct File {
    numbers: Vec<Number>,
}

#[derive(Deserialize)]
struct Number {
    code: String,
    phones: Vec<String>,
    name_fr: String,
    name_ar: String,
    source: String,
    dated_on: Option<String>,
    confirmed_on: Option<String>,
}

/// The national line, which is named when nothing else is known.
pub const NATIONAL_LINE: EmergencyNumberCode = EmergencyNumberCode::NationalWomenLine;

/// Where the founding facts have read the number of the national line.
const NATIONAL_LINE_SOURCE: &str = "https://www.africanewsagency.fr/38932/";

/// The numbers: what ends a danger first, the national line after it, and that for minors last.
pub static NUMBERS: LazyLock<Vec<EmergencyNumber>> = LazyLock::new(|| {
    let known = "the data files are part of the program and were tested with it";
    let file: File = serde_json::from_str(include_str!("../../data/emergency-numbers.json")).expect(known);
    let number = |number: Number| {
        let names = [(Locale::Ar, number.name_ar), (Locale::Fr, number.name_fr)];
        let source = if number.source.starts_with("https://") { number.source } else { NATIONAL_LINE_SOURCE.into() };
        EmergencyNumber {
            code: EnumValue(EmergencyNumberCode::parse(&number.code).expect(known)),
            name: LocalizedText::new(names, NAME_MAX).expect(known).into(),
            phones: number.phones,
            source,
            dated_on: number.dated_on,
            confirmed_on: number.confirmed_on,
        }
    };
    let mut numbers: Vec<EmergencyNumber> = file.numbers.into_iter().map(number).collect();
    numbers.sort_by_key(|number| number.code.0);
    numbers
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_an_emergency_everybody_who_helps_is_named_with_a_source() {
        let codes: Vec<EmergencyNumberCode> = NUMBERS.iter().map(|number| number.code.0).collect();
        assert_eq!(codes, EmergencyNumberCode::ALL);
        for number in &*NUMBERS {
            assert!(!number.phones.is_empty() && number.source.starts_with("https://"), "{number:?}");
        }
    }
}
