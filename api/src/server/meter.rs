//! What a request takes of what its sender may ask for in a minute.

use super::State;
use super::address::ClientAddress;
use crate::platform::rate_limit::{Policy, RateLimits, Standing};
use crate::session::admission::block_of;
use crate::session::token::{Audience, Bearer};
use axum::http::HeaderMap;
use std::time::Duration;

/// What the cheapest request takes, and one that is refused whatever it costs: it is taken before the body is read.
const LEAST: u32 = 20;

/// What is counted in one request's sender's name: hers, where she shows a token, or else everybody's at her address.
pub(super) struct Meter {
    limits: RateLimits,
    policy: Policy,
    key: u128,
    taken: u32,
    standing: Option<Standing>,
}

impl Meter {
    pub fn of(state: &State, bearer: Option<&Bearer>, address: Option<ClientAddress>) -> Self {
        let (policy, key) = match bearer {
            None => (Policy::Address, block_of(address.map(|address| address.0))),
            Some(bearer) => {
                let policy = match bearer.audience {
                    Audience::Staff => Policy::Login,
                    Audience::Partner => Policy::Client,
                };
                (policy, bearer.subject.as_u128())
            }
        };
        Self { limits: state.0.auth.rate_limits.clone(), policy, key, taken: 0, standing: None }
    }

    /// Take what every request takes.
    ///
    /// # Errors
    /// When there will be enough.
    pub async fn enter(&mut self) -> Result<(), Duration> {
        self.take(LEAST.into()).await
    }

    /// Take the cost of a document, of which some was taken before.
    ///
    /// # Errors
    /// When there will be enough; nothing is taken then.
    pub async fn take(&mut self, cost: u64) -> Result<(), Duration> {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        let Some(more @ 1..) = cost.checked_sub(self.taken) else { return Ok(()) };
        self.standing = self.limits.take(self.policy, self.key, more).await;
        match self.standing.and_then(|standing| standing.retry_after()) {
            Some(after) => Err(after),
            None => {
                self.taken = cost;
                Ok(())
            }
        }
    }

    /// Tell how the sender stands.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some(standing) = self.standing {
            standing.write(headers);
        }
    }
}
