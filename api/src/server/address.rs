//! The client's address: the peer's, or the last hop that is no proxy of ours when the peer is one.

use crate::config::Network;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub IpAddr);

/// By which proxies say for whom they ask.
pub(super) const HEADER: &str = "x-forwarded-for";

impl ClientAddress {
    pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let is_ours = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let mut address = peer.to_canonical();
        if !is_ours(address) {
            return Self(address);
        }
        // Each proxy appends whom it was asked by; what a client wrote itself stands before that.
        let hops: Vec<&str> = headers.get_all(HEADER).iter().filter_map(|value| value.to_str().ok()).collect();
        let hops = hops.join(",");
        for hop in hops.rsplit(',') {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            address = hop.to_canonical();
            if !is_ours(address) {
                break;
            }
        }
        Self(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_of_itself_is_not_believed() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let of = |peer: &str, hops: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, hops.parse().unwrap());
            ClientAddress::of(peer.parse().unwrap(), &headers, &proxies).0.to_string()
        };
        assert_eq!(of("203.0.113.9", "198.51.100.1"), "203.0.113.9", "no proxy of ours");
        assert_eq!(of("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(of("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2"), "198.51.100.1", "the last that is not ours");
        assert_eq!(of("10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(of("::ffff:10.0.0.1", "2001:db8::7"), "2001:db8::7");
    }
}
