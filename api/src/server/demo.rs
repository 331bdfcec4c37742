//! Demo mode serves this machine alone: what its logins are is written in the documentation for everybody.

use super::State;
use super::answer::{Media, Refusal};
use super::pages;
use crate::config::is_loopback;
use axum::extract::{Request, State as Shared};
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::fault::Code;
use domain::text::Locale;

const DETAIL: &str = "In demo mode the server answers programs on its own machine, called by a loopback name.";

/// Headers by which a proxy says for whom it asks.
const FORWARDING: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

pub(super) async fn for_this_machine_alone(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    if !state.0.is_demo {
        return next.run(request).await;
    }
    if is_from_here(&request) {
        if let Some(origin) = unknown_page(&request, &state.0.cors_origins) {
            tracing::warn!("a page of {origin} was not let in: UNFM_CORS_ORIGINS={origin} would let it");
        }
        return next.run(request).await;
    }
    if request.uri().path() == "/graphql" {
        let media = Media::negotiate(request.headers()).unwrap_or(Media::Json);
        let refusal = Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden);
        return Refusal { detail: Some(DETAIL), ..refusal }.respond(media, Locale::En);
    }
    pages::problem(StatusCode::FORBIDDEN, Some(DETAIL))
}

/// The origin of a page on this machine that a browser does not let ask here, since it is not among those that may: whoever
/// builds a front end meets it first of all, and is told by her browser no more than that it failed.
fn unknown_page<'r>(request: &'r Request, known: &[String]) -> Option<&'r str> {
    let origin = request.headers().get(header::ORIGIN)?.to_str().ok()?;
    let page: Uri = origin.parse().ok()?;
    let is_here = page.host().is_some_and(is_loopback) && page.authority() != host(request).as_ref();
    (is_here && !known.iter().any(|one| one == origin)).then_some(origin)
}

/// By which name the server was called.
fn host(request: &Request) -> Option<Authority> {
    match (request.headers().get(header::HOST), request.uri().authority()) {
        (Some(host), _) => Authority::try_from(host.as_bytes()).ok(),
        (None, authority) => authority.cloned(),
    }
}

/// A page of another site reaches a loopback address by a name of its own, and a proxy names those it asks for.
fn is_from_here(request: &Request) -> bool {
    let headers: &HeaderMap = request.headers();
    let is_forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
    let is_local = match host(request) {
        Some(authority) => is_loopback(authority.host()),
        // The oldest HTTP has no such header, and no browser speaks it.
        None => !headers.contains_key(header::HOST),
    };
    is_local && !is_forwarded
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_page_of_this_machine_that_may_not_ask_is_noticed() {
        let unknown = |origin: &str| {
            let request = Request::builder().uri("/graphql").header("host", "localhost:8000").header("origin", origin);
            let request = request.body(Body::empty()).unwrap();
            unknown_page(&request, &["http://localhost:3000".to_owned()]).map(ToOwned::to_owned)
        };
        assert_eq!(unknown("http://localhost:5173").as_deref(), Some("http://localhost:5173"));
        assert_eq!(unknown("http://localhost:3000"), None, "it may");
        assert_eq!(unknown("http://localhost:8000"), None, "the explorer's own page");
        assert_eq!(unknown("https://unfm.example"), None, "not of this machine");
        assert_eq!(unknown("null"), None);
    }
}
