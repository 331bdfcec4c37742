//! How often somebody may try to come in: more often than people do, and not as often as programs that guess.

use crate::config::block;
use crate::platform::keys::digest;
use crate::platform::rate_limit::{Policy, RateLimits, Standing};
use std::net::IpAddr;

/// From where somebody comes, as the rates of requests are counted: an IPv6 network hands out 2^64 addresses, which count as
/// one.
pub fn block_of(address: Option<IpAddr>) -> u128 {
    match address.map(block) {
        Some(IpAddr::V4(address)) => address.to_ipv6_mapped().to_bits(),
        Some(IpAddr::V6(address)) => address.to_bits(),
        None => 0,
    }
}

/// Take what one more attempt to come in from an address takes, before anything is looked at; `weight` says for how many
/// it counts.
///
/// # Errors
/// How whoever comes from there stands, when there were too many.
pub async fn admit_from(limits: &RateLimits, address: Option<IpAddr>, weight: u32) -> Result<(), Standing> {
    refuse(limits.take(Policy::SignInAddress, block_of(address), weight).await)
}

/// Take what one more attempt to come in as somebody from an address takes.
///
/// # Errors
/// How whoever comes from there stands, when there were too many.
pub async fn admit_as(limits: &RateLimits, address: Option<IpAddr>, login: &str) -> Result<(), Standing> {
    let key = digest(format!("{login} {:x}", block_of(address)));
    let (half, _) = key.split_first_chunk().expect("a digest is longer");
    refuse(limits.take(Policy::SignIn, u128::from_be_bytes(*half), 1).await)
}

fn refuse(standing: Option<Standing>) -> Result<(), Standing> {
    match standing {
        Some(standing) if standing.retry_after().is_some() => Err(standing),
        _ => Ok(()),
    }
}
