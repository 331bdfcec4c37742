//! What is limited, by how much, and how somebody stands with it.

use crate::platform::clock::{Clock, whole_seconds};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderValue, header};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// By what requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// What strangers at one address ask for, in cost units.
    Address,
    /// What one login asks for, in cost units.
    Login,
    /// What one credential of a partner's asks for, in cost units.
    Client,
    /// Attempts to come in as somebody from one address.
    SignIn,
    /// Attempts to come in from one address as whomever.
    SignInAddress,
}

impl Policy {
    pub(super) const ALL: [Self; 5] = [Self::Address, Self::Login, Self::Client, Self::SignIn, Self::SignInAddress];

    /// What it is called in headers and keys.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Login => "login",
            Self::Client => "client",
            Self::SignIn => "sign-in",
            Self::SignInAddress => "sign-in-address",
        }
    }

    /// What the largest request takes: so much is there at once, however little comes back in a minute.
    const fn largest(self) -> u32 {
        match self {
            Self::Address | Self::Login | Self::Client => LARGEST_COST,
            Self::SignIn => 1,
            Self::SignInAddress => 10,
        }
    }
}

/// The most that one document costs.
pub const LARGEST_COST: u32 = 5_000;

/// How much of each is given in a minute; nothing of it, where it is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerMinute {
    /// By [`Policy::Address`].
    pub address: u32,
    /// By [`Policy::Login`].
    pub login: u32,
    /// By [`Policy::Client`].
    pub client: u32,
    /// By [`Policy::SignIn`].
    pub sign_in: u32,
    /// By [`Policy::SignInAddress`].
    pub sign_in_address: u32,
}

impl PerMinute {
    fn of(self, policy: Policy) -> Option<NonZeroU32> {
        NonZeroU32::new(match policy {
            Policy::Address => self.address,
            Policy::Login => self.login,
            Policy::Client => self.client,
            Policy::SignIn => self.sign_in,
            Policy::SignInAddress => self.sign_in_address,
        })
    }
}

/// Whose share is counted, as 128 bits.
pub type Key = u128;

/// The instant at which something is counted.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

type Counted = RateLimiter<Key, DashMapStateStore<Key>, Clock, StateInformationMiddleware>;

/// A policy that is in force.
pub(super) struct InForce {
    pub policy: Policy,
    pub per_minute: NonZeroU32,
    /// The most that is there at once.
    pub burst: NonZeroU32,
    /// What this instance counts for itself.
    alone: Counted,
    /// Counts until what is known of those who are gone is thrown away.
    taken: AtomicU32,
}

/// So many are counted before it is looked whom there is no need to remember.
pub(super) const SWEEP_AFTER: u32 = 4096;

/// How somebody stands with a policy after something was taken, or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    policy: Policy,
    per_minute: u32,
    burst: u32,
    /// How many units are left.
    pub remaining: u32,
    retry_after: Option<Duration>,
}

impl Standing {
    /// When what was refused may be asked for again; nothing when it was given.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Tell it in `RateLimit-Policy` and `RateLimit`
    /// (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/>), and in `Retry-After`.
    pub fn write(&self, headers: &mut HeaderMap) {
        let name = self.policy.name();
        let used = u64::from(self.burst - self.remaining.min(self.burst));
        let full_in = (used * 60).div_ceil(u64::from(self.per_minute));
        let told = [
            ("ratelimit-policy", format!("\"{name}\";q={};w=60", self.per_minute)),
            ("ratelimit", format!("\"{name}\";r={};t={full_in}", self.remaining)),
        ];
        for (name, value) in told {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
        }
    }
}

impl InForce {
    pub fn new(policy: Policy, per_minute: PerMinute, clock: &Clock) -> Option<Self> {
        let per_minute = per_minute.of(policy)?;
        let burst = per_minute.max(NonZeroU32::new(policy.largest())?);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let alone = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Some(Self { policy, per_minute, burst, alone, taken: AtomicU32::new(0) })
    }

    pub fn standing(&self, remaining: u32, retry_after: Option<Duration>) -> Standing {
        let (per_minute, burst) = (self.per_minute.get(), self.burst.get());
        Standing { policy: self.policy, per_minute, burst, remaining, retry_after }
    }

    /// Take units of what this instance counts for itself.
    pub fn take(&self, clock: &Clock, key: Key, units: NonZeroU32) -> Standing {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP_AFTER == SWEEP_AFTER - 1 {
            self.alone.retain_recent();
        }
        let remaining = |state: StateSnapshot| self.standing(state.remaining_burst_capacity(), None);
        // More than there ever is cannot be asked for: a burst holds the largest request.
        match self.alone.check_key_n(&key, units.min(self.burst)) {
            Ok(Ok(state)) => remaining(state),
            Ok(Err(until)) => self.standing(0, Some(until.wait_time_from(clock.elapsed()))),
            Err(_) => self.standing(0, Some(Duration::from_secs(60))),
        }
    }

    /// Of how many something is known.
    #[cfg(test)]
    pub fn known(&self) -> usize {
        self.alone.len()
    }
}
