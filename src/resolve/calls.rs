//! How AWS services are called for a profile: URL, certificates, proxy, tries; each from the environment, else from the
//! profile.

use crate::aws::Transport;

/// The settings of the calls that get a profile's credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {}

/// Where a service is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// With a path; without query and password.
    pub url: String,
    /// What the request is signed for.
    pub region: String,
    /// Whether it is AWS's own address, and not one of `endpoint_url`.
    pub is_own: bool,
}

/// The services that awsenv calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Sts,
}

impl Calls {
    /// Where `service` is called in a region.
    pub fn endpoint(&self, service: Service, region: &str) -> Endpoint {
        let Service::Sts = service;
        Endpoint {
            url: format!("https://sts.{region}.amazonaws.com/"),
            region: region.to_owned(),
            is_own: true,
        }
    }

    /// How a request to `url` travels.
    pub fn transport(&self, _url: &str) -> Transport {
        Transport::default()
    }

    /// How often a call is tried in all.
    pub fn tries(&self) -> u32 {
        3
    }
}
