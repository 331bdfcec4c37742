//! Which words are in the name of a product, in the bits of a number: what lacks a bit lacks the word, and what has it may have the
//! word. PostgreSQL keeps one in the index of words, so that most products without a second word are passed over there.

use crate::platform::keys::digest;

/// So many bits say which words there are, and so many with which two letters words begin.
const WORDS: u8 = 40;
const BEGINNINGS: u8 = 23;

/// The signature of a folded name.
pub fn of(name: &str) -> i64 {
    domain::fold::words(name).fold(0, |all, word| all | word_bit(word) | beginning_bit(word))
}

/// The bit of a whole word.
pub fn word_bit(word: &str) -> i64 {
    1 << bit(word, WORDS)
}

/// The bit of all words with the beginning of this one; none where it is shorter than two letters.
pub fn beginning_bit(word: &str) -> i64 {
    match word.char_indices().nth(1) {
        None => 0,
        Some((place, second)) => {
            let beginning = word.get(..place + second.len_utf8()).unwrap_or(word);
            1 << (WORDS + bit(beginning, BEGINNINGS))
        }
    }
}

fn bit(text: &str, of: u8) -> u8 {
    let [first, ..] = digest(text);
    first % of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_a_name_is_in_its_signature() {
        let name = "huile argan atlas زيت اركان اطلس 1234 a";
        let signature = of(name);
        assert!(signature >= 0);
        for word in domain::fold::words(name) {
            assert_eq!(signature & word_bit(word), word_bit(word), "{word}");
            let beginning: String = word.chars().take(3).collect();
            assert_eq!(signature & beginning_bit(&beginning), beginning_bit(&beginning), "{word}");
        }
        assert_eq!(beginning_bit("a"), 0);
        // Most words that are not there lack their bit.
        let others = (0..100).filter(|number| signature & word_bit(&format!("autre{number}")) == 0).count();
        assert!(others > 60, "{others}");
    }
}
