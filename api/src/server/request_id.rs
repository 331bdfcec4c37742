//! Request ids: ours, or a trusted peer's; on every answer and in every line of the log.

use super::State;
use super::address::ClientAddress;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, for those who answer it.
#[derive(Clone)]
pub(super) struct RequestId(pub HeaderValue);

/// Whether the peer that sent a request is a proxy of ours.
#[derive(Clone, Copy)]
pub(super) struct IsTrusted(pub bool);

pub(super) async fn with_request_id(
    Shared(state): Shared<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let trusted = state.0.trusted_proxies.iter().any(|network| network.contains(peer.ip()));
    let id = trusted.then(|| given(request.headers())).flatten().unwrap_or_else(fresh);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(IsTrusted(trusted));
    if !trusted && is_proxy(peer.ip(), request.headers()) {
        UNKNOWN_PROXY.call_once(|| {
            tracing::warn!(
                "a proxy at {} that UNFM_TRUSTED_PROXIES does not name asks for others: they share one address and its rate",
                peer.ip()
            );
        });
    }
    let address = ClientAddress::of(peer.ip(), request.headers(), &state.0.trusted_proxies);
    request.extensions_mut().insert(address);
    let mut response = next.run(request).await;
    response.headers_mut().insert(HEADER, id);
    response
}

/// That somebody else's proxy was met is told once.
static UNKNOWN_PROXY: Once = Once::new();

/// Whether a peer that strangers cannot be says that it asks for somebody else.
fn is_proxy(peer: IpAddr, headers: &HeaderMap) -> bool {
    let is_near = match peer.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    };
    is_near && headers.contains_key(super::address::HEADER)
}

/// A given id is taken when it is short and plain.
fn given(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = headers.get(HEADER)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!id.is_empty() && id.len() <= 64 && id.as_bytes().iter().all(plain)).then(|| id.clone())
}

fn fresh() -> HeaderValue {
    let id = uuid::Uuid::now_v7().simple().to_string();
    HeaderValue::from_str(&id).expect("hexadecimal digits")
}
