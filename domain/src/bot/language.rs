//! The language that somebody writes in: by her letters, and among the languages in Latin letters by her words.

use super::classifier::lines;
use super::menu::BotLanguage;
use super::words::words;
use crate::codes::Coded;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The words of the phrases in Latin letters, of Darija and of French.
static LATIN: LazyLock<[HashSet<String>; 2]> = LazyLock::new(|| {
    [BotLanguage::DarijaLatin, BotLanguage::French].map(|wanted| {
        let of_language = lines().filter(|(_, language, ..)| *language == wanted.as_str());
        of_language.flat_map(|(.., text)| words(text)).collect()
    })
});

/// The language of a text; Darija, where it tells nothing.
pub fn language_of(text: &str) -> BotLanguage {
    let has = |first: char, last: char| text.chars().any(|letter| (first..=last).contains(&letter));
    if has('\u{2D30}', '\u{2D7F}') {
        return BotLanguage::Tamazight;
    }
    if !text.chars().any(|letter| letter.is_ascii_alphabetic()) {
        return BotLanguage::Darija;
    }
    let words = words(text);
    let [darija, french] = LATIN.each_ref().map(|known| words.iter().filter(|word| known.contains(*word)).count());
    if darija > french { BotLanguage::DarijaLatin } else { BotLanguage::French }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_message_is_heard() {
        let mut wrong = 0;
        for (_, language, _, text) in lines() {
            // Standard Arabic is answered in Darija: whoever writes the one reads the other.
            let expected = if language == "ARABIC" { "DARIJA" } else { language };
            wrong += usize::from(language_of(text).as_str() != expected);
        }
        assert!(wrong < 5, "{wrong}");
        assert_eq!(language_of("rajli ki drebni lyoma"), BotLanguage::DarijaLatin);
        assert_eq!(language_of("mon voisin est méchant avec moi"), BotLanguage::French);
        assert_eq!((language_of(""), language_of("👍")), (BotLanguage::Darija, BotLanguage::Darija));
    }
}
