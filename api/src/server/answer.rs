//! The way out: media types and status codes, and errors with a code, in the request's language.

use super::document::{Document, Exceeded, MOST_ERRORS, Problem};
use super::lanes::RETRY_AFTER;
use crate::platform::clock::whole_seconds;
use crate::platform::graphql::executor::write_answer;
use crate::platform::loading::reader::LARGEST_ANSWER;
use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::codes::Coded;
use domain::fault::Code;
use domain::text::Locale;
use serde_json::json;
use std::time::Duration;

/// The media types that answers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// How it is named.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// An answer in a media type, for whoever asked alone.
pub(super) fn respond(media: Media, status: StatusCode, locale: Locale, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization, Origin"));
    response
}

/// A refusal before anything was executed.
pub(super) struct Refusal<'r> {
    pub status: StatusCode,
    pub code: Code,
    /// What a developer needs to know, in English.
    pub detail: Option<&'r str>,
    /// The argument or variable that is to blame.
    pub argument: Option<&'r str>,
    /// Where a failure of ours is found in the log.
    pub trace_id: Option<&'r str>,
    /// The limit that the document exceeds.
    pub exceeded: Option<Exceeded>,
    /// When it may be tried again.
    pub retry_after: Option<Duration>,
}

impl Refusal<'_> {
    /// A refusal of which there is nothing more to say.
    pub fn new(status: StatusCode, code: Code) -> Self {
        Self { status, code, detail: None, argument: None, trace_id: None, exceeded: None, retry_after: None }
    }

    /// The answer that says so.
    pub fn respond(&self, media: Media, locale: Locale) -> Response {
        let seconds = self.retry_after.map(whole_seconds);
        let waiting = seconds.map(|seconds| format!("{seconds} s"));
        let named = self.argument.or(self.exceeded.map(|exceeded| exceeded.limit)).or(waiting.as_deref());
        let message = self.detail.map_or_else(|| message(self.code, named, locale), ToOwned::to_owned);
        let mut extensions = json!({"code": self.code.as_str()});
        for (name, value) in [("argument", self.argument), ("traceId", self.trace_id)] {
            if let Some(value) = value {
                extensions[name] = value.into();
            }
        }
        if let Some(seconds) = seconds {
            extensions["retryAfter"] = seconds.into();
        }
        let mut body = json!({});
        if let Some(Exceeded { limit, maximum, requested }) = self.exceeded {
            extensions["limit"] = limit.into();
            extensions["maximum"] = maximum.into();
            extensions["requested"] = requested.into();
            if limit == "cost" {
                body["extensions"] = json!({"cost": {"requested": requested, "limit": maximum}});
            }
        }
        body["errors"] = json!([{"message": message, "extensions": extensions}]);
        let mut response = respond(media, self.status, locale, body.to_string().into_bytes());
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        response
    }
}

/// The answer to a document that is not executed, with all that is wrong with it.
pub(super) fn respond_invalid(problems: &[Problem], media: Media, status: StatusCode, locale: Locale) -> Response {
    let error = |problem: &Problem| {
        let Problem { code, text, argument, places } = problem;
        let mut extensions = json!({"code": code.as_str()});
        let message = match argument {
            // What a person gave is told in her language; what is wrong with a document is for developers.
            Some(argument) => {
                extensions["argument"] = argument.as_str().into();
                extensions["expected"] = text.as_str().into();
                message(*code, Some(&format!("{argument}: {text}")), locale)
            }
            None => text.clone(),
        };
        let mut error = json!({"message": message, "extensions": extensions});
        if !places.is_empty() {
            error["locations"] = json!(places);
        }
        error
    };
    let body = json!({"errors": problems.iter().map(error).collect::<Vec<_>>()});
    respond(media, status, locale, body.to_string().into_bytes())
}

fn message(code: Code, argument: Option<&str>, locale: Locale) -> String {
    match argument {
        Some(argument) => format!("{} ({argument})", code.message(locale)),
        None => code.message(locale).to_owned(),
    }
}

/// Give the errors of the executor their codes, and their messages the request's language; returns the codes.
pub(super) fn finish(errors: &mut Vec<ServerError>, document: &Document, locale: Locale, trace_id: &str) -> Vec<Code> {
    let codes = errors.iter_mut().map(|error| finish_one(error, document, locale, trace_id)).collect();
    errors.truncate(MOST_ERRORS);
    codes
}

fn finish_one(error: &mut ServerError, document: &Document, locale: Locale, trace_id: &str) -> Code {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let given = text(extensions.get("code")).and_then(|code| Code::parse(&code));
    let (code, argument) = match given {
        Some(code) => (code, text(extensions.get("argument"))),
        // From reading the value of an argument. Anything else slipped past our own errors.
        None => match error.locations.first().and_then(|place| document.argument_at(*place)) {
            Some(argument) => (Code::BadUserInput, Some(argument.to_owned())),
            None => {
                tracing::error!(path = ?error.path, "a field failed without a code");
                (Code::Internal, None)
            }
        },
    };
    let seconds = match extensions.get("retryAfter") {
        Some(Value::Number(seconds)) => Some(format!("{seconds} s")),
        _ => None,
    };
    let detail = [argument.clone(), text(extensions.get("expected")).or(seconds)];
    let detail: Vec<String> = detail.into_iter().flatten().collect();
    error.message = message(code, (!detail.is_empty()).then(|| detail.join(": ")).as_deref(), locale);
    extensions.set("code", code.as_str());
    if let Some(argument) = argument {
        extensions.set("argument", argument);
    }
    if code == Code::Internal {
        *extensions = ErrorExtensionValues::default();
        extensions.set("code", code.as_str());
        extensions.set("traceId", trace_id);
    }
    code
}

/// An answer that is larger than one may be.
pub(super) const TOO_LARGE: Exceeded =
    Exceeded { limit: "answerBytes", maximum: LARGEST_ANSWER, requested: LARGEST_ANSWER + 1 };

/// Write an answer as it goes out.
///
/// # Errors
/// It is larger than an answer may be; nothing when it cannot be written at all.
pub(super) fn write(answer: &async_graphql::Response) -> Result<Vec<u8>, Option<Exceeded>> {
    let written = write_answer(answer).map_err(|_| None)?;
    if written.len() > LARGEST_ANSWER { Err(Some(TOO_LARGE)) } else { Ok(written) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::document::Types;

    fn negotiated(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        Media::negotiate(&headers)
    }

    #[test]
    fn a_failure_without_a_code_is_ours_and_says_nothing() {
        let mut slipped = ServerError::new("connection to 10.0.0.7 refused", None);
        slipped.path = vec![async_graphql::PathSegment::Field("market".to_owned())];
        slipped.extensions.get_or_insert_default().set("cause", "10.0.0.7");
        let mut errors = vec![slipped];
        let types = Types::new(&crate::schema::sdl(), true);
        let document = Document::read(&types, "{ market(slug: \"x\") { slug } }", None).ok().unwrap();
        assert_eq!(finish(&mut errors, &document, Locale::En, "4bf9"), [Code::Internal]);
        let told = serde_json::to_string(&errors[0]).unwrap();
        assert!(!told.contains("10.0.0.7") && told.contains(r#""traceId":"4bf9""#), "{told}");
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
