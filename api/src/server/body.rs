//! Bodies of requests: as large as they may be, and no longer on their way than they may.

use super::State;
use super::lanes::Lane;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use domain::fault::Code;

/// A body, where there is a place to read it and it comes in time.
///
/// # Errors
/// What is answered instead.
pub(super) async fn read_body(
    state: &State,
    lane: &Lane,
    headers: &HeaderMap,
    body: Body,
    largest: usize,
) -> Result<Bytes, (StatusCode, Code)> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > largest as u64) {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, Code::PayloadTooLarge));
    }
    let _place = lane.read().ok_or((StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable))?;
    match tokio::time::timeout(state.0.body_timeout, to_bytes(body, largest)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err((StatusCode::PAYLOAD_TOO_LARGE, Code::PayloadTooLarge)),
        Err(_) => Err((StatusCode::SERVICE_UNAVAILABLE, Code::Timeout)),
    }
}

/// Whether a body is compressed or otherwise encoded, which none is here.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|encoding| encoding != "identity")
}
