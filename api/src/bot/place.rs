//! Where somebody is: the regions and provinces of the country, part of the program, and those that a message names.

use domain::bot::menu::BotLanguage;
use domain::fold::fold;
use serde::Deserialize;
use std::sync::LazyLock;

/// A region.
#[derive(Debug, Deserialize)]
pub struct Region {
    /// Its code.
    pub code: String,
    name_ar: String,
    name_fr: String,
}

/// A province.
#[derive(Debug, Deserialize)]
pub struct Province {
    /// Its code.
    pub code: String,
    /// The code of its region.
    pub region_code: String,
    name_ar: String,
    name_fr: String,
}

const KNOWN: &str = "the data files are part of the program and were tested with it";

/// The regions, by their codes.
pub static REGIONS: LazyLock<Vec<Region>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/morocco-regions.json")).expect(KNOWN));

/// The provinces, by their codes.
pub static PROVINCES: LazyLock<Vec<Province>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/morocco-provinces.json")).expect(KNOWN));

/// The folded names of provinces, with a blank on each side, each with its place.
static NAMES: LazyLock<Vec<(String, usize)>> = LazyLock::new(|| {
    let names = PROVINCES.iter().zip(0..).flat_map(|(province, place)| {
        [&province.name_ar, &province.name_fr].map(|name| (format!(" {} ", fold(name)), place))
    });
    names.collect()
});

/// A name in the letters of a language.
fn named<'n>(arabic: &'n str, french: &'n str, language: BotLanguage) -> &'n str {
    match language {
        BotLanguage::DarijaLatin | BotLanguage::French => french,
        // No list of Tamazight names has been reviewed.
        BotLanguage::Darija | BotLanguage::Arabic | BotLanguage::Tamazight => arabic,
    }
}

impl Region {
    /// Its name.
    pub fn name(&self, language: BotLanguage) -> &str {
        named(&self.name_ar, &self.name_fr, language)
    }
}

impl Province {
    /// Its name.
    pub fn name(&self, language: BotLanguage) -> &str {
        named(&self.name_ar, &self.name_fr, language)
    }
}

/// The province of a code.
pub fn province(code: &str) -> Option<&'static Province> {
    PROVINCES.iter().find(|province| province.code == code)
}

/// The province that a message names, with whatever preposition: the longest name, if several are in it.
pub fn named_in(text: &str) -> Option<&'static Province> {
    let text = format!(" {} ", fold(text));
    let in_text = NAMES.iter().filter(|(name, _)| {
        // "in" is written together with the name in Arabic.
        text.contains(name.as_str())
            || text.contains(&format!(" ف{}", name.trim_start()))
            || text.contains(&format!(" ب{}", name.trim_start()))
    });
    in_text.max_by_key(|(name, _)| name.len()).map(|(_, place)| &PROVINCES[*place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_is_heard_in_a_message() {
        let heard = |text| named_in(text).map(|province| province.code.as_str());
        for text in
            ["je cherche un médecin à Khouribga", "bghit mo7ami f khouribga", "بغيت محامي فخريبكة", "أنا في خريبكة"]
        {
            assert_eq!(heard(text), Some("05.311"), "{text}");
        }
        assert_eq!(heard("bonjour"), None);
        assert_eq!((REGIONS.len(), PROVINCES.len()), (12, 75));
    }
}
