//! The words of a message as they are compared: Darija is written in Arabic or in Latin letters, and in Latin letters as each
//! writer likes.

use crate::fold::sort_key;

/// The words of a text, folded. No word is left out: "ma" and "pas" turn a meaning round.
pub fn words(text: &str) -> Vec<String> {
    sort_key(text).split(' ').filter(|word| !word.is_empty()).map(folded).collect()
}

/// A word in Latin letters without what writers of Darija do not agree on: digits stand for the Arabic letters that they look
/// like (3 for ain, 7 for ha, 9 for qaf, 5 for kha, 2 for hamza), vowels come and go, letters are doubled or not. French words
/// lose as much, on both sides of a comparison.
fn folded(word: &str) -> String {
    if !word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    let mut spelled = String::with_capacity(word.len() + 2);
    for letter in word.chars() {
        match letter {
            '2' => {}
            '3' => spelled.push('a'),
            '5' => spelled.push_str("kh"),
            '7' | '8' => spelled.push('h'),
            '9' | 'q' => spelled.push('k'),
            letter => spelled.push(letter),
        }
    }
    let spelled = [("ch", "sh"), ("ou", "u"), ("oo", "u"), ("ph", "f"), ("c", "k"), ("w", "u"), ("o", "u"), ("y", "i")]
        .into_iter()
        .fold(spelled, |spelled, (one, other)| spelled.replace(one, other));
    let mut short = String::with_capacity(spelled.len());
    for letter in spelled.chars().filter(|letter| *letter != 'e') {
        if !short.ends_with(letter) {
            short.push(letter);
        }
    }
    if short.is_empty() { spelled } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ways_to_write_a_word_in_latin_letters_meet() {
        for same in [
            ["kaydrbni", "kaydrebni"],
            ["9telni", "qtelni"],
            ["bch7al", "bshhal"],
            ["khoya", "5oya"],
            ["wladi", "wlady"],
        ] {
            assert_eq!(words(same[0]), words(same[1]), "{same:?}");
        }
        assert_eq!(words("J'ai été BATTUE"), words("j’ai ete battue"));
        assert_eq!(words("أَكَلَ"), words("اكل"));
        assert_eq!(words("16 3am"), ["16", "am"]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            for word in words(&text) {
                prop_assert!(!word.is_empty() && !word.contains(' '));
            }
        }
    }
}
