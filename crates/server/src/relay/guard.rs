//! Which addresses a webhook may go to. A site's owner chooses the URL, so it must not lead into the operator's own
//! network: every address is looked at after it was resolved, and the one looked at is the one connected to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a request is not made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// Neither http nor https.
    Scheme,
    /// An address inside somebody's network, or one that belongs to nobody.
    Private,
    /// The name has no address.
    Unknown,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "The backend's address must begin with https:// or http://.",
            Self::Private => {
                "The backend's address is not a public one; the operator has to allow private addresses."
            }
            Self::Unknown => "The backend's name has no address.",
        })
    }
}

impl std::error::Error for Refused {}

/// Looks at what is in the URL itself: resolvers are not asked about addresses written as numbers.
pub(crate) fn check_url(url: &Url, allow_private: bool) -> Result<(), Refused> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::Scheme);
    }
    let is_public = match url.host() {
        Some(Host::Ipv4(address)) => is_public_v4(address),
        Some(Host::Ipv6(address)) => is_public_v6(address),
        Some(Host::Domain(_)) => true,
        None => return Err(Refused::Unknown),
    };
    if allow_private || is_public { Ok(()) } else { Err(Refused::Private) }
}

/// Resolves names as the system does, and refuses a name if any of its addresses is refused.
pub(crate) struct GuardedResolver {
    pub(crate) allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Refused::Unknown)?.collect();
            if found.is_empty() {
                return Err(Refused::Unknown.into());
            }
            if !allow_private && !found.iter().all(|address| is_public(address.ip())) {
                return Err(Refused::Private.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Not in IANA's list of special-purpose IPv4 addresses.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224.., _, _)
    );
    !special
}

/// In the space of global unicast, 2000::/3, and there not in a part that is special or carries an IPv4 address
/// (Teredo, 6to4). Mapped addresses, NAT64, unique local, link-local and multicast all lie outside 2000::/3.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let verdict = |address: &str| is_public(address.parse().expect("an address"));
        for address in
            ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert!(verdict(address), "{address} is public");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::1",
            "3fff::1",
            "100::1",
        ] {
            assert!(!verdict(address), "{address} is not public");
        }
    }

    #[test]
    fn urls_are_read_as_the_client_reads_them() {
        let verdict = |url: &str| check_url(&url.parse().expect("a URL"), false);
        assert_eq!(verdict("https://shop.example/hook"), Ok(()));
        assert_eq!(verdict("ftp://shop.example/hook"), Err(Refused::Scheme));
        // Decimal, octal and short forms of the same loopback.
        for url in ["http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/"]
        {
            assert_eq!(verdict(url), Err(Refused::Private), "{url}");
        }
        assert_eq!(check_url(&"http://127.0.0.1:9/".parse().expect("a URL"), true), Ok(()));
    }
}
