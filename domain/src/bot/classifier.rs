//! Which intent a message has: a classifier that is trained when the first message comes, with the phrases in `domain/data/bot-phrases.tsv`.
//!
//! Naive Bayes over the words of a message and the groups of three and four letters in them. Training is smartcore's; to classify
//! is one sum for each intent. Nothing of a message is kept.

use super::words::words;
use crate::codes;
use crate::codes::Coded;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::naive_bayes::multinomial::{MultinomialNB, MultinomialNBParameters};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

codes! {
    /// What a message to the bot is about.
    BotIntent {
        /// Blows and other violence against the body.
        PhysicalViolence = "PHYSICAL_VIOLENCE",
        /// Sexual violence or harassment.
        SexualViolence = "SEXUAL_VIOLENCE",
        /// Insults, threats, control.
        PsychologicalViolence = "PSYCHOLOGICAL_VIOLENCE",
        /// Money that is taken or withheld.
        EconomicViolence = "ECONOMIC_VIOLENCE",
        /// Violence by telephone and on the internet.
        OnlineViolence = "ONLINE_VIOLENCE",
        /// A marriage that is forced, or too early.
        ForcedMarriage = "FORCED_MARRIAGE",
        /// Rights, complaints, divorce, custody.
        LegalHelp = "LEGAL_HELP",
        /// A doctor, a certificate, a pregnancy.
        MedicalHelp = "MEDICAL_HELP",
        /// A place to stay.
        Shelter = "SHELTER",
        /// Somebody who listens.
        Listening = "LISTENING",
        /// Work, training, an income.
        Work = "WORK",
        /// Anything else.
        Other = "OTHER",
    }
}

/// The phrases: intent, language, whether it trains or tests, text.
const PHRASES: &str = include_str!("../../data/bot-phrases.tsv");

/// An intent that is less likely than this is asked for with buttons.
pub const CERTAIN: f64 = 0.5;

/// The lines of the file: intent, language, use and text.
pub(super) fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    PHRASES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?, cells.next()?, cells.next()?))
    })
}

/// The phrases of one use that have an intent, each with its language.
fn phrases(usage: &str) -> impl Iterator<Item = (BotIntent, &'static str, &'static str)> {
    let of_use = lines().filter(move |(_, _, whose, _)| *whose == usage);
    of_use.filter_map(|(intent, language, _, text)| Some((BotIntent::parse(intent)?, language, text)))
}

/// What is looked at in a message: its words, and the groups of three and four letters in them.
fn features(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in words(text) {
        let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
        let groups = letters.windows(3).chain(letters.windows(4));
        found.extend(groups.map(|group| group.iter().collect()));
        found.insert(word);
    }
    found
}

/// The classifier, once it is trained.
pub struct Classifier {
    /// Where each feature stands.
    places: HashMap<String, usize>,
    /// By intent: the logarithm of how often each feature is among those of its phrases.
    weights: Vec<Vec<f64>>,
}

static TRAINED: LazyLock<Classifier> = LazyLock::new(Classifier::train);

impl Classifier {
    /// The one of this program, trained when it is first asked for.
    pub fn get() -> &'static Self {
        &TRAINED
    }

    fn train() -> Self {
        let phrases: Vec<(BotIntent, BTreeSet<String>)> =
            phrases("TRAIN").map(|(intent, _, text)| (intent, features(text))).collect();
        let all: BTreeSet<&String> = phrases.iter().flat_map(|(_, features)| features).collect();
        let places: HashMap<String, usize> = all.into_iter().cloned().zip(0..).collect();
        let row = |features: &BTreeSet<String>| {
            let mut row = vec![0_u32; places.len()];
            for place in located(&places, features) {
                row[place] = 1;
            }
            row
        };
        let rows: Vec<Vec<u32>> = phrases.iter().map(|(_, features)| row(features)).collect();
        let classes: Vec<u32> = phrases.iter().map(|(intent, _)| *intent as u32).collect();
        let rows = DenseMatrix::from_2d_vec(&rows).expect("every row has as many cells");
        let even = vec![1.0; BotIntent::ALL.len()];
        let parameters = MultinomialNBParameters::default().with_alpha(SMOOTHING).with_priors(even);
        let fitted = MultinomialNB::fit(&rows, &classes, parameters).expect("there are phrases of each intent");
        Self { places, weights: fitted.feature_log_prob().clone() }
    }

    /// The intents of a message with how likely each is, the likeliest first.
    pub fn classify(&self, text: &str) -> Vec<(BotIntent, f64)> {
        let found = located(&self.places, &features(text));
        let evidence = TRUST / (found.len().max(1) as f64).sqrt();
        let score = |weights: &Vec<f64>| found.iter().map(|place| weights[*place]).sum::<f64>() * evidence;
        let scores: Vec<f64> = self.weights.iter().map(score).collect();
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|score| (score - highest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        let mut likely: Vec<(BotIntent, f64)> =
            BotIntent::ALL.iter().copied().zip(powers.iter().map(|power| power / sum)).collect();
        likely.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        likely
    }
}

/// How often a feature is counted that was never seen.
const SMOOTHING: f64 = 0.1;

/// Features of one word say the same thing several times; so much is each believed.
const TRUST: f64 = 0.85;

/// Where the known features of a message stand.
fn located(places: &HashMap<String, usize>, features: &BTreeSet<String>) -> Vec<usize> {
    features.iter().filter_map(|feature| places.get(feature).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// How well an intent is found among phrases that did not train: of those taken for it, how many are; of those that are,
    /// how many are taken for it.
    fn floors(intent: BotIntent) -> (f64, f64) {
        match intent {
            BotIntent::Shelter => (0.7, 0.55),
            BotIntent::PhysicalViolence | BotIntent::ForcedMarriage | BotIntent::MedicalHelp => (0.85, 0.6),
            BotIntent::SexualViolence | BotIntent::LegalHelp => (0.85, 0.7),
            BotIntent::PsychologicalViolence | BotIntent::Other => (0.95, 0.7),
            BotIntent::Work => (0.8, 0.85),
            BotIntent::EconomicViolence | BotIntent::OnlineViolence | BotIntent::Listening => (0.9, 0.95),
        }
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "whoever adds phrases wants to see what they do")]
    fn intents_are_found_among_phrases_that_did_not_train() {
        let mut found: BTreeMap<BotIntent, [usize; 3]> = BTreeMap::new();
        let mut asked = 0;
        for (intent, _, text) in phrases("TEST") {
            let likely = Classifier::get().classify(text);
            let (taken, how) = likely[0];
            let sure = how >= CERTAIN;
            found.entry(intent).or_default()[2] += 1;
            if !sure {
                asked += 1;
                continue;
            }
            found.entry(taken).or_default()[1] += 1;
            if taken == intent {
                found.entry(intent).or_default()[0] += 1;
            }
        }
        println!("{asked} are asked for with buttons");
        for (intent, [right, taken, are]) in found {
            let (precision, recall) = (right as f64 / (taken.max(1)) as f64, right as f64 / are as f64);
            println!("{intent:<24} precision {precision:.2} recall {recall:.2} of {are}");
            let (least_precision, least_recall) = floors(intent);
            assert!(precision >= least_precision && recall >= least_recall, "{intent}: {precision:.2} {recall:.2}");
        }
    }
}
