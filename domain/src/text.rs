//! Texts in several languages: which exist, which one a reader gets, and what may be stored.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

codes! {
    /// A language that texts are written in.
    Locale {
        /// Arabic, read from right to left.
        Ar = "AR",
        /// French, read from left to right.
        Fr = "FR",
        /// Tamazight, written in Tifinagh.
        Zgh = "ZGH",
        /// English, read from left to right.
        En = "EN",
    }
}

codes! {
    /// The direction in which a text is read.
    TextDirection {
        /// Text runs from right to left.
        Rtl = "RTL",
        /// Text runs from left to right.
        Ltr = "LTR",
    }
}

/// The longest name, in characters.
pub const NAME_MAX: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 5_000;

impl Locale {
    /// Every language, in the order in which a reader falls back on them.
    pub const FALLBACK: [Self; 4] = [Self::Ar, Self::Fr, Self::En, Self::Zgh];

    /// The language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Fr => "fr",
            Self::Zgh => "zgh",
            Self::En => "en",
        }
    }

    /// The direction in which it is read.
    pub const fn direction(self) -> TextDirection {
        match self {
            Self::Ar => TextDirection::Rtl,
            Self::Fr | Self::Zgh | Self::En => TextDirection::Ltr,
        }
    }

    /// The language that a language range of `Accept-Language` asks for, by its primary subtag.
    fn of_range(range: &str) -> Option<Self> {
        let primary = range.split('-').next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "ar" | "ary" => Some(Self::Ar),
            "fr" => Some(Self::Fr),
            "zgh" | "shi" | "tzm" | "rif" | "ber" => Some(Self::Zgh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// The languages that an `Accept-Language` header asks for, best first (RFC 4647 look-up by quality, RFC 9110 §12.5.4).
/// What is unknown or malformed is ignored.
pub fn negotiate(accept_language: &str) -> Vec<Locale> {
    let mut wanted: Vec<(u16, Locale)> = Vec::new();
    for part in accept_language.split(',').take(32) {
        let mut pieces = part.split(';').map(str::trim);
        let Some(locale) = pieces.next().and_then(Locale::of_range) else { continue };
        let Some(quality) = pieces.next().map_or(Some(1000), quality) else { continue };
        if quality > 0 && !wanted.iter().any(|(known, other)| *other == locale && *known >= quality) {
            wanted.retain(|(_, other)| *other != locale);
            wanted.push((quality, locale));
        }
    }
    // The sort is stable: among equals the one named first comes first.
    wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    wanted.into_iter().map(|(_, locale)| locale).collect()
}

/// `q=0.8` in thousandths.
fn quality(text: &str) -> Option<u16> {
    let value = text.strip_prefix("q=").or_else(|| text.strip_prefix("Q="))?;
    if value.len() > 5 || !value.starts_with(['0', '1']) {
        return None;
    }
    let value: f32 = value.parse().ok()?;
    // The range was checked, so the number of thousandths is small and not negative.
    (0.0..=1.0).contains(&value).then_some((value * 1000.0) as u16)
}

/// A text in one or several languages; Arabic or French is always among them. It is cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Translations", into = "Translations")]
pub struct LocalizedText(Arc<Translations>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Translations {
    #[serde(skip_serializing_if = "Option::is_none")]
    ar: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fr: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zgh: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    en: Option<Box<str>>,
}

impl Translations {
    fn slot(&mut self, locale: Locale) -> &mut Option<Box<str>> {
        match locale {
            Locale::Ar => &mut self.ar,
            Locale::Fr => &mut self.fr,
            Locale::Zgh => &mut self.zgh,
            Locale::En => &mut self.en,
        }
    }
}

impl TryFrom<Translations> for LocalizedText {
    type Error = &'static str;

    fn try_from(stored: Translations) -> Result<Self, Self::Error> {
        let Translations { ar, fr, zgh, en } = &stored;
        if ar.is_none() && fr.is_none() {
            return Err("a text without Arabic and French");
        }
        let is_bad = |text: &str| text.trim().is_empty() || text.chars().any(is_unsafe);
        if [ar, fr, zgh, en].into_iter().flatten().any(|text| is_bad(text)) {
            return Err("a text that is empty or holds characters that cannot be shown safely");
        }
        Ok(Self(Arc::new(stored)))
    }
}

impl From<LocalizedText> for Translations {
    fn from(text: LocalizedText) -> Self {
        Arc::unwrap_or_clone(text.0)
    }
}

impl LocalizedText {
    /// A text from its translations, each at most `max` characters long.
    ///
    /// # Errors
    /// All faults at once, each at its language: TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    pub fn new(translations: impl IntoIterator<Item = (Locale, String)>, max: usize) -> Result<Self, Faults> {
        Self(Arc::default()).merged(translations.into_iter().map(|(locale, text)| (locale, Some(text))), max)
    }

    /// The same text with some translations changed: a language that is not named stays, nothing removes it.
    ///
    /// # Errors
    /// As [`LocalizedText::new`].
    pub fn merged(
        mut self,
        patch: impl IntoIterator<Item = (Locale, Option<String>)>,
        max: usize,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        for (locale, text) in patch {
            // A text without letters is a mistake; a language is removed by saying so.
            match text.map(|text| required(&text, max)).transpose() {
                Ok(text) => *Arc::make_mut(&mut self.0).slot(locale) = text,
                Err(code) => faults.push(Fault::new(code).at(locale.tag())),
            }
        }
        if faults.is_empty() && self.0.ar.is_none() && self.0.fr.is_none() {
            faults.push(Fault::new(Code::TextRequired));
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// The text in exactly this language.
    pub fn get(&self, locale: Locale) -> Option<&str> {
        match locale {
            Locale::Ar => self.0.ar.as_deref(),
            Locale::Fr => self.0.fr.as_deref(),
            Locale::Zgh => self.0.zgh.as_deref(),
            Locale::En => self.0.en.as_deref(),
        }
    }

    /// The text for a reader of these languages, best first, then of Arabic, French, English, Tamazight; and the
    /// language that it is in.
    pub fn resolve(&self, wanted: &[Locale]) -> (Locale, &str) {
        wanted
            .iter()
            .copied()
            .chain(Locale::FALLBACK)
            .find_map(|locale| self.get(locale).map(|text| (locale, text)))
            .expect("Arabic or French is always there")
    }

    /// All translations.
    pub fn translations(&self) -> impl Iterator<Item = (Locale, &str)> {
        [Locale::Ar, Locale::Fr, Locale::Zgh, Locale::En].into_iter().filter_map(|l| self.get(l).map(|text| (l, text)))
    }

    /// The languages in which it is missing.
    pub fn missing(&self) -> impl Iterator<Item = Locale> + '_ {
        [Locale::Ar, Locale::Fr, Locale::Zgh, Locale::En].into_iter().filter(|locale| self.get(*locale).is_none())
    }
}

/// A text that must be given, as it is stored.
///
/// # Errors
/// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
pub fn required(text: &str, max: usize) -> Result<Box<str>, Code> {
    clean(text, max).and_then(|text| if text.is_empty() { Err(Code::TextRequired) } else { Ok(text) })
}

/// A text as it is stored: NFC, without white space around it. Control characters (but line breaks and tabs) and marks
/// that change the direction of what follows are refused: they can make a text look like another.
pub fn clean(text: &str, max: usize) -> Result<Box<str>, Code> {
    // A character has at most four bytes and NFC never needs more than three times as many characters.
    if text.len() > max.saturating_mul(12) {
        return Err(Code::TextTooLong);
    }
    let text: String = text.trim().nfc().collect();
    if text.chars().any(is_unsafe) {
        return Err(Code::TextUnsafe);
    }
    if text.chars().count() > max {
        return Err(Code::TextTooLong);
    }
    Ok(text.into())
}

/// Control characters, and overrides, embeddings and isolates of the bidirectional algorithm (UAX #9).
fn is_unsafe(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(pairs: &[(Locale, &str)]) -> Result<LocalizedText, Faults> {
        LocalizedText::new(pairs.iter().map(|(locale, text)| (*locale, (*text).to_owned())), NAME_MAX)
    }

    #[test]
    fn a_reader_gets_her_language_or_the_next_one_declared() {
        let name = text(&[(Locale::Ar, "خريبكة"), (Locale::En, "Khouribga")]).unwrap();

        assert_eq!(name.resolve(&[Locale::En]), (Locale::En, "Khouribga"));
        assert_eq!(name.resolve(&[Locale::Fr, Locale::En]), (Locale::En, "Khouribga"));
        assert_eq!(name.resolve(&[Locale::Zgh]), (Locale::Ar, "خريبكة"));
        assert_eq!(name.resolve(&[]).0.direction(), TextDirection::Rtl);
    }

    #[test]
    fn a_text_needs_arabic_or_french() {
        assert_eq!(text(&[(Locale::En, "x")]).unwrap_err(), [Fault::new(Code::TextRequired)]);
        assert_eq!(text(&[(Locale::Fr, "  ")]).unwrap_err(), [Fault::new(Code::TextRequired).at("fr")]);
        for stored in [r#"{"en":"x"}"#, r#"{"ar":""}"#, r#"{"fr":"x","en":" "}"#, r#"{"fr":"x\u202ey"}"#, "{}"] {
            assert!(serde_json::from_str::<LocalizedText>(stored).is_err(), "{stored}");
        }
    }

    #[test]
    fn a_text_cannot_hide_what_it_says() {
        let faults = text(&[(Locale::Ar, "ا\u{202E}ب"), (Locale::Fr, "a\u{0}b")]).unwrap_err();
        assert_eq!(faults, [Fault::new(Code::TextUnsafe).at("ar"), Fault::new(Code::TextUnsafe).at("fr")]);
        assert_eq!(text(&[(Locale::Fr, &"é".repeat(201))]).unwrap_err()[0].code, Code::TextTooLong);
        assert!(text(&[(Locale::Fr, &"é".repeat(200))]).is_ok());
    }

    #[test]
    fn a_merge_keeps_what_it_does_not_name() {
        let name = text(&[(Locale::Ar, "أملو"), (Locale::En, "amlou")]).unwrap();
        let name = name.merged([(Locale::En, None), (Locale::Fr, Some("amlou".into()))], NAME_MAX).unwrap();

        assert_eq!((name.get(Locale::Ar), name.get(Locale::En)), (Some("أملو"), None));
        assert_eq!(name.missing().collect::<Vec<_>>(), [Locale::Zgh, Locale::En]);
        let emptied = name.clone().merged([(Locale::Ar, Some(" \n".into()))], NAME_MAX);
        assert_eq!(
            emptied.unwrap_err(),
            [Fault::new(Code::TextRequired).at("ar")],
            "a language is removed by saying so"
        );
        let bare = name.merged([(Locale::Ar, None), (Locale::Fr, None)], NAME_MAX);
        assert_eq!(bare.unwrap_err(), [Fault::new(Code::TextRequired)]);
    }

    #[test]
    fn the_header_is_read_by_quality() {
        assert_eq!(negotiate("fr;q=0.5, ar-MA"), [Locale::Ar, Locale::Fr]);
        assert_eq!(negotiate("ary, shi;q=0.9, de, *;q=0.1"), [Locale::Ar, Locale::Zgh]);
        assert_eq!(negotiate("fr;q=0, en;q=oops, tzm"), [Locale::Zgh]);
        assert_eq!(negotiate(""), []);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_harm(header in ".{0,200}") {
            prop_assert!(negotiate(&header).len() <= 4);
        }

        #[test]
        fn what_is_stored_comes_back(ar in "\\PC{1,50}", en in proptest::option::of("\\PC{1,50}")) {
            if let Ok(stored) = LocalizedText::new([(Locale::Ar, ar)].into_iter().chain(en.map(|en| (Locale::En, en))), 200) {
                let json = serde_json::to_string(&stored).unwrap();
                prop_assert_eq!(serde_json::from_str::<LocalizedText>(&json).unwrap(), stored);
            }
        }
    }
}
