//! How much everybody may ask for in a minute.
//!
//! It is counted by policy and by whom it holds, by the generic cell rate algorithm: what was used comes back evenly over
//! the minute. Instances share what is left through Redis, of which each takes a batch at a time (`lease.rs`); without
//! one, or while it is away, each counts for itself.

mod lease;
mod policy;

use super::clock::Clock;
use super::redis::Redis;
use lease::Leases;
use policy::InForce;
pub use policy::{Key, LARGEST_COST, PerMinute, Policy, Standing};
use std::num::NonZeroU32;
use std::sync::Arc;

/// What everybody has used; cheap to clone.
#[derive(Clone)]
pub struct RateLimits(Arc<Shared>);

struct Shared {
    in_force: [Option<InForce>; Policy::ALL.len()],
    leases: Option<Leases>,
    clock: Clock,
}

impl RateLimits {
    /// Nobody has used anything yet.
    pub fn new(per_minute: PerMinute, redis: Option<Redis>, clock: Clock) -> Self {
        let in_force = Policy::ALL.map(|policy| InForce::new(policy, per_minute, &clock));
        Self(Arc::new(Shared { in_force, leases: redis.map(Leases::new), clock }))
    }

    /// Nobody is limited.
    pub fn none() -> Self {
        Self::new(PerMinute::default(), None, Clock::System)
    }

    /// Take units in somebody's name; nothing is said where there is no limit.
    pub async fn take(&self, policy: Policy, key: Key, units: u32) -> Option<Standing> {
        let Shared { in_force, leases, clock } = &*self.0;
        let in_force = in_force[policy as usize].as_ref()?;
        let units = NonZeroU32::new(units).unwrap_or(NonZeroU32::MIN);
        if let Some(leases) = leases
            && let Some(standing) = leases.take(in_force, clock, key, units.min(in_force.burst)).await
        {
            return Some(standing);
        }
        Some(in_force.take(clock, key, units))
    }
}

#[cfg(test)]
mod tests {
    use super::policy::SWEEP_AFTER;
    use super::*;
    use http::{HeaderMap, header};
    use jiff::Timestamp;
    use std::time::Duration;

    fn limits(address: u32, clock: &Clock) -> RateLimits {
        let others = PerMinute { address, login: 0, client: 0, sign_in: 10, sign_in_address: 100 };
        RateLimits::new(others, None, clock.clone())
    }

    #[tokio::test]
    async fn what_was_used_comes_back_evenly() {
        let start: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        let clock = Clock::fixed(start);
        let limits = limits(30_000, &clock);
        let take = async |units| limits.take(Policy::Address, 7, units).await.unwrap();
        assert_eq!(take(5_000).await.remaining, 25_000);
        for _ in 0..5 {
            take(5_000).await;
        }
        assert_eq!(take(1_000).await.retry_after(), Some(Duration::from_secs(2)), "500 units a second");
        assert!(limits.take(Policy::Address, 8, 1).await.unwrap().retry_after().is_none(), "a neighbour has her own");
        clock.set(start + jiff::SignedDuration::from_secs(2));
        let told = take(1_000).await;
        assert_eq!((told.remaining, told.retry_after()), (0, None));
        let mut headers = HeaderMap::new();
        told.write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"address\";q=30000;w=60");
        assert_eq!(headers["ratelimit"], "\"address\";r=0;t=60");
        assert!(!headers.contains_key(header::RETRY_AFTER));
        take(1).await.write(&mut headers);
        assert_eq!(headers[header::RETRY_AFTER], "1", "whole seconds, and never too early");
    }

    #[tokio::test]
    async fn the_largest_document_passes_however_little_is_given_and_zero_is_no_limit() {
        let clock = Clock::fixed("2026-11-02T12:00:00Z".parse().unwrap());
        let limits = limits(60, &clock);
        assert!(limits.take(Policy::Address, 7, LARGEST_COST).await.unwrap().retry_after().is_none());
        assert_eq!(limits.take(Policy::Address, 7, 1).await.unwrap().retry_after(), Some(Duration::from_secs(1)));
        assert_eq!(limits.take(Policy::Login, 7, LARGEST_COST).await, None);
    }

    #[tokio::test]
    async fn who_is_gone_is_forgotten() {
        let clock = Clock::fixed("2026-11-02T12:00:00Z".parse().unwrap());
        let limits = limits(30_000, &clock);
        for stranger in 0..u128::from(SWEEP_AFTER) - 1 {
            limits.take(Policy::Address, stranger, 1).await;
        }
        let known = || limits.0.in_force[Policy::Address as usize].as_ref().unwrap().known();
        assert_eq!(known(), 4095);
        clock.set("2026-11-02T12:01:01Z".parse().unwrap());
        limits.take(Policy::Address, u128::MAX, 1).await;
        assert_eq!(known(), 1);
    }
}
