//! Folding: what a searcher may write differently is made the same, for the index and the query alike.
//!
//! A word loses what does not tell it from another: case, accents, vowel signs, the forms of alef, hamza, ya and ta
//! marbuta, Arabic-Indic digits, the Arabic article and the French elision; then a few synonyms meet in one word.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words too common to tell anything, after folding; dropped unless nothing else is left.
const STOP: [&str; 14] = ["de", "du", "des", "la", "le", "les", "et", "au", "aux", "en", "of", "the", "من", "في"];

/// Spellings that meet in one word, after folding: variants of Latin transcription, Darija and French.
const SYNONYMS: [(&str, &str); 13] = [
    ("argane", "argan"),
    ("zit", "huile"),
    ("zite", "huile"),
    ("zitoun", "olive"),
    ("zitoune", "olive"),
    ("olives", "olive"),
    ("zerbia", "tapis"),
    ("zarbia", "tapis"),
    ("zarabi", "tapis"),
    ("amlu", "amlou"),
    ("kuskus", "couscous"),
    ("seksu", "couscous"),
    ("miels", "miel"),
];

/// The Arabic article with the particles that are written together with it.
const ARTICLES: [&str; 6] = ["وال", "بال", "فال", "كال", "ال", "لل"];

/// French words that lose their vowel before another: `l'`, `d'`, `qu'` …
const ELISIONS: [&str; 12] = ["l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu"];

/// Fold a text into lower-case words separated by single spaces. Folding what is folded changes nothing.
pub fn fold(text: &str) -> String {
    let mut kept: Vec<Cow<'static, str>> = Vec::new();
    let mut common: Vec<String> = Vec::new();
    for (word, elided) in split(text) {
        if elided && ELISIONS.contains(&word.as_str()) {
            continue;
        }
        let word = without_article(word);
        if STOP.contains(&word.as_str()) {
            common.push(word);
            continue;
        }
        let synonym = SYNONYMS.iter().find(|(variant, _)| *variant == word).map(|(_, word)| *word);
        kept.push(synonym.map_or(Cow::Owned(word), Cow::Borrowed));
    }
    if kept.is_empty() { common.join(" ") } else { kept.join(" ") }
}

/// The words of a folded text.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| !word.is_empty())
}

/// What a list by name sorts by: folded letters, with every word kept.
pub fn sort_key(text: &str) -> String {
    split(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>().join(" ")
}

/// The words of a text with their letters folded, and whether an apostrophe follows each.
fn split(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.nfkd() {
        if is_combining_mark(character) || is_silent(character) {
            continue;
        }
        for character in character.to_lowercase() {
            // Lower case may bring marks of its own.
            if is_combining_mark(character) {
                continue;
            }
            match letter(character) {
                Some(folded) => word.push_str(&folded.as_str()),
                None if character.is_alphanumeric() => word.push(character),
                None if word.is_empty() => {}
                None => words.push((std::mem::take(&mut word), is_apostrophe(character))),
            }
        }
    }
    if !word.is_empty() {
        words.push((word, false));
    }
    words
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | 'ʼ' | '´' | '`')
}

/// Marks that are written and not read: tatweel and invisible joiners.
fn is_silent(character: char) -> bool {
    matches!(character, 'ـ' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

enum Letter {
    One(char),
    Two(&'static str),
}

impl Letter {
    fn as_str(&self) -> Cow<'static, str> {
        match self {
            Self::One(letter) => Cow::Owned(letter.to_string()),
            Self::Two(letters) => Cow::Borrowed(letters),
        }
    }
}

/// Letters that stand for another one.
fn letter(character: char) -> Option<Letter> {
    let one = match character {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' | 'ڪ' => 'ك',
        'گ' | 'ڭ' => 'ك',
        'ء' => return Some(Letter::Two("")),
        'œ' => return Some(Letter::Two("oe")),
        'æ' => return Some(Letter::Two("ae")),
        'ß' => return Some(Letter::Two("ss")),
        '٠'..='٩' => char::from(b'0' + (u32::from(character) - u32::from('٠')) as u8),
        '۰'..='۹' => char::from(b'0' + (u32::from(character) - u32::from('۰')) as u8),
        _ => return None,
    };
    Some(Letter::One(one))
}

/// An Arabic word without its article, when at least three letters remain; taken off until none is left, so that
/// folding again changes nothing.
fn without_article(mut word: String) -> String {
    loop {
        let bare = ARTICLES.iter().find_map(|article| {
            let rest = word.strip_prefix(article)?;
            (rest.chars().count() >= 3).then(|| rest.to_owned())
        });
        match bare {
            Some(rest) => word = rest,
            None => return word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn argan_oil_is_found_however_it_is_written() {
        let arabic = ["أركان", "اركان", "اركانْ", "الأركان", "أركـــان"].map(fold);
        assert!(arabic.iter().all(|word| word == "اركان"), "{arabic:?}");
        assert!(words(&fold("زيت الأركان")).any(|word| word == "اركان"));
        assert_eq!(["huile d'argan", "Huile d’argane", "HUILE  D'ARGAN."].map(fold), ["huile argan"; 3]);
        assert_eq!(fold("Argan"), "argan");
    }

    #[test]
    fn letters_that_are_one_sound_are_one_letter() {
        assert_eq!(fold("زربية"), fold("زربيه"));
        assert_eq!(fold("مقهى"), fold("مقهي"));
        assert_eq!(fold("٢٠٢٦"), "2026");
        assert_eq!(fold("Œuvre d'été à Fès"), "oeuvre ete a fes");
    }

    #[test]
    fn common_words_count_only_when_nothing_else_is_said() {
        assert_eq!(fold("tapis de la région"), "tapis region");
        assert_eq!(fold("de la"), "de la");
        assert_eq!(fold("!?"), "");
    }

    #[test]
    fn a_sort_key_keeps_every_word() {
        assert_eq!(sort_key("Les Tapis d'Azilal"), "les tapis d azilal");
        assert!(sort_key("École") < sort_key("Fès"));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "[a-zA-Zéàçœ' 0-9\u{0621}-\u{0652}\u{0660}-\u{0669}\u{2D30}-\u{2D67}.,]{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn any_text_folds_into_clean_words(text in "\\PC{0,60}") {
            let folded = fold(&text);
            prop_assert!(!folded.contains("  ") && folded.trim() == folded);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
