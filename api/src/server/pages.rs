//! Everything that is not the endpoint: the explorer, the schema, health, and refusals by RFC 9457.

use super::State;
use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The files of the explorer, built and carried in the binary: it works without the internet.
const FILES: [(&str, &str, &[u8]); 5] = [
    ("react.js", "text/javascript", include_bytes!("../../assets/graphiql/react.production.min.js")),
    ("react-dom.js", "text/javascript", include_bytes!("../../assets/graphiql/react-dom.production.min.js")),
    ("graphiql.js", "text/javascript", include_bytes!("../../assets/graphiql/graphiql.min.js")),
    ("graphiql.css", "text/css", include_bytes!("../../assets/graphiql/graphiql.min.css")),
    ("start.js", "text/javascript", include_bytes!("../../assets/graphiql/start.js")),
];

/// Nothing from elsewhere may run or be reached.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
                      connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn graphiql() -> Response {
    let page = Html(include_str!("../../assets/graphiql/index.html"));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], page).into_response()
}

pub(super) async fn graphiql_file(Path(file): Path<String>) -> Response {
    match FILES.iter().find(|(name, ..)| *name == file) {
        Some((_, kind, bytes)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=3600")], *bytes).into_response()
        }
        None => not_found().await,
    }
}

pub(super) async fn sdl(Shared(state): Shared<State>) -> Response {
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], state.0.sdl.clone()).into_response()
}

/// The public keys that access tokens are verified with (RFC 7517).
pub(super) async fn jwks(Shared(state): Shared<State>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (kind, state.0.readers.keys.jwks(state.0.readers.clock.now()).to_string()).into_response()
}

pub(super) async fn livez() -> &'static str {
    "alive"
}

/// Ready, or not: one word and a code; the reasons go to the log.
pub(super) async fn readyz(Shared(state): Shared<State>) -> Response {
    if let Err(reason) = state.db().ping().await {
        tracing::warn!(reason, "not ready: the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "unavailable").into_response();
    }
    if let Some(redis) = &state.0.redis
        && !redis.answers().await
    {
        return (StatusCode::OK, "degraded").into_response();
    }
    (StatusCode::OK, "ready").into_response()
}

pub(super) async fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, None)
}

pub(super) async fn method_not_allowed() -> Response {
    problem(StatusCode::METHOD_NOT_ALLOWED, None)
}

/// A refusal by RFC 9457.
pub(super) fn problem(status: StatusCode, detail: Option<&str>) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = serde_json::json!({"type": "about:blank", "title": title, "status": status.as_u16()});
    if let Some(detail) = detail {
        body["detail"] = detail.into();
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
