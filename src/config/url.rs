//! A URL -> its parts, if it is one to which botocore sends requests.

use std::net::{IpAddr, Ipv6Addr};

/// In characters.
const LONGEST_HOST: usize = 255;
const LONGEST_LABEL: usize = 63;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No `http://` comes first, as in `localhost:8000`.
    Scheme,
    /// A scheme that is neither `http` nor `https`.
    OtherScheme,
    Host,
    Port,
}

/// Its parts as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    pub is_https: bool,
    /// An address of IPv6 is in brackets.
    pub host: &'a str,
    pub port: Option<u16>,
    /// Empty, or begins with a slash.
    pub path: &'a str,
    /// The query and the fragment; empty without any.
    pub rest: &'a str,
}

/// As `is_valid_endpoint_url` of botocore, to which `//x` is http.
///
/// # Errors
/// What botocore refuses.
pub fn parse(url: &str) -> Result<Url<'_>, Flaw> {
    let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (scheme, rest) = match url.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
        Some(parts) => parts,
        None => ("http", url.strip_prefix("//").ok_or(Flaw::Scheme)?),
    };
    let end = |text: &str, ends: &[char]| text.find(ends).unwrap_or(text.len());
    let (authority, rest) = rest.split_at(end(rest, &['/', '?', '#']));
    let (path, rest) = rest.split_at(end(rest, &['?', '#']));
    let place = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match place.strip_prefix('[') {
        Some(inside) => {
            let (address, port) = inside.split_once(']').ok_or(Flaw::Host)?;
            address.parse::<Ipv6Addr>().map_err(|_| Flaw::Host)?;
            (&place[..address.len() + 2], port.strip_prefix(':'))
        }
        None => {
            let (host, port) = place
                .split_once(':')
                .map_or((place, None), |(host, port)| (host, Some(port)));
            is_host(host).then_some(()).ok_or(Flaw::Host)?;
            (host, port)
        }
    };
    let port = match port.filter(|port| !port.is_empty()) {
        Some(port) => Some(port_of(port).ok_or(Flaw::Port)?),
        None => None,
    };
    let is_https = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err(Flaw::OtherScheme),
    };
    Ok(Url {
        is_https,
        host,
        port,
        path,
        rest,
    })
}

impl Url<'_> {
    /// The address, if the host is one and not a name.
    pub fn address(&self) -> Option<IpAddr> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.parse().ok()
    }
}

fn port_of(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= LONGEST_HOST && text.strip_suffix('.').unwrap_or(text).split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_endpoints() {
        for (url, found) in [
            ("localhost:8000", Some(Flaw::Scheme)),
            ("127.0.0.1:9", Some(Flaw::Scheme)),
            ("localhost", Some(Flaw::Scheme)),
            ("http//x", Some(Flaw::Scheme)),
            ("https:/x", Some(Flaw::Scheme)),
            ("http:x", Some(Flaw::Scheme)),
            ("'http://x'", Some(Flaw::Scheme)),
            ("ftp://x", Some(Flaw::OtherScheme)),
            ("http://", Some(Flaw::Host)),
            ("http:///x", Some(Flaw::Host)),
            ("http://a_b", Some(Flaw::Host)),
            ("http://-a.b", Some(Flaw::Host)),
            ("http://a..b", Some(Flaw::Host)),
            ("http://ü", Some(Flaw::Host)),
            ("http://a b", Some(Flaw::Host)),
            ("http://[::1", Some(Flaw::Host)),
            ("http://[zz]", Some(Flaw::Host)),
            ("http://x:port", Some(Flaw::Port)),
            ("http://x:99999", Some(Flaw::Port)),
            ("http://x:-1", Some(Flaw::Port)),
            ("http://localhost:8000", None),
            ("HTTP://x", None),
            ("//x", None),
            ("http://x:", None),
            ("http://a.b.", None),
            ("http://[::1]:8000/x", None),
            ("http://u:p@a.b:80/x?y#z", None),
            ("https://x/ y", None),
        ] {
            assert_eq!(parse(url).err(), found, "{url}");
        }
    }

    #[test]
    fn parts_of_a_url() {
        let whole = parse("HTTPS://u:p@a.b:8443/x/y?q=1#f").unwrap();
        let expected = Url {
            is_https: true,
            host: "a.b",
            port: Some(8443),
            path: "/x/y",
            rest: "?q=1#f",
        };
        assert_eq!(whole, expected);
        let address = parse("http://[::1]:9").unwrap();
        assert_eq!((address.host, address.port, address.path), ("[::1]", Some(9), ""));
        assert_eq!(address.address(), Some(IpAddr::from(Ipv6Addr::LOCALHOST)));
        assert_eq!(parse("//x/").unwrap().path, "/");
        assert_eq!(parse("http://x?/a").unwrap().rest, "?/a");
    }
}
