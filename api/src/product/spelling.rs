//! What was meant by a word that no product's text holds: a word of some product that is one edit away.

use crate::platform::error::Result;
use crate::platform::query::transaction::Tx;
use domain::spelling::{may_be_misspelled, one_edit_away};
use sea_orm::{DbBackend, Value};
use std::cmp::Reverse;

/// So many words of a search are corrected: for each a thousand others are looked up.
const MOST: usize = 2;
/// Products with a word are counted no further, where one of several is to be chosen.
const COUNTED: i64 = 1000;
/// What stands behind all words with a beginning.
const BEHIND: &str = "\u{10FFFF}";

/// Which of these words are words of some product's text, or the beginnings of some.
const KNOWN: [&str; 2] = [
    "select c.word from unnest($1::text[]) c (word)
      where exists (select 1 from product_posting p where p.word >= c.word and p.word < c.word || $2 offset 0)",
    "select c.value from json_each($1) c
      where exists (select 1 from product_vocabulary v where v.term >= c.value and v.term < c.value || $2)",
];

/// In how many products' text these words are, of those that are in some.
const WORDS: [&str; 2] = [
    "select c.word, (select count(*) from (select 1 from product_posting p where p.word = c.word limit 1000) n)
       from unnest($1::text[]) c (word)
      where exists (select 1 from product_posting p where p.word = c.word offset 0)",
    "select v.term, v.doc from json_each($1) c cross join product_vocabulary v where v.term = c.value",
];

/// The same of words with these beginnings.
const BEGINNINGS: [&str; 2] = [
    "select c.word,
            (select count(*) from (select 1 from product_posting p where p.word >= c.word and p.word < c.word || $2 limit 1000) n)
       from unnest($1::text[]) c (word)
      where exists (select 1 from product_posting p where p.word >= c.word and p.word < c.word || $2 offset 0)",
    "select c.value, sum(v.doc) from json_each($1) c cross join product_vocabulary v
      where v.term >= c.value and v.term < c.value || $2 group by c.value",
];

/// Put what was meant in the place of words that no product's text holds; the last may be the beginning of a longer one, if it is
/// open.
///
/// # Errors
/// The database's refusal.
pub async fn correct(tx: &Tx<'_>, words: &mut [String], is_open: bool) -> Result<()> {
    let doubtful: Vec<String> = words.iter().filter(|word| may_be_misspelled(word)).cloned().collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let known: Vec<String> = tx.search_text(one_of(tx, KNOWN), [texts(tx, doubtful), BEHIND.into()]).await?;
    let last = words.len() - 1;
    let unknown = words.iter_mut().enumerate().filter(|(_, word)| may_be_misspelled(word) && !known.contains(word));
    for (place, word) in unknown.take(MOST) {
        let others = one_edit_away(word);
        let mut found: Vec<(String, i64)> = tx.search_text(one_of(tx, WORDS), [texts(tx, others.clone())]).await?;
        if found.is_empty() && is_open && place == last {
            found = tx.search_text(one_of(tx, BEGINNINGS), [texts(tx, others), BEHIND.into()]).await?;
        }
        // What most products have was meant; of equals the first in the alphabet.
        let meant = found.into_iter().max_by_key(|(word, count)| (Ord::min(*count, COUNTED), Reverse(word.clone())));
        if let Some((meant, _)) = meant {
            *word = meant;
        }
    }
    Ok(())
}

fn one_of(tx: &Tx<'_>, [postgres, sqlite]: [&'static str; 2]) -> &'static str {
    if tx.backend() == DbBackend::Postgres { postgres } else { sqlite }
}

fn texts(tx: &Tx<'_>, words: Vec<String>) -> Value {
    if tx.backend() == DbBackend::Postgres { words.into() } else { serde_json::Value::from(words).to_string().into() }
}
