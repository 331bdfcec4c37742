//! The verdicts of graphql-js, the reference implementation, on documents valid and invalid, as
//! `tests/graphql-js/verdicts.mjs` writes them down.

use super::{Document, Rejection, Types};
use serde::Deserialize;
use std::fmt::Write as _;

const VERDICTS: &str = include_str!("../../../../tests/graphql-js/verdicts.jsonl");

/// Where the parser is known to differ: it reads minus zero as no whole number.
const KNOWN: [&str; 1] = ["{ markets(first: -0) { totalCount } }"];

#[derive(Deserialize)]
struct Judged {
    verdict: String,
    document: String,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

#[test]
fn documents_are_judged_as_the_reference_implementation_judges_them() {
    let types = Types::new(&crate::schema::sdl(), true);
    let mut different = String::new();
    let mut counts = [0; 2];
    for line in VERDICTS.lines() {
        let Judged { verdict, document: text, variables } = serde_json::from_str(line).unwrap();
        // The documents that have several operations ask for the one of this name.
        let named = async_graphql::parser::parse_query(&text).ok().and_then(|document| {
            let names: Vec<_> = document.operations.iter().filter_map(|(name, _)| name.cloned()).collect();
            names.iter().find(|name| names.len() > 1 && *name == "Q").map(|name| name.to_string())
        });
        let ours = match Document::read(&types, &text, named.as_deref()) {
            Err(Rejection::Unreadable(problem)) => format!("unreadable: {}", problem.text),
            Err(Rejection::Invalid(problems)) => format!("invalid: {}", problems.first().unwrap().text),
            Err(Rejection::Exceeded(exceeded)) => format!("exceeded: {exceeded:?}"),
            Ok(document) => match variables.map(|variables| document.asked(&types, &variables)) {
                Some(Err(Rejection::Invalid(problems))) => format!("variables: {}", problems.first().unwrap().text),
                Some(Err(other)) => format!("{other:?}"),
                Some(Ok(_)) | None => "valid".to_owned(),
            },
        };
        counts[usize::from(verdict == "valid")] += 1;
        // A name that is defined twice is found by the parser here, and by a rule there.
        let is_same = match verdict.as_str() {
            "valid" => ours == "valid",
            "variables" => ours.starts_with("variables"),
            "unreadable" => ours.starts_with("unreadable"),
            _ => ours.starts_with("invalid") || ours.starts_with("unreadable"),
        };
        if is_same == KNOWN.contains(&text.as_str()) {
            writeln!(different, "{verdict} there, {ours} here: {line}").unwrap();
        }
    }
    assert!(different.is_empty(), "\n{different}");
    assert!(counts.iter().all(|count| *count > 150), "{counts:?}");
}
