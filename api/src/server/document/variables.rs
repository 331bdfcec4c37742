//! The variables of a request, as they were sent: held to their limits before a value of them is made.

use super::{Exceeded, Rejection};
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
    fn none_are_an_empty_object_and_nothing_else_is() {
        assert_eq!(read_text("null").unwrap(), Some(Map::new()));
        assert_eq!(read(None).ok().unwrap(), Some(Map::new()));
        assert_eq!(read_text("[]").unwrap(), None);
        assert_eq!(read_text("1").unwrap(), None);
    }
}
