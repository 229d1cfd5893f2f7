//! A start URL -> where it leads: AWS's own host, directly or by one redirect, and the region that the host names.
//!
//! A company may have a URL of its own for the page on which its people sign in.

use std::time::Duration;

use super::error::StartFlaw;
use super::{Obstacle, SignIn};
use crate::aws::{Answer, Fault, Method, Request};
use crate::config::url::{self, Url};
use crate::provider::Error;
use crate::secret::Secret;

/// Where a person signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) url: String,
    pub(super) region: String,
}

/// Hosts below these are AWS's.
const SUFFIXES: [&str; 8] = [
    ".app.aws",
    ".awsapps.com",
    ".awsapps.cn",
    ".portal.amazonaws.com",
    ".portal.amazonaws.com.cn",
    ".portal.amazonaws.eu",
    ".app.amazonwebservices.com.cn",
    ".api.amazonwebservices.eu",
];

const HOSTS: [&str; 4] = [
    "identitycenter.amazonaws.com",
    "identitycenter.amazonaws.com.cn",
    "identitycenter.amazonaws.eu",
    "identitycenter.us-gov.amazonaws.com",
];

/// What is around the region in the name of a host, after the first label.
const REGIONS: [(&str, &str); 6] = [
    ("portal.", ".app.aws"),
    ("", ".portal.amazonaws.com"),
    ("", ".portal.amazonaws.com.cn"),
    ("portal.", ".app.amazonwebservices.com.cn"),
    ("", ".portal.amazonaws.eu"),
    ("portal.", ".api.amazonwebservices.eu"),
];

/// For each of the two requests.
const PATIENCE: Duration = Duration::from_secs(10);

impl SignIn<'_> {
    /// # Errors
    /// The URL is not one of https, or does not lead to AWS.
    pub(super) fn start(&self) -> Result<Start, Error> {
        let configured = &self.session.start_url;
        let (host, _) = https(configured).ok_or_else(|| self.start_error(StartFlaw::NotHttps))?;
        if is_of_aws(&host) {
            return Ok(Start {
                url: configured.clone(),
                region: self.session.region.clone(),
            });
        }
        let location = match self.visit(Method::Head)? {
            answer if matches!(answer.status, 405 | 501) => self.location(self.visit(Method::Get)?)?,
            answer => self.location(answer)?,
        };
        let elsewhere = || self.start_error(StartFlaw::Elsewhere(host_of(&location)));
        let (host, parts) = https(&location).ok_or_else(elsewhere)?;
        if !is_of_aws(&host) {
            return Err(elsewhere());
        }
        let port = parts.port.filter(|port| *port != 443);
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        Ok(Start {
            url: format!("https://{host}{port}{}", parts.path.trim_end_matches('/')),
            region: region_of(&host).map_or_else(|| self.session.region.clone(), str::to_owned),
        })
    }

    fn visit(&self, method: Method) -> Result<Answer, Error> {
        let url = &self.session.start_url;
        let travel = self.calls.travel(url).map_err(Error::Setting)?;
        let request = Request {
            method,
            url: url.clone(),
            headers: Vec::new(),
            body: Secret::default(),
        };
        let sent = self.ports.http.send(&request, &travel.transport(), PATIENCE);
        match sent {
            // The page itself is longer than any answer of a service, and none of it is needed.
            Err(Fault::TooLarge) => Err(self.start_error(StartFlaw::Elsewhere(host_of(url)))),
            Err(fault) => Err(self.start_error(StartFlaw::Fault(fault))),
            Ok(answer) => Ok(answer),
        }
    }

    /// Where the answer leads, as an absolute URL.
    fn location(&self, answer: Answer) -> Result<String, Error> {
        let url = &self.session.start_url;
        match (answer.status, answer.location) {
            (301 | 302 | 303 | 307 | 308, Some(location)) => Ok(absolute(url, &location)),
            (200..=299, _) => Err(self.start_error(StartFlaw::Elsewhere(host_of(url)))),
            (status, _) => Err(self.start_error(StartFlaw::Status(status))),
        }
    }

    fn start_error(&self, flaw: StartFlaw) -> Error {
        self.obstacle(Obstacle::StartUrl {
            url: self.session.start_url.clone(),
            place: self.session.region_place.clone(),
            flaw,
        })
    }
}

/// The host in lower case, without a dot at its end, and the parts; `None` if the URL is not one of https.
fn https(url: &str) -> Option<(String, Url<'_>)> {
    let parts = url::parse(url).ok().filter(|parts| parts.is_https)?;
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let has_user = url.split('/').nth(2).is_some_and(|authority| authority.contains('@'));
    let host = parts.host.trim_end_matches('.').to_ascii_lowercase();
    (is_plain && !has_user).then_some((host, parts))
}

/// For an error.
fn host_of(url: &str) -> String {
    url::parse(url).map_or_else(|_| url.to_owned(), |parts| parts.host.to_owned())
}

fn is_of_aws(host: &str) -> bool {
    HOSTS.contains(&host)
        || SUFFIXES
            .iter()
            .any(|suffix| host.ends_with(suffix) || host == &suffix[1..])
}

fn region_of(host: &str) -> Option<&str> {
    let (_, rest) = host.split_once('.')?;
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    REGIONS.iter().find_map(|(before, after)| {
        let region = rest.strip_prefix(before)?.strip_suffix(after)?;
        (!region.is_empty() && region.bytes().all(is_word)).then_some(region)
    })
}

/// A location that may be a path, or lack the scheme.
fn absolute(base: &str, location: &str) -> String {
    let end = |from: usize| base[from..].find(['/', '?', '#']).map_or(base.len(), |at| from + at);
    let host = base.find("://").map_or(0, |at| at + 3);
    match location {
        _ if location.contains("://") => location.to_owned(),
        _ if location.starts_with("//") => format!("{}{location}", &base[..host.saturating_sub(2)]),
        _ => format!("{}/{}", &base[..end(host)], location.trim_start_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws() {
        for host in [
            "d-1234567890.awsapps.com",
            "awsapps.com",
            "my.awsapps.cn",
            "ssoins-1.portal.eu-west-1.app.aws",
            "ssoins-1.eu-west-1.portal.amazonaws.com",
            "identitycenter.us-gov.amazonaws.com",
        ] {
            assert!(is_of_aws(host), "{host}");
        }
        for host in [
            "evilawsapps.com",
            "awsapps.com.evil.example",
            "amazonaws.com",
            "s3.amazonaws.com",
            "portal.evil.aws",
            "x.identitycenter.amazonaws.com",
            "",
        ] {
            assert!(!is_of_aws(host), "{host}");
        }
    }

    #[test]
    fn a_host_may_name_its_region() {
        for (host, region) in [
            ("ssoins-1.portal.eu-west-1.app.aws", Some("eu-west-1")),
            ("ssoins-1.us-east-2.portal.amazonaws.com", Some("us-east-2")),
            ("ssoins-1.cn-north-1.portal.amazonaws.com.cn", Some("cn-north-1")),
            (
                "ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn",
                Some("cn-north-1"),
            ),
            ("ssoins-1.eusc-de-east-1.portal.amazonaws.eu", Some("eusc-de-east-1")),
            (
                "ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu",
                Some("eusc-de-east-1"),
            ),
            ("d-1234567890.awsapps.com", None),
            ("a.b.us-east-2.portal.amazonaws.com", None),
            ("us-east-2.portal.amazonaws.com", None),
            ("identitycenter.amazonaws.com", None),
        ] {
            assert_eq!(region_of(host), region, "{host}");
        }
    }

    #[test]
    fn a_location_is_made_absolute() {
        let of = |location| absolute("https://sso.example.com/start?x=1#y", location);
        assert_eq!(of("https://a.awsapps.com/start"), "https://a.awsapps.com/start");
        assert_eq!(of("//a.awsapps.com/start"), "https://a.awsapps.com/start");
        assert_eq!(of("/start"), "https://sso.example.com/start");
        assert_eq!(of("start"), "https://sso.example.com/start");
    }

    #[test]
    fn only_https_without_a_user_is_a_start_url() {
        let host = |url| https(url).map(|(host, _)| host);
        assert_eq!(
            host("https://My-SSO.awsapps.com./start/#/").as_deref(),
            Some("my-sso.awsapps.com")
        );
        for url in [
            "http://my-sso.awsapps.com/start",
            "my-sso.awsapps.com",
            "https://me@my-sso.awsapps.com",
            "https://my-sso.awsapps.com/a b",
            "",
        ] {
            assert_eq!(host(url), None, "{url}");
        }
    }
}
