//! Which addresses are this machine's, and which belong to a network.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// Whether a host name or address can only mean this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// What one customer of a network is given: an IPv4 address, or the 64 leading bits of an IPv6 address (RFC 6177).
pub fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

/// A block of addresses such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether the address lies in the block; an IPv4 address may come in its IPv6 form.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl std::str::FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        let network = text.parse().or_else(|_| one());
        network.map(Self).map_err(|_| "it is no address and no network such as 10.0.0.0/8".to_owned())
    }
}

/// The address of a front end, without what would stand in the way of a path and a fragment.
pub(super) fn app_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let is_sound = text.parse::<http::Uri>().is_ok_and(|uri| {
        let is_web = uri.scheme_str() == Some("https")
            || (uri.scheme_str() == Some("http") && uri.host().is_some_and(is_loopback));
        is_web && uri.host().is_some() && uri.query().is_none() && !text.contains('#')
    });
    is_sound.then(|| text.to_owned()).ok_or_else(|| "it is no address such as https://admin.unfm.example".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_own_addresses_in_either_form() {
        let contains =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(!contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("::1", "::1"));
        assert!(!contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("0.0.0.0/0", "8.8.8.8"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("proxy".parse::<Network>().is_err());
    }
}
