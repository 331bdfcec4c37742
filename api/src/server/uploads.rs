//! Requests that bring files, by the GraphQL multipart request specification.

use super::LARGEST_BODY;
use crate::platform::graphql::upload::Uploads;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use domain::fault::Code;
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// The largest body: a file, and what is asked of it.
pub(super) const LARGEST: usize = LARGEST_FILE + LARGEST_BODY;
/// The most files of a request.
const MOST_FILES: usize = 4;

/// What parts the fields of a body in this form; nothing for any other body.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// The operation as JSON, with what stands for each file in its place, and the files.
///
/// # Errors
/// PAYLOAD_TOO_LARGE; BAD_REQUEST for a body that is not as the specification says.
pub(super) async fn read(boundary: String, body: Bytes) -> Result<(Vec<u8>, Uploads), (StatusCode, Code)> {
    const MALFORMED: (StatusCode, Code) = (StatusCode::BAD_REQUEST, Code::BadRequest);
    let refuse = |error: multer::Error| match error {
        multer::Error::FieldSizeExceeded { .. } => (StatusCode::PAYLOAD_TOO_LARGE, Code::PayloadTooLarge),
        _ => MALFORMED,
    };
    let sizes = SizeLimit::new()
        .per_field(LARGEST_FILE as u64)
        .for_field("operations", LARGEST_BODY as u64)
        .for_field("map", 16 * 1024);
    let stream = futures_util::stream::once(async move { Ok::<_, Infallible>(body) });
    let mut fields = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(sizes));
    let mut json = async |name: &str| -> Result<Bytes, (StatusCode, Code)> {
        let field = fields.next_field().await.map_err(refuse)?.filter(|field| field.name() == Some(name));
        field.ok_or(MALFORMED)?.bytes().await.map_err(refuse)
    };
    let (operations, map) = (json("operations").await?, json("map").await?);
    let mut operations: Value = serde_json::from_slice(&operations).map_err(|_| MALFORMED)?;
    let mut map: BTreeMap<String, Vec<String>> = serde_json::from_slice(&map).map_err(|_| MALFORMED)?;
    if map.len() > MOST_FILES || !operations.is_object() {
        return Err(MALFORMED);
    }
    let (mut contents, mut places) = (Vec::new(), Vec::new());
    while let Some(field) = fields.next_field().await.map_err(refuse)? {
        // A file that nothing names is passed by.
        let Some(named) = field.name().and_then(|name| map.remove(name)) else { continue };
        contents.push(field.bytes().await.map_err(refuse)?);
        places.push(named);
    }
    let uploads = Uploads::new(contents);
    for (file, named) in places.iter().enumerate() {
        for place in named {
            let name = uploads.name(file).unwrap_or_default();
            put(&mut operations, place, name).ok_or(MALFORMED)?;
        }
    }
    // A file that was named and did not come.
    if !map.is_empty() {
        return Err(MALFORMED);
    }
    Ok((operations.to_string().into_bytes(), uploads))
}

/// Put what stands for a file in a place of the variables where null stands.
fn put(operations: &mut Value, place: &str, name: &str) -> Option<()> {
    let mut at = operations;
    place.strip_prefix("variables.")?;
    for part in place.split('.') {
        at = match at {
            Value::Array(values) => values.get_mut(part.parse::<usize>().ok()?)?,
            other => other.get_mut(part)?,
        };
    }
    at.is_null().then(|| *at = Value::String(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(parts: &[(&str, &str)]) -> Bytes {
        let parts = parts.iter().map(|(name, text)| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n{text}\r\n")
        });
        format!("{}--X--\r\n", parts.collect::<String>()).into()
    }

    async fn read_parts(parts: &[(&str, &str)]) -> Result<Value, Code> {
        let (json, _) = read("X".to_owned(), body(parts)).await.map_err(|(_, code)| code)?;
        Ok(serde_json::from_slice(&json).unwrap())
    }

    #[tokio::test]
    async fn a_file_stands_where_the_map_says() {
        let operations = r#"{"query": "q", "variables": {"input": {"file": null, "files": [null]}}}"#;
        let map = r#"{"0": ["variables.input.file", "variables.input.files.0"]}"#;
        let read = read_parts(&[("operations", operations), ("map", map), ("0", "a,b")]).await.unwrap();
        let name = read["variables"]["input"]["file"].as_str().unwrap();
        assert_eq!(read["variables"]["input"]["files"][0], name);
        assert_eq!(Uploads::new([Bytes::from("a,b")]).name(0), Some(name));
    }

    #[tokio::test]
    async fn a_body_that_is_not_as_the_specification_says_is_refused() {
        let operations = r#"{"query": "q", "variables": {"file": null, "text": "x"}}"#;
        for parts in [
            &[("operations", operations)][..],
            &[("map", "{}"), ("operations", operations)],
            &[("operations", "[{}]"), ("map", "{}")],
            &[("operations", operations), ("map", r#"{"0": ["variables.text"]}"#), ("0", "x")],
            &[("operations", operations), ("map", r#"{"0": ["query"]}"#), ("0", "x")],
            &[("operations", operations), ("map", r#"{"0": ["variables.none.at.all"]}"#), ("0", "x")],
            &[("operations", operations), ("map", r#"{"0": ["variables.file"]}"#)],
            &[("operations", operations), ("map", r#"{"0": 1}"#), ("0", "x")],
            &[],
        ] {
            assert_eq!(read_parts(parts).await, Err(Code::BadRequest), "{parts:?}");
        }
        let large = "x".repeat(LARGEST_FILE + 1);
        let parts = [("operations", operations), ("map", r#"{"0": ["variables.file"]}"#), ("0", large.as_str())];
        assert_eq!(read_parts(&parts).await, Err(Code::PayloadTooLarge));
    }
}
