//! From an `Authorization` header to the actor in whose name a request is answered.

use super::State;
use super::address::ClientAddress;
use crate::config::Network;
use crate::session::token::verify;
use axum::http::{HeaderMap, header};
use domain::actor::Actor;
use domain::fault::Code;

/// In whose name a request asks: anybody's without the header; with one it must hold in every respect.
///
/// # Errors
/// UNAUTHENTICATED, or UNAVAILABLE when it cannot be looked up.
pub(super) async fn actor(state: &State, headers: &HeaderMap, address: Option<ClientAddress>) -> Result<Actor, Code> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = given.next() else { return Ok(Actor::Anonymous) };
    let token = first.to_str().ok().filter(|_| given.next().is_none()).and_then(token).ok_or(Code::Unauthenticated)?;
    let readers = &state.0.readers;
    let now = readers.clock.now();
    let bearer = verify(&readers.keys, now, token).ok_or(Code::Unauthenticated)?;
    let is_from = |network: &str| {
        network.parse::<Network>().is_ok_and(|network| address.is_some_and(|address| network.contains(address.0)))
    };
    let auth = &state.0.auth;
    let actor = auth.rights.actor(&readers.db, now, &bearer, auth.is_demo_mode, is_from).await;
    match actor {
        Ok(Some(actor)) => Ok(actor),
        Ok(None) => Err(Code::Unauthenticated),
        Err(error) => {
            tracing::error!(cause = error.cause(), "rights could not be read");
            Err(Code::Unavailable)
        }
    }
}

/// The token of `Bearer …`; the scheme's letters may be large or small (RFC 9110 §11.1).
fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
