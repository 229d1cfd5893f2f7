//! A URL -> the proxy that its requests go through, by the variables that botocore reads.

use std::net::{IpAddr, Ipv6Addr};

use super::setting::Setting;
use crate::config::url::Url;
use crate::env::Env;
use crate::resolve::Error;
use crate::resolve::origin::Source;
use crate::secret::Secret;

/// Where requests may have to go through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proxies {
    https: Option<Setting>,
    http: Option<Setting>,
    /// The hosts that are called without one.
    exempt: Option<Setting>,
}

/// The way of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// With the password, if there is one.
    pub url: Secret<String>,
    /// The same without user and password.
    pub shown: String,
    pub source: Source,
}

impl Proxies {
    /// The variable in lower case wins, even if it is empty. HTTP_PROXY is not read: a web server sets it for its programs
    /// when a client sends a header `Proxy`.
    pub(super) fn of(env: &Env) -> Self {
        let either = |lower, upper| {
            let found = Setting::of_variable(env, lower, lower).or_else(|| Setting::of_variable(env, upper, upper));
            found.filter(|setting| !setting.is_empty())
        };
        Self {
            https: either("https_proxy", "HTTPS_PROXY"),
            http: Setting::of_variable(env, "http_proxy", "http_proxy").filter(|setting| !setting.is_empty()),
            exempt: either("no_proxy", "NO_PROXY"),
        }
    }

    /// # Errors
    /// The proxy is none that awsenv can use.
    pub(super) fn of_url(&self, url: &Url<'_>) -> Result<Option<Proxy>, Error> {
        let setting = if url.is_https { &self.https } else { &self.http };
        let exempt = self.exempt.as_ref().map_or("", Setting::text);
        match setting {
            Some(setting) if !is_near(url) && !is_exempt(url, exempt) => proxy(setting).map(Some),
            _ => Ok(None),
        }
    }
}

/// Whether no proxy can reach what is meant: this machine, its link, and the services of metadata.
fn is_near(url: &Url<'_>) -> bool {
    /// The address of the instance metadata service, and that of containers.
    const METADATA: [&str; 2] = ["fd00:ec2::254", "fd00:ec2::23"];
    match url.address() {
        Some(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Some(IpAddr::V6(address)) => {
            is_loopback(address)
                || address.is_unicast_link_local()
                || METADATA.iter().any(|text| text.parse() == Ok(address))
        }
        None => is_here(url),
    }
}

fn is_loopback(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
}

/// Whether the host is this machine.
pub(super) fn is_here(url: &Url<'_>) -> bool {
    match url.address() {
        Some(IpAddr::V4(address)) => address.is_loopback(),
        Some(IpAddr::V6(address)) => is_loopback(address),
        None => {
            let host = url.host.trim_end_matches('.').to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

/// By NO_PROXY: `*`, or names between commas. A name is a host, a domain above it, either with a port, an address, or a
/// network such as `10.0.0.0/8`, which botocore does not know.
fn is_exempt(url: &Url<'_>, list: &str) -> bool {
    let host = url.host.to_ascii_lowercase();
    let with_port = url.port.map_or(host.clone(), |port| format!("{host}:{port}"));
    let is_named = |name: &str| {
        let name = name.trim().trim_start_matches('.').to_ascii_lowercase();
        let is_below = |host: &str| {
            host.strip_suffix(&name)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        !name.is_empty() && (is_below(&host) || is_below(&with_port) || is_inside(url.address(), &name))
    };
    list == "*" || list.split(',').any(is_named)
}

/// Whether an address is `network`, or in it.
fn is_inside(address: Option<IpAddr>, network: &str) -> bool {
    let (network, bits) = match network.split_once('/') {
        Some((network, bits)) => (network, bits.parse().ok()),
        None => (network, Some(u32::MAX)),
    };
    let (same, most) = match (address, network.parse()) {
        (Some(IpAddr::V4(address)), Ok(IpAddr::V4(network))) => {
            ((u32::from(address) ^ u32::from(network)).leading_zeros(), 32)
        }
        (Some(IpAddr::V6(address)), Ok(IpAddr::V6(network))) => {
            ((u128::from(address) ^ u128::from(network)).leading_zeros(), 128)
        }
        _ => return false,
    };
    bits.is_some_and(|bits| same >= bits.min(most))
}

/// The proxy of a variable. Without a scheme it is one of http, as in botocore.
fn proxy(setting: &Setting) -> Result<Proxy, Error> {
    let text = setting.text().trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("http".to_owned(), text.trim_start_matches("//")),
    };
    if scheme.starts_with("socks") {
        return Err(setting.refused("the URL of an http proxy: awsenv does not support SOCKS"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority),
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (place, ""),
    };
    let is_port = port.is_empty() || port.parse::<u16>().is_ok();
    let is_plain = place.bytes().all(|byte| byte.is_ascii_graphic());
    if !["http", "https"].contains(&scheme.as_str()) || host.is_empty() || !is_port || !is_plain {
        return Err(setting.refused("the URL of an http proxy, as in `http://proxy.example.com:3128`"));
    }
    let user = user.map_or(String::new(), |user| format!("{user}@"));
    Ok(Proxy {
        url: Secret::new(format!("{scheme}://{user}{place}")),
        shown: format!("{scheme}://{place}"),
        source: setting.source.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::url::parse;

    fn of(vars: &[(&str, &str)], url: &str) -> Result<Option<Proxy>, Error> {
        Proxies::of(&vars.iter().copied().collect()).of_url(&parse(url).unwrap())
    }

    /// The proxy of a URL with its variable, or nothing.
    fn taken(vars: &[(&str, &str)], url: &str) -> String {
        let found = of(vars, url).unwrap();
        found.map_or_else(String::new, |proxy| format!("{} {}", proxy.source, proxy.url.expose()))
    }

    const AWS: &str = "https://sts.eu-west-1.amazonaws.com/";

    #[test]
    fn each_scheme_has_its_variable() {
        let both = [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "http://p:2")];
        assert_eq!(taken(&both, AWS), "HTTPS_PROXY http://s:1");
        assert_eq!(taken(&both, "http://emulator/"), "http_proxy http://p:2");
        let lower = [("HTTPS_PROXY", "http://s:1"), ("https_proxy", "http://l:1")];
        assert_eq!(taken(&lower, AWS), "https_proxy http://l:1");
        assert_eq!(taken(&[("HTTPS_PROXY", "http://s:1"), ("https_proxy", "")], AWS), "");
        for unread in ["HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
            assert_eq!(taken(&[(unread, "http://x:1")], AWS), "", "{unread}");
            assert_eq!(taken(&[(unread, "http://x:1")], "http://emulator/"), "", "{unread}");
        }
    }

    #[test]
    fn forms_of_a_proxy() {
        for (text, expected) in [
            ("h:1", "http://h:1"),
            ("h", "http://h"),
            ("//h:1", "http://h:1"),
            ("HTTP://h:1/", "http://h:1"),
            ("https://h:1", "https://h:1"),
            ("u:p@h:1", "http://u:p@h:1"),
            ("http://u:p%40q@h:1/x", "http://u:p%40q@h:1"),
            ("http://[::1]:3128", "http://[::1]:3128"),
            ("http://[::1]", "http://[::1]"),
            ("http://my_proxy:3128", "http://my_proxy:3128"),
        ] {
            let found = of(&[("HTTPS_PROXY", text)], AWS).unwrap().unwrap();
            assert_eq!(found.url.expose(), expected, "{text}");
            assert!(
                !found.shown.contains('@') && !format!("{found:?}").contains("u:p"),
                "{found:?}"
            );
        }
        for text in [
            "socks5://h:1",
            "socks5h://h:1",
            "SOCKS4://h",
            "ftp://h",
            "http://",
            ":1",
            "h:x",
            "h:99999",
            "a b",
        ] {
            let Err(Error::BadSetting { needs, source, .. }) = of(&[("HTTPS_PROXY", text)], AWS) else {
                panic!("{text}");
            };
            assert_eq!(source, Source::Variable("HTTPS_PROXY"));
            assert_eq!(
                needs.contains("SOCKS"),
                text.to_lowercase().starts_with("socks"),
                "{text}"
            );
        }
    }

    #[test]
    fn hosts_without_a_proxy() {
        let is_direct = |list: &str, url: &str| {
            let vars = [("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", list)];
            taken(&vars, url).is_empty()
        };
        for (list, url) in [
            ("*", AWS),
            ("amazonaws.com", AWS),
            (".amazonaws.com", AWS),
            ("x, AMAZONAWS.com ", AWS),
            ("sts.eu-west-1.amazonaws.com", AWS),
            ("example.com:8443", "https://a.example.com:8443/"),
            ("example.com", "https://example.com:8443/"),
            ("10.0.0.0/8", "https://10.1.2.3/"),
            ("10.1.2.3", "https://10.1.2.3/"),
            ("10.1.2.3/32", "https://10.1.2.3/"),
            ("0.0.0.0/0", "https://10.1.2.3/"),
            ("fd00::/8", "https://[fd12::1]/"),
            ("[fd12::1]", "https://[fd12::1]:9/"),
            ("fd12:0::1", "https://[fd12::1]:9/"),
            ("", "https://localhost/"),
            ("", "https://LOCALHOST.:9/"),
            ("", "https://sts.localhost:4566/"),
            ("", "https://127.0.0.9/"),
            ("", "https://[::1]/"),
            ("", "https://[::ffff:127.0.0.1]/"),
            ("", "https://169.254.169.254/"),
            ("", "https://169.254.170.2/"),
            ("", "https://[fe80::1]/"),
            ("", "https://[fd00:ec2::254]/"),
            ("", "https://[fd00:ec2::23]/"),
        ] {
            assert!(is_direct(list, url), "{list:?} {url}");
        }
        for (list, url) in [
            ("", AWS),
            (" , .", AWS),
            ("*,x", AWS),
            ("*.amazonaws.com", AWS),
            ("mazonaws.com", AWS),
            ("amazonaws.com:443", AWS),
            ("10.0.0.0/8", "https://11.1.2.3/"),
            ("10.1.2.0/31", "https://10.1.2.3/"),
            ("10.0.0.0/x", "https://10.1.2.3/"),
            ("10.0.0.0/33", "https://10.0.0.1/"),
            ("fd00::/8", "https://[fe12::1]/"),
            ("", "https://localhost.example.com/"),
        ] {
            assert!(!is_direct(list, url), "{list:?} {url}");
        }
    }
}
