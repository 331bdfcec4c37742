//! Folding: what a searcher may write differently is made the same, for the index and the query alike.
//!
//! A word loses what does not tell it from another: case, accents, vowel signs, the forms of alef, hamza, ya and ta
//! marbuta, Arabic-Indic digits, the Arabic article and the French elision, and the ending of its plural; then a few synonyms
//! meet in one word.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words too common to tell anything, after folding; dropped unless nothing else is left.
const STOP: [&str; 14] = ["de", "du", "des", "la", "le", "les", "et", "au", "aux", "en", "of", "the", "من", "في"];

/// Spellings that meet in one word, after folding: variants of Latin transcription, Darija and French, and the Arabic plurals
/// that no ending tells.
const SYNONYMS: [(&str, &str); 26] = [
    ("argane", "argan"),
    ("zit", "huile"),
    ("zite", "huile"),
    ("zitoun", "olive"),
    ("zitoune", "olive"),
    ("zerbia", "tapi"),
    ("zarbia", "tapi"),
    ("zarabi", "tapi"),
    ("amlu", "amlou"),
    ("kusku", "couscou"),
    ("seksu", "couscou"),
    ("زرابي", "زربي"),
    ("زيوت", "زيت"),
    ("اعسال", "عسل"),
    ("توابل", "تابل"),
    ("فواك", "فاك"),
    ("تمور", "تمر"),
    ("عصاير", "عصير"),
    ("اثواب", "ثوب"),
    ("اوشح", "وشاح"),
    ("اغطي", "غطا"),
    ("طواج", "طاجين"),
    ("قفاط", "قفطان"),
    ("سلال", "سله"),
    ("اعشاب", "عشب"),
    ("صواب", "صابون"),
];

/// The Arabic article with the particles that are written together with it.
const ARTICLES: [&str; 6] = ["وال", "بال", "فال", "كال", "ال", "لل"];

/// French words that lose their vowel before another: `l'`, `d'`, `qu'` …
const ELISIONS: [&str; 12] = ["l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu"];

/// Fold a text into lower-case words separated by single spaces. Folding what is folded changes nothing.
pub fn fold(text: &str) -> String {
    meet(split(text)).join(" ")
}

/// What somebody is typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Its words, folded.
    pub words: Vec<String>,
    /// Whether the last word may be the beginning of a longer one.
    pub is_open: bool,
}

/// Fold what somebody is typing. What may become an article or another word that tells nothing is left out at the end, as
/// long as there are other words: `huile d'` and `huile d` are `huile`.
pub fn typed(text: &str) -> Typed {
    let is_of_word = |last: char| last.is_alphanumeric() || is_combining_mark(last) || is_silent(last);
    let mut all = split(text);
    let open = if text.chars().next_back().is_some_and(is_of_word) { all.pop() } else { None };
    let Some((open, _)) = open else { return Typed { words: meet(all), is_open: false } };
    let is_short = open.chars().count() < 2;
    let tells_nothing = ELISIONS.contains(&open.as_str())
        || ARTICLES.iter().any(|article| article.starts_with(&open))
        || (!is_short && STOP.iter().any(|word| word.starts_with(&open)));
    let mut words = if all.is_empty() { Vec::new() } else { meet(all) };
    if !tells_nothing {
        words.push(synonym(singular(without_article(open, 1))));
        return Typed { words, is_open: true };
    }
    if words.is_empty() {
        words = meet(vec![(open, false)]);
    }
    Typed { words, is_open: false }
}

/// The words that tell something, each as its variants are written; those that tell nothing where there are no others.
fn meet(words: Vec<(String, bool)>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut common: Vec<String> = Vec::new();
    for (word, elided) in words {
        if elided && ELISIONS.contains(&word.as_str()) {
            continue;
        }
        let word = singular(without_article(word, 2));
        if STOP.contains(&word.as_str()) {
            common.push(word);
        } else {
            kept.push(synonym(word));
        }
    }
    if kept.is_empty() { common } else { kept }
}

/// The one word that variants meet in.
fn synonym(word: String) -> String {
    match SYNONYMS.iter().find(|(variant, _)| *variant == word) {
        Some((_, one)) => (*one).to_owned(),
        None => word,
    }
}

/// A word without the ending of its plural, so that both are one word: the endings of French and English, and those of
/// Arabic's regular plurals with the ta marbuta of the singular. It is taken off until none is left, so that folding again
/// changes nothing.
fn singular(mut word: String) -> String {
    loop {
        let count = word.chars().count();
        let without = |ending: &str, least: usize| {
            let rest = word.strip_suffix(ending)?;
            (rest.chars().count() >= least).then(|| rest.to_owned())
        };
        let adjective = || without("aux", 2).filter(|rest| !rest.ends_with(['e', 'y'])).map(|rest| rest + "al");
        let latin = || adjective().or_else(|| without("s", 3)).or_else(|| without("x", 3));
        let arabic =
            || without("ات", 3).or_else(|| without("ون", 4)).or_else(|| without("ين", 4)).or_else(|| without("ه", 3));
        match if count < 4 { None } else { latin().or_else(arabic) } {
            Some(rest) => word = rest,
            None => return word,
        }
    }
}

/// The words of a folded text.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| !word.is_empty())
}

/// A folded text as one word, which is neither a word of a text nor begins with one: whoever looks for a whole name does not want to
/// read past all that have it as a word.
pub fn whole(folded: &str) -> String {
    format!("_{}", folded.replace(' ', "_"))
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

/// An Arabic word without its article, when so many letters remain; taken off until none is left, so that folding again
/// changes nothing.
fn without_article(mut word: String, least: usize) -> String {
    loop {
        let bare = ARTICLES.iter().find_map(|article| {
            let rest = word.strip_prefix(article)?;
            (rest.chars().count() >= least).then(|| rest.to_owned())
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
        assert_eq!([fold("الخل"), fold("والخل"), fold("الم")], ["خل", "خل", "الم"]);
    }

    #[test]
    fn common_words_count_only_when_nothing_else_is_said() {
        assert_eq!(fold("tapis de la région"), "tapi region");
        assert_eq!(fold("de la"), "de la");
        assert_eq!(fold("!?"), "");
    }

    #[test]
    fn plural_and_singular_meet() {
        for (plural, singular) in [
            ("olives", "olive"),
            ("Tapis", "tapi"),
            ("bocaux", "bocal"),
            ("gâteaux", "gateau"),
            ("produits régionaux", "produit régional"),
            ("carpets", "carpet"),
            ("منتوجات", "منتوج"),
            ("تعاونيات", "تعاونية"),
            ("حلويات", "حلوى"),
            ("الزرابي", "زربية"),
            ("الزيوت", "زيت"),
            ("فواكه", "فاكهة"),
            ("أوشحة", "وشاح"),
            ("طواجين", "الطاجين"),
        ] {
            assert_eq!(fold(plural), fold(singular), "{plural}, {singular}");
        }
        // Olives are no oil, nor is soap something else.
        assert_eq!(["زيتون", "صابون", "jus", "riz"].map(fold), ["زيتون", "صابون", "jus", "riz"]);
    }

    #[test]
    fn a_whole_name_is_one_word_that_is_no_word_of_a_text() {
        assert_eq!([whole(&fold("Huile d'argan")), whole(&fold("Huile"))], ["_huile_argan", "_huile"]);
        assert_eq!(fold("_huile_argan"), "huile argan");
    }

    #[test]
    fn synonyms_stand_as_folding_leaves_words() {
        for (variant, one) in SYNONYMS {
            assert_eq!(singular(without_article(variant.to_owned(), 2)), variant);
            assert_eq!((fold(variant), fold(one)), (one.to_owned(), one.to_owned()));
        }
    }

    #[test]
    fn the_last_word_of_what_is_typed_is_a_beginning_until_something_follows() {
        for (text, words, is_open) in [
            ("huile", &["huile"][..], true),
            ("huile ", &["huile"], false),
            ("huile d", &["huile"], false),
            ("huile d'", &["huile"], false),
            ("huile d'a", &["huile", "a"], true),
            ("huile d'argan", &["huile", "argan"], true),
            ("huile de", &["huile"], false),
            ("tapis de la ré", &["tapi", "re"], true),
            ("زيت", &["زيت"], true),
            ("زيت ا", &["زيت"], false),
            ("زيت ال", &["زيت"], false),
            ("زيت الا", &["زيت", "ا"], true),
            ("زيت الأرك", &["زيت", "ارك"], true),
            ("d", &["d"], false),
            ("a", &["a"], true),
            ("!?", &[], false),
            ("", &[], false),
        ] {
            assert_eq!(
                typed(text),
                Typed { words: words.iter().map(ToString::to_string).collect(), is_open },
                "{text}"
            );
        }
    }

    #[test]
    fn a_sort_key_keeps_every_word() {
        assert_eq!(sort_key("Les Tapis d'Azilal"), "les tapis d azilal");
        assert!(sort_key("École") < sort_key("Fès"));
    }

    proptest! {
        #[test]
        fn what_is_typed_in_whole_is_folded_as_it_is_kept(text in "[a-zA-Zéàçœ' \u{0621}-\u{0652}]{0,40}") {
            let folded = fold(&text);
            // A separator says that no letter follows.
            prop_assert_eq!(typed(&format!("{text} ")).words, words(&folded).map(str::to_owned).collect::<Vec<_>>());
        }

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
