//! Demo mode serves this machine alone: what its logins are is written in the documentation for everybody.

use super::State;
use super::answer::{Media, Refusal};
use super::pages;
use crate::config::is_loopback;
use axum::extract::{Request, State as Shared};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::fault::Code;
use domain::text::Locale;

const DETAIL: &str = "In demo mode the server answers programs on its own machine, called by a loopback name.";

/// Headers by which a proxy says for whom it asks.
const FORWARDING: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

pub(super) async fn for_this_machine_alone(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    if !state.0.is_demo || is_from_here(&request) {
        return next.run(request).await;
    }
    if request.uri().path() == "/graphql" {
        let media = Media::negotiate(request.headers()).unwrap_or(Media::Json);
        let refusal = Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden);
        return Refusal { detail: Some(DETAIL), ..refusal }.respond(media, Locale::En);
    }
    pages::problem(StatusCode::FORBIDDEN, Some(DETAIL))
}

/// A page of another site reaches a loopback address by a name of its own, and a proxy names those it asks for.
fn is_from_here(request: &Request) -> bool {
    let headers: &HeaderMap = request.headers();
    let is_forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
    let named = match (headers.get(header::HOST), request.uri().authority()) {
        (Some(host), _) => Authority::try_from(host.as_bytes()).ok(),
        (None, authority) => authority.cloned(),
    };
    let is_local = match named {
        Some(authority) => is_loopback(authority.host()),
        // The oldest HTTP has no such header, and no browser speaks it.
        None => !headers.contains_key(header::HOST),
    };
    is_local && !is_forwarded
}
