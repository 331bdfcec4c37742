//! The variables of a request, as they were sent: held to their limits before a value of them is made.

use super::{Exceeded, Rejection};
use async_graphql::{Value as ConstValue, Variables};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The most lists and objects within each other.
const DEPTH: usize = 64;
/// The most values, those within lists and objects among them.
const VALUES: usize = 20_000;

/// Read the variables of a request; nothing when they are no object.
///
/// # Errors
/// The first limit that they exceed.
pub(in crate::server) fn read(sent: Option<&RawValue>) -> Result<Option<Map<String, Value>>, Rejection> {
    let Some(sent) = sent.map(RawValue::get) else { return Ok(Some(Map::new())) };
    look_at(sent)?;
    Ok(serde_json::from_str::<Option<_>>(sent).ok().map(Option::unwrap_or_default))
}

/// Variables written in one way, however they were sent: two texts are equal where the values are.
pub(in crate::server) fn canonical(variables: &Variables) -> String {
    let mut text = String::new();
    for (name, value) in variables.iter() {
        text.push_str(name);
        text.push(':');
        write_canonical(value, &mut text);
        text.push(',');
    }
    text
}

fn write_canonical(value: &ConstValue, text: &mut String) {
    match value {
        ConstValue::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                text.push_str(name);
                text.push(':');
                write_canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        ConstValue::List(values) => {
            text.push('[');
            for value in values {
                write_canonical(value, text);
                text.push(',');
            }
            text.push(']');
        }
        value => text.push_str(&serde_json::to_string(value).unwrap_or_default()),
    }
}

/// Look at JSON once, from its first byte to its last. It is known to be JSON: its brackets and strings end.
fn look_at(json: &str) -> Result<(), Exceeded> {
    let (mut depth, mut deepest, mut values) = (0_usize, 0, 0_usize);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
    }
    // The object that the variables are is none within them.
    Exceeded::check("variableDepth", DEPTH, deepest.saturating_sub(1))?;
    Exceeded::check("variableValues", VALUES, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Option<Map<String, Value>>, String> {
        let sent: Box<RawValue> = serde_json::from_str(text).unwrap();
        read(Some(&sent)).map_err(|rejection| match rejection {
            Rejection::Exceeded(exceeded) => format!("{} {}", exceeded.limit, exceeded.requested),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_refused_unread() {
        let deep = |levels: usize| format!(r#"{{"a": {}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(read_text(&deep(64)).unwrap().is_some());
        assert_eq!(read_text(&deep(65)).unwrap_err(), "variableDepth 65");
        assert_eq!(read_text(&deep(200_000)).unwrap_err(), "variableDepth 200000");
        let many = format!(r#"{{"ids": [{}1]}}"#, "1,".repeat(100_000));
        assert_eq!(read_text(&many).unwrap_err(), "variableValues 100002");
        // Nothing within a string is a value.
        let text = format!(r#"{{"text": "{}\\\"[["}}"#, ",[{".repeat(30_000));
        assert_eq!(read_text(&text).unwrap().unwrap()["text"].as_str().unwrap().len(), 90_004);
    }

    #[test]
    fn the_order_of_what_is_sent_makes_no_difference_and_its_values_do() {
        let canonical_of = |text: &str| canonical(&serde_json::from_str(text).unwrap());
        let one = canonical_of(r#"{"first": 20, "filter": {"a": [1, {"x": "y", "b": null}], "b": true}}"#);
        assert_eq!(one, canonical_of(r#"{"filter": {"b": true, "a": [1, {"b": null, "x": "y"}]}, "first": 20}"#));
        let mut others = std::collections::BTreeSet::from([one]);
        for text in [
            r#"{"first": 20, "filter": {"a": [{"x": "y", "b": null}, 1], "b": true}}"#,
            r#"{"first": "20", "filter": {"a": [1, {"x": "y", "b": null}], "b": true}}"#,
            r#"{"first": 20, "filter": {"a": [1, {"x": "y"}], "b": true}}"#,
            r#"{"a": "1,b:2"}"#,
            r#"{"a": "1", "b": 2}"#,
            r#"{"a": ["1", "2"]}"#,
            r#"{"a": ["1\",\"2"]}"#,
            r#"{"a": [["1"], "2"]}"#,
            r#"{"a": null}"#,
            r#"{}"#,
        ] {
            assert!(others.insert(canonical_of(text)), "{text}");
        }
    }

    #[test]
    fn none_are_an_empty_object_and_nothing_else_is() {
        assert_eq!(read_text("null").unwrap(), Some(Map::new()));
        assert_eq!(read(None).ok().unwrap(), Some(Map::new()));
        assert_eq!(read_text("[]").unwrap(), None);
        assert_eq!(read_text("1").unwrap(), None);
    }
}
