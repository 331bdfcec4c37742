//! Which words are in the name of a product, in the bits of a number: what lacks a bit lacks the word, and what has it may have the
//! word. PostgreSQL keeps one in the index of words, so that most products without a second word are passed over there.

use crate::platform::keys::digest;

/// So many bits there are of each.
const BITS: u8 = 63;

/// The signature of a folded name, or of what a search asks of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// Two bits of each word.
    pub words: i64,
    /// A bit of the first two letters of each word.
    pub beginnings: i64,
}

impl Signature {
    /// Of a folded name.
    pub fn of(name: &str) -> Self {
        Self::of_words(domain::fold::words(name))
    }

    /// Of folded words. One of fewer than two letters has no beginning.
    pub fn of_words<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut all = Self::default();
        for word in words {
            let [one, other, ..] = digest(word);
            all.words |= 1 << (one % BITS) | 1 << (other % BITS);
            if let Some((place, second)) = word.char_indices().nth(1) {
                let [one, ..] = digest(word.get(..place + second.len_utf8()).unwrap_or(word));
                all.beginnings |= 1 << (one % BITS);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_a_name_is_in_its_signature() {
        let name = "huile argan atla زيت اركان اطلس 1234 a";
        let all = Signature::of(name);
        assert!(all.words > 0 && all.beginnings > 0);
        for word in domain::fold::words(name) {
            let one = Signature::of(word);
            assert_eq!(all.words & one.words, one.words, "{word}");
            let beginning: String = word.chars().take(3).collect();
            let beginning = Signature::of(&beginning).beginnings;
            assert_eq!(all.beginnings & beginning, beginning, "{word}");
        }
        assert_eq!(Signature::of("a").beginnings, 0);
        // Most words that are not there lack a bit.
        let is_absent = |number: &u32| {
            let other = Signature::of(&format!("autre{number}")).words;
            all.words & other != other
        };
        let absent = (0..100).filter(is_absent).count();
        assert!(absent > 85, "{absent}");
    }
}
