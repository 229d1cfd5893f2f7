//! A request and its answer, before and after the wire.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::credentials::Timestamp;
use crate::secret::Secret;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
}

/// One request, complete: nothing is added but what the connection needs, and awsenv's name.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    /// Absolute, and without a password.
    pub url: String,
    /// By names in lower case. Some values are secret.
    pub headers: Vec<(&'static str, Secret<String>)>,
    /// Empty if there is none.
    pub body: Secret<String>,
}

/// What came back, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    /// The server's clock, by its `Date`.
    pub date: Option<Timestamp>,
    /// How long the service asks to wait before the next try (`x-amz-retry-after`).
    pub retry_after: Option<Duration>,
    /// The service's name of the error, where it is not in the body (`x-amzn-errortype`).
    pub error_type: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// At most 1 MiB.
    pub body: Secret<Vec<u8>>,
}

/// How a request travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// The certificates to trust instead of the operating system's.
    pub ca_bundle: Option<PathBuf>,
    /// The proxy's URL, which may have a password.
    pub proxy: Option<Secret<String>>,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_it = |(known, _): &&(&str, Secret<String>)| *known == name;
        self.headers
            .iter()
            .find(is_it)
            .map(|(_, value)| value.expose().as_str())
    }

    /// Whether a text is a part of the body, or of a header's value.
    pub fn holds(&self, text: &str) -> bool {
        let mut values = self.headers.iter().map(|(_, value)| value);
        self.body.expose().contains(text) || values.any(|value| value.expose().contains(text))
    }
}

impl fmt::Debug for Request {
    /// The names of the headers only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
