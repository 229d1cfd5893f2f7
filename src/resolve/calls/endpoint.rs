//! A service and a region -> the URL that is called, and why that one.

use super::Calls;
use super::proxy::is_here;
use super::region::{CallRegion, RegionReason};
use super::setting::Setting;
use crate::aws::{self, Partition, Service, Variant};
use crate::config::region::is_label;
use crate::config::url::{self, Flaw};
use crate::redact::shown;
use crate::resolve::Error;
use crate::resolve::origin::Source;

/// Where a service is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub service: Service,
    /// With a path; without user, query and a port that goes without saying.
    pub url: String,
    /// What the request is signed for.
    pub region: String,
    /// As in an ARN.
    pub partition: &'static str,
    pub because: UrlReason,
    /// Whether others on the way can read the request.
    is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlReason {
    /// AWS's own address, of the kind that these ask for.
    Own {
        fips: Option<Source>,
        dual_stack: Option<Source>,
    },
    /// An `endpoint_url`.
    Set(Source),
}

impl Endpoint {
    /// Whether it is AWS's own address, and not one of `endpoint_url`.
    pub fn is_own(&self) -> bool {
        matches!(self.because, UrlReason::Own { .. })
    }

    /// What the user should know of an address without TLS on another machine.
    pub fn warning(&self) -> Option<String> {
        let UrlReason::Set(source) = &self.because else {
            return None;
        };
        self.is_open.then(|| {
            format!(
                "{} is called by plain http at {}, so others on the way can read the keys ({source})",
                self.service.title(),
                shown(&self.url)
            )
        })
    }
}

impl Calls {
    /// Where `service` is called. An `endpoint_url` wins over `use_fips_endpoint` and `use_dualstack_endpoint`.
    ///
    /// # Errors
    /// The region cannot be in the name of a host, or the URL is none.
    pub fn endpoint(&self, service: Service, region: &CallRegion) -> Result<Endpoint, Error> {
        let (plain, asks_for_fips) = aws::without_fips(&region.value);
        if !is_label(&plain) {
            return Err(Error::BadRegion {
                region: region.value.clone(),
                source: match &region.because {
                    RegionReason::Named(source) => Some(source.clone()),
                    RegionReason::Partition { .. } | RegionReason::Nothing => None,
                },
            });
        }
        let partition = Partition::of_region(&plain).id;
        if let Some(set) = self.url(service)? {
            let url = custom(service, set)?;
            return Ok(Endpoint {
                service,
                url: url.text,
                region: plain,
                partition,
                because: UrlReason::Set(set.source.clone()),
                is_open: url.is_open,
            });
        }
        let on = |setting: &Option<Setting>| {
            let on = setting.as_ref().filter(|setting| setting.is_true());
            on.map(|setting| setting.source.clone())
        };
        let (fips, dual_stack) = (on(&self.fips), on(&self.dual_stack));
        let variant = Variant {
            fips: fips.is_some() || asks_for_fips,
            dual_stack: dual_stack.is_some(),
        };
        let address = aws::address(service, &plain, variant);
        Ok(Endpoint {
            service,
            url: format!("https://{}/", address.host),
            region: address.region,
            partition,
            because: UrlReason::Own { fips, dual_stack },
            is_open: false,
        })
    }
}

/// A URL of `endpoint_url`.
struct Custom {
    text: String,
    is_open: bool,
}

/// In one form, so that what is signed is what is sent.
fn custom(service: Service, set: &Setting) -> Result<Custom, Error> {
    if set.text.is_none() {
        return Err(set.refused(match set.key == service.id() {
            true => "a block of indented lines, as in `  endpoint_url = https://…`",
            false => "a URL, not a block of indented lines",
        }));
    }
    // Python's parser drops blanks at the start.
    let url = url::parse(set.text().trim_start()).map_err(|flaw| set.refused(needs(flaw)))?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !url.rest.is_empty() {
        return Err(set.refused("a URL without a query and a fragment"));
    }
    if !url.path.bytes().all(is_plain) {
        return Err(set.refused("a URL in which other characters than letters, digits and signs are written as `%20`"));
    }
    let (scheme, own_port) = if url.is_https { ("https", 443) } else { ("http", 80) };
    let port = url.port.filter(|port| *port != own_port);
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let path = if url.path.is_empty() { "/" } else { url.path };
    Ok(Custom {
        text: format!("{scheme}://{}{port}{path}", url.host.to_ascii_lowercase()),
        is_open: !url.is_https && !is_here(&url),
    })
}

fn needs(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Scheme => "a URL that begins with `http://` or `https://`",
        Flaw::OtherScheme => "a URL of http or https",
        Flaw::Host => "a URL with the name of a host",
        Flaw::Port => "a URL with a port from 0 to 65535",
    }
}
