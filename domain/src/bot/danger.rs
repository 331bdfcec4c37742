//! Words of danger: whoever writes them sees the emergency card first, whatever else she writes.

use super::words::words;
use std::sync::LazyLock;

/// What somebody in danger writes: words that stand one behind the other. It is a list that people read and correct, and no
/// guess: a word that is missing here brings no card, and a word that is said of other things brings it too often.
const PHRASES: &[&str] = &[
    // French.
    "au secours",
    "à l'aide",
    "aidez-moi vite",
    "venez vite",
    "me tuer",
    "nous tuer",
    "tuer mes enfants",
    "menace de mort",
    "menacée de mort",
    "menaces de mort",
    "menace avec un couteau",
    "avec un couteau",
    "coup de couteau",
    "je saigne",
    "perds du sang",
    "veux mourir",
    "envie de mourir",
    "suicide",
    "me suicider",
    "en finir",
    "viol",
    "violée",
    "m'a violé",
    "suis enfermée",
    "m'a enfermée",
    "m'enferme",
    "séquestrée",
    "me séquestre",
    "pistolet",
    "une arme",
    "m'étrangle",
    "m'a étranglée",
    "m'a étranglé",
    "m'a brûlée",
    "m'a poignardée",
    "acide",
    "en danger",
    "frappe maintenant",
    "en train de me frapper",
    "en train de me battre",
    "me bat maintenant",
    // Darija in Latin letters.
    "3te9ouni",
    "3at9ouni",
    "3t9ini",
    "n9douni",
    "y9telni",
    "y9etlni",
    "ye9telni",
    "ghadi y9tel",
    "y9tel wladi",
    "b lmouss",
    "blmouss",
    "b sekkin",
    "bsekkin",
    "n9tel rassi",
    "n9etl rasi",
    "bghit nmout",
    "kanzef",
    "kannzef",
    "dem kaysil",
    "ghtasebni",
    "ghtasbni",
    "ightisab",
    "l'ghtisab",
    "sadd 3liya",
    "7abesni",
    "hbesni f",
    "khne9ni",
    "kaykhne9ni",
    "7re9ni",
    "l'acide",
    "lma l9ate3",
    "f khatar",
    "fkhatar",
    "kaydrebni daba",
    "daba kaydrebni",
    "kay dreb fiya daba",
    "kaydreb fiya daba",
    // Darija and Arabic.
    "عتقوني",
    "عتقيني",
    "نقذوني",
    "أنقذوني",
    "النجدة",
    "يقتلني",
    "سيقتلني",
    "غيقتلني",
    "يقتل ولادي",
    "قتلي",
    "بالقتل",
    "بالموس",
    "بالسكين",
    "طعنني",
    "نقتل راسي",
    "بغيت نموت",
    "أن أموت",
    "كننزف",
    "كنزف",
    "أنزف",
    "الدم كيسيل",
    "الانتحار",
    "انتحار",
    "أنتحر",
    "سأنتحر",
    "ننتحر",
    "غتصبني",
    "اغتصبني",
    "اغتصاب",
    "الاغتصاب",
    "للاغتصاب",
    "اغتصبت",
    "تغتصبت",
    "ساد عليا",
    "حابسني",
    "محتجزة",
    "يحتجزني",
    "محبوسة",
    "خنقني",
    "يخنقني",
    "كيخنقني",
    "حرقني",
    "الما القاطع",
    "مسدس",
    "سلاح",
    "في خطر",
    "فخطر",
    "كيضربني دابا",
    "دابا كيضربني",
    "يضربني الآن",
    // Tamazight.
    "ⴰⴷ ⵉⵢⵉ ⵉⵏⵖ",
    "ⵙⵙⵏⵊⵎⴰⵜ ⵉⵢⵉ",
    "ⵙⵙⵏⵊⵎ ⵉⵢⵉ",
    "ⵙ ⵓⵊⵏⵡⵉ",
];

static FOLDED: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| PHRASES.iter().map(|phrase| words(phrase)).collect());

/// Whether a message speaks of danger to a life.
pub fn is_danger(text: &str) -> bool {
    let words = words(text);
    FOLDED
        .iter()
        .any(|phrase| words.windows(phrase.len()).any(|at| at.iter().zip(phrase).all(|(word, of)| is(word, of))))
}

/// Whether a word is that one, also where "and" is written together with it in Arabic.
fn is(word: &str, of: &str) -> bool {
    word == of || ['و', 'ف'].iter().any(|and| word.strip_prefix(*and) == Some(of))
}

#[cfg(test)]
mod tests {
    use super::super::classifier::lines;
    use super::*;

    #[test]
    fn danger_is_seen_in_each_language_and_a_harmless_message_is_none() {
        let (mut danger, mut harmless) = (0, 0);
        for (_, language, _, text) in lines().filter(|(kind, ..)| *kind == "DANGER") {
            assert!(is_danger(text), "{language}: {text}");
            danger += 1;
        }
        for (kind, language, _, text) in lines().filter(|(kind, ..)| *kind != "DANGER") {
            assert!(!is_danger(text), "{language}, {kind}: {text}");
            harmless += 1;
        }
        assert!(danger > 40 && harmless > 400, "{danger} {harmless}");
        assert!(!is_danger("") && !is_danger("   "));
    }
}
