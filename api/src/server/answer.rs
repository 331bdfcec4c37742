//! The way out: media types and status codes, and errors with a code, in the request's language.

use crate::platform::error::INTERNAL_CAUSE;
use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::codes::Coded;
use domain::fault::Code;
use domain::text::Locale;

/// The media types that answers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request could be executed.
    GraphqlResponse,
    /// `application/json`: 200, whatever happened to a well-formed request.
    Json,
}

impl Media {
    /// What the client accepts most (RFC 9110 §12.5.1); the older type when it does not say. Nothing: neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let Some(accept) = headers.get(header::ACCEPT) else { return Some(Self::Json) };
        let accept = accept.to_str().ok()?;
        let mut best: [(u16, u8); 2] = [(0, 0); 2];
        for range in accept.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1.0), |text| text.parse::<f32>().ok())
                .filter(|quality| (0.0..=1.0).contains(quality));
            let Some(quality) = quality else { continue };
            // The range was checked, so the number of thousandths is small and not negative.
            let quality = (quality * 1000.0) as u16;
            let matching: &[(usize, u8)] = match name.as_str() {
                "application/graphql-response+json" => &[(0, 3)],
                "application/json" => &[(1, 3)],
                "application/*" => &[(0, 2), (1, 2)],
                "*/*" => &[(0, 1), (1, 1)],
                _ => &[],
            };
            for (media, precision) in matching {
                // The most precise range decides.
                if *precision > best[*media].1 {
                    best[*media] = (quality, *precision);
                }
            }
        }
        match (best[0], best[1]) {
            ((0, _), (0, _)) => None,
            // A client that takes anything is an old one.
            (new, old) if new.0 > old.0 || (new.0 == old.0 && new.1 > old.1) => Some(Self::GraphqlResponse),
            (_, (0, _)) => Some(Self::GraphqlResponse),
            _ => Some(Self::Json),
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// An answer in a media type.
pub(super) fn respond(media: Media, status: StatusCode, locale: Locale, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization, Origin"));
    response
}

/// A refusal before anything was executed. `detail` stays English: it quotes the document.
pub(super) fn refuse(media: Media, status: StatusCode, locale: Locale, code: Code, detail: Option<&str>) -> Response {
    let message = detail.unwrap_or(code.message(locale));
    let body = serde_json::json!({"errors": [{"message": message, "extensions": {"code": code.as_str()}}]});
    let mut response = respond(media, status, locale, body.to_string().into_bytes());
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    }
    response
}

/// Give an error of the executor its code, and its message the request's language; returns the code.
pub(super) fn finish(error: &mut ServerError, document: &str, locale: Locale, request_id: &str) -> Code {
    let given = error.extensions.as_ref().and_then(|extensions| match extensions.get("code") {
        Some(async_graphql::Value::String(code)) => Code::parse(code),
        _ => None,
    });
    if let Some(code) = given {
        let argument = error.extensions.as_ref().and_then(|extensions| extensions.get("argument").cloned());
        error.message = match argument {
            Some(async_graphql::Value::String(name)) => format!("{} ({name})", code.message(locale)),
            _ => code.message(locale).to_owned(),
        };
        if code == Code::Internal {
            let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
            extensions.unset(INTERNAL_CAUSE);
            extensions.set("traceId", request_id);
        }
        return code;
    }
    // Without a code it comes from async-graphql itself: from its validation, or from reading a value.
    let argument = named_argument(&error.message).or_else(|| argument_at(document, error.locations.first()?));
    let code = match (&argument, error.path.is_empty()) {
        (None, true) => Code::GraphqlValidationFailed,
        _ => Code::BadUserInput,
    };
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    extensions.set("code", code.as_str());
    if let Some(argument) = argument {
        extensions.set("argument", argument);
    }
    code
}

/// The argument that a validation message speaks of: `Invalid value for argument "filter.minPrice", …`.
fn named_argument(message: &str) -> Option<String> {
    let rest = message.strip_prefix("Invalid value for argument \"")?;
    rest.split('"').next().map(str::to_owned)
}

/// The argument whose value stands at a place of the document: where a value could not be read.
fn argument_at(document: &str, place: &Pos) -> Option<String> {
    let document = async_graphql::parser::parse_query(document).ok()?;
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> = fragments.chain(operations).collect();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let mut arguments = field.node.arguments.iter();
                    if let Some((name, _)) = arguments.find(|(_, value)| value.pos == *place) {
                        return Some(name.node.to_string());
                    }
                    sets.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        Media::negotiate(&headers)
    }

    #[test]
    fn the_client_gets_the_type_that_it_likes_best() {
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(negotiated("*/*"), Some(Media::Json));
        assert_eq!(
            negotiated("application/graphql-response+json, application/json;q=0.9"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(negotiated("application/graphql-response+json;q=0.5, application/json"), Some(Media::Json));
        assert_eq!(negotiated("application/graphql-response+json"), Some(Media::GraphqlResponse));
        assert_eq!(negotiated("text/html, */*;q=0.8"), Some(Media::Json));
        assert_eq!(negotiated("text/html"), None);
        assert_eq!(negotiated("application/json;q=0, application/*"), Some(Media::GraphqlResponse));
    }
}
