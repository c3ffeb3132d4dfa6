//! Requests that the site itself sends: to a provider of sign-ins, to receivers of webhooks. Short, without
//! redirects, with little taken in return; and, unless it is permitted, not to this machine or its network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};
use std::time::Duration;

use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// How long one request may take, with all that belongs to it.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
pub(crate) const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

/// Where a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anywhere: whoever set the address up says so.
    Anywhere,
    /// Only to the public network: names are looked up as the request is sent, so that one that means
    /// something else since is refused too.
    Public,
}

/// Who sends.
pub(crate) fn agent(reach: Reach, timeout: Duration) -> Agent {
    let mut config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("zhicheng/", env!("CARGO_PKG_VERSION")));
    if reach == Reach::Public {
        // A proxy would look the name up itself.
        config = config.proxy(None);
    }
    Agent::with_parts(config.build(), DefaultConnector::default(), Looked(reach))
}

/// Looks names up and refuses what is not to be reached.
#[derive(Debug)]
struct Looked(Reach);

impl Resolver for Looked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let is_open = |address: &std::net::SocketAddr| is_public(address.ip());
        if self.0 == Reach::Anywhere || found.iter().all(is_open) {
            Ok(found)
        } else {
            Err(Error::HostNotFound)
        }
    }
}

/// Whether an address is one that a request of ours may be sent to, told as it is set up. What cannot be looked
/// up now is not refused: it is looked at again when it is sent to.
pub(crate) fn may_reach(address: &url::Url, reach: Reach) -> bool {
    if reach == Reach::Anywhere {
        return true;
    }
    match address.host() {
        Some(url::Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
        Some(url::Host::Domain(name)) => {
            let port = address.port_or_known_default().unwrap_or(443);
            let is_here = name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost");
            !is_here
                && (name, port)
                    .to_socket_addrs()
                    .map_or(true, |mut found| found.all(|one| is_public(one.ip())))
        }
        None => false,
    }
}

/// Whether an address is of the public network: not of this machine, a private network or a special range.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        // Shared by carriers, protocol assignments, benchmarks, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Global unicast, without what stands for IPv4 (6to4, Teredo, NAT64) or documentation.
    (0x2000..0x4000).contains(&first)
        && first != 0x2002
        && !(first == 0x2001 && (second == 0 || second == 0x0db8))
        && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_its_networks_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
            "2001::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "203.0.112.1",
            "2606:4700::1111",
            "2400:3200::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_is_judged_by_its_host() {
        let may = |text: &str| may_reach(&url::Url::parse(text).unwrap(), Reach::Public);
        assert!(!may("http://localhost:8080/hook"));
        assert!(!may("https://site.LOCALHOST/"));
        assert!(!may("https://127.1/"));
        assert!(!may("https://0x7f000001/"));
        assert!(!may("https://[::1]/"));
        assert!(!may("http://192.168.3.4/"));
        assert!(may("https://1.1.1.1/"));
        let here = url::Url::parse("http://localhost/").unwrap();
        assert!(may_reach(&here, Reach::Anywhere));
    }
}
