//! Whether a URL is one to which botocore sends requests.

/// In characters.
const LONGEST_HOST: usize = 255;
const LONGEST_LABEL: usize = 63;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No `http://` comes first, as in `localhost:8000`.
    Scheme,
    /// A scheme that is neither `http` nor `https`.
    OtherScheme,
    Host,
    Port,
}

/// As `is_valid_endpoint_url` of botocore.
pub(super) fn flaw(url: &str) -> Option<Flaw> {
    let Some((scheme, rest)) = url
        .split_once("://")
        .filter(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    else {
        // To botocore, this is http.
        return (!url.starts_with("//")).then_some(Flaw::Scheme);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit('@').next().unwrap_or_default();
    let (is_host, port) = match place.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => (host.parse::<std::net::Ipv6Addr>().is_ok(), port.strip_prefix(':')),
            None => (false, None),
        },
        None => match place.split_once(':') {
            Some((host, port)) => (is_host(host), Some(port)),
            None => (is_host(place), None),
        },
    };
    if !is_host {
        Some(Flaw::Host)
    } else if port.is_some_and(|port| !port.is_empty() && !is_port(port)) {
        Some(Flaw::Port)
    } else if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        Some(Flaw::OtherScheme)
    } else {
        None
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
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
            assert_eq!(flaw(url), found, "{url}");
        }
    }
}
