//! Misspellings: the words that somebody may have meant by one that nobody knows.

/// A word of fewer letters is taken as it is written: too many others are one edit away.
const LEAST: usize = 5;
/// No longer word is looked at.
const LONGEST: usize = 24;

/// The letters of the scripts, as folding leaves them.
const ALPHABETS: [&str; 3] = [
    "abcdefghijklmnopqrstuvwxyz",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "ⴰⴱⴲⴳⴴⴵⴶⴷⴸⴹⴺⴻⴼⴽⴾⴿⵀⵁⵂⵃⵄⵅⵆⵇⵈⵉⵊⵋⵌⵍⵎⵏⵐⵑⵒⵓⵔⵕⵖⵗⵘⵙⵚⵛⵜⵝⵞⵟⵠⵡⵢⵣⵤⵥ",
];

/// Whether a word is taken for a misspelling when nobody knows it: it is long enough, and of the letters of one script.
pub fn may_be_misspelled(word: &str) -> bool {
    (LEAST..=LONGEST).contains(&word.chars().count()) && alphabet(word).is_some()
}

fn alphabet(word: &str) -> Option<&'static str> {
    ALPHABETS.into_iter().find(|letters| word.chars().all(|letter| letters.contains(letter)))
}

/// The words that are one edit away from a folded word: one letter is another, is missing or too many, or has changed places
/// with its neighbour (optimal string alignment distance of 1). None of a word that is taken as it is written.
pub fn one_edit_away(word: &str) -> Vec<String> {
    let Some(letters) = alphabet(word).filter(|_| may_be_misspelled(word)) else { return Vec::new() };
    let word: Vec<char> = word.chars().collect();
    let mut all: Vec<Vec<char>> = Vec::new();
    for place in 0..=word.len() {
        let (before, behind) = word.split_at(place);
        if let Some((removed, rest)) = behind.split_first() {
            all.push([before, rest].concat());
            all.extend(letters.chars().filter(|other| other != removed).map(|other| [before, &[other], rest].concat()));
        }
        if let [one, other, rest @ ..] = behind
            && one != other
        {
            all.push([before, &[*other, *one], rest].concat());
        }
        all.extend(letters.chars().map(|more| [before, &[more], behind].concat()));
    }
    let mut all: Vec<String> = all.into_iter().map(|letters| letters.into_iter().collect()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_wrong_or_swapped_letter_is_one_edit() {
        for (written, meant) in
            [("hulie", "huile"), ("safron", "safran"), ("safrann", "safran"), ("sfran", "safran"), ("اركتن", "اركان")]
        {
            assert!(one_edit_away(written).contains(&meant.to_owned()), "{written}");
        }
        assert!(!one_edit_away("ارناك").contains(&"اركان".to_owned()), "that are two");
        assert!(one_edit_away("miel").is_empty() && one_edit_away("argan250").is_empty());
        assert!(one_edit_away("argaن").is_empty());
    }

    proptest! {
        #[test]
        fn an_edit_is_undone_by_an_edit(word in "[a-z]{5,12}", place in 0_usize..40) {
            let all = one_edit_away(&word);
            prop_assert!(!all.contains(&word));
            let other = &all[place * 31 % all.len()];
            prop_assert!(!may_be_misspelled(other) || one_edit_away(other).contains(&word));
        }
    }
}
