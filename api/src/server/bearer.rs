//! From an `Authorization` header to the actor in whose name a request is answered.
//!
//! It goes in two steps. Before the body is read only the token itself is looked at, which costs no statement; what its
//! bearer may do is read when the request is complete, so that a slow body does not outlive a revocation.

use super::State;
use super::address::ClientAddress;
use crate::config::Network;
use crate::platform::query::transaction::Renew;
use crate::session::rights::actor_within;
use crate::session::token::{Bearer, verify};
use axum::http::{HeaderMap, header};
use domain::actor::Actor;
use domain::fault::Code;
use std::net::IpAddr;
use std::sync::Arc;

/// Whose token a request shows: nobody's without the header; with one it must hold in every respect.
///
/// # Errors
/// UNAUTHENTICATED.
pub(super) fn shown(state: &State, headers: &HeaderMap) -> Result<Option<Bearer>, Code> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let token = first.to_str().ok().filter(|_| given.next().is_none()).and_then(token).ok_or(Code::Unauthenticated)?;
    let readers = &state.0.readers;
    verify(&readers.keys, readers.clock.now(), token).map(Some).ok_or(Code::Unauthenticated)
}

/// In whose name a bearer asks now.
///
/// # Errors
/// UNAUTHENTICATED, or UNAVAILABLE when it cannot be looked up.
pub(super) async fn actor(state: &State, bearer: &Bearer, address: Option<ClientAddress>) -> Result<Actor, Code> {
    let (readers, auth) = (&state.0.readers, &state.0.auth);
    let is_from = |network: &str| is_from(address.map(|address| address.0), network);
    match auth.rights.actor(&readers.db, readers.clock.now(), bearer, auth.is_demo_mode, is_from).await {
        Ok(Some(actor)) => Ok(actor),
        Ok(None) => Err(Code::Unauthenticated),
        Err(error) => {
            tracing::error!(cause = error.cause(), "rights could not be read");
            Err(Code::Unavailable)
        }
    }
}

/// What reads the bearer's rights again, in each transaction that writes.
pub(super) fn renew(state: &State, bearer: &Bearer, address: Option<ClientAddress>) -> Renew {
    let (bearer, is_demo_mode) = (bearer.clone(), state.0.auth.is_demo_mode);
    Arc::new(move |tx| {
        let bearer = bearer.clone();
        Box::pin(async move {
            actor_within(tx, &bearer, is_demo_mode, |network| is_from(address.map(|address| address.0), network)).await
        })
    })
}

/// Whether an address lies in a network.
pub(super) fn is_from(address: Option<IpAddr>, network: &str) -> bool {
    network.parse::<Network>().is_ok_and(|network| address.is_some_and(|address| network.contains(address)))
}

/// The token of `Bearer …`; the scheme's letters may be large or small (RFC 9110 §11.1).
fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
