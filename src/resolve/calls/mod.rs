//! How AWS services are called for a profile: URL, certificates, proxy, tries; each from the environment, else from the
//! profile.
//!
//! What is wrong with a setting is no error of the plan, only of the call that takes it: most plans call nothing.

mod endpoint;
mod proxy;
mod region;
mod setting;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::aws::{Service, Transport};
use crate::config::{Profile, Section, integer, url};
use crate::near::nearest;

use super::origin::Source;
use super::{Error, Inputs};
pub use endpoint::{Endpoint, UrlReason};
use proxy::Proxies;
pub use proxy::Proxy;
pub use region::{CallRegion, RegionReason};
use setting::Setting;

/// The settings of a profile's calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Whether the endpoint URLs do not count.
    ignores_urls: bool,
    variables_of_services: Vec<(Service, Setting)>,
    variable: Option<Setting>,
    services: Services,
    profile: Option<Setting>,
    fips: Option<Setting>,
    dual_stack: Option<Setting>,
    ca_bundle: Option<Setting>,
    max_attempts: Option<Setting>,
    proxies: Proxies,
}

/// What the profile's `services` leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Services {
    #[default]
    Unset,
    Broken(Error),
    Section(Vec<(Service, Setting)>),
}

/// The file of certificates to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaBundle {
    /// As it is written: botocore does not replace `~`.
    pub path: PathBuf,
    pub source: Source,
}

/// How requests travel, each part with its source.
#[derive(Clone, Debug)]
pub struct Travel {
    pub ca_bundle: Option<CaBundle>,
    pub proxy: Option<Proxy>,
    /// In all.
    pub tries: u32,
}

impl Travel {
    /// What the request itself needs of it.
    pub fn transport(&self) -> Transport {
        Transport {
            ca_bundle: self.ca_bundle.as_ref().map(|bundle| bundle.path.clone()),
            proxy: self.proxy.as_ref().map(|proxy| proxy.url.clone()),
        }
    }
}

/// Of all tries of a call, in which most pass at the first.
const TRIES: u32 = 3;
const MOST_TRIES: u32 = 5;

impl Calls {
    /// The variable wins over the profile, even if it is empty.
    pub(super) fn of(inputs: &Inputs<'_>, profile: Option<Profile<'_>>) -> Self {
        let env = inputs.env;
        let variable = |key, variable| Setting::of_variable(env, key, variable);
        let of_profile = |key| Some(Setting::of_value(key, profile?.get(key)?));
        let either = |key, name| variable(key, name).or_else(|| of_profile(key));
        let key = "ignore_configured_endpoint_urls";
        let certificates = || variable("REQUESTS_CA_BUNDLE", "REQUESTS_CA_BUNDLE");
        Self {
            ignores_urls: either(key, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|ignores| ignores.is_true()),
            variables_of_services: Service::ALL
                .into_iter()
                .filter_map(|service| Some((service, variable(URL, service.variable())?)))
                .collect(),
            variable: variable(URL, "AWS_ENDPOINT_URL"),
            services: profile.map_or(Services::Unset, |profile| services(inputs, profile)),
            profile: of_profile(URL),
            fips: either("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"),
            dual_stack: either("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
            ca_bundle: either("ca_bundle", "AWS_CA_BUNDLE").or_else(certificates),
            max_attempts: either("max_attempts", "AWS_MAX_ATTEMPTS"),
            proxies: Proxies::of(env),
        }
    }

    /// The URL that is set for a service; an empty one counts as none. Services come before what is for all of them, but
    /// only within the environment and within the file.
    fn url(&self, service: Service) -> Result<Option<&Setting>, Error> {
        let of_service = |list: &[(Service, Setting)]| list.iter().position(|(of, _)| *of == service);
        if self.ignores_urls {
            return Ok(None);
        }
        let variable = of_service(&self.variables_of_services).map(|at| &self.variables_of_services[at].1);
        let mut variables = [variable, self.variable.as_ref()].into_iter().flatten();
        if let Some(found) = variables.find(|found| !found.is_empty()) {
            return Ok(Some(found));
        }
        let section = match &self.services {
            Services::Unset => None,
            Services::Broken(error) => return Err(error.clone()),
            Services::Section(urls) => of_service(urls).map(|at| &urls[at].1),
        };
        let mut of_file = [section, self.profile.as_ref()].into_iter().flatten();
        Ok(of_file.find(|found| !found.is_empty()))
    }

    /// # Errors
    /// It is empty. Whether the file can be read is found out when it is used.
    pub fn ca_bundle(&self) -> Result<Option<CaBundle>, Error> {
        let Some(setting) = &self.ca_bundle else {
            return Ok(None);
        };
        if setting.text().trim().is_empty() {
            return Err(setting.refused("the path of a file"));
        }
        Ok(Some(CaBundle {
            path: setting.text().into(),
            source: setting.source.clone(),
        }))
    }

    /// The proxy of requests to the URL of an [`Endpoint`].
    ///
    /// # Errors
    /// awsenv cannot use that proxy.
    pub fn proxy(&self, to: &str) -> Result<Option<Proxy>, Error> {
        url::parse(to).map_or(Ok(None), |url| self.proxies.of_url(&url))
    }

    /// How requests to the URL of an [`Endpoint`] travel.
    ///
    /// # Errors
    /// A setting that cannot be followed.
    pub fn travel(&self, to: &str) -> Result<Travel, Error> {
        Ok(Travel {
            ca_bundle: self.ca_bundle()?,
            proxy: self.proxy(to)?,
            tries: self.tries()?,
        })
    }

    /// How often a call is tried in all.
    ///
    /// # Errors
    /// The setting is no such number.
    pub fn tries(&self) -> Result<u32, Error> {
        let Some(setting) = &self.max_attempts else {
            return Ok(TRIES);
        };
        match integer(setting.text()) {
            Some(number @ 1..) => Ok(u32::try_from(number).map_or(MOST_TRIES, |tries| tries.min(MOST_TRIES))),
            _ => Err(setting.refused("a whole number, at least 1")),
        }
    }
}

const URL: &str = "endpoint_url";

/// The URLs in the section that the profile names.
fn services(inputs: &Inputs<'_>, profile: Profile<'_>) -> Services {
    let Some(named) = profile.get("services") else {
        return Services::Unset;
    };
    if named.is_nested() {
        let setting = Setting::of_value("services", named);
        return Services::Broken(setting.refused("the name of a section, not a block of indented lines"));
    }
    let name = named.text();
    let is_filled = |section: &Section<'_>| section.settings().next().is_some();
    let Some(section) = inputs.profiles.services(name).filter(is_filled) else {
        return Services::Broken(Error::ServicesMissing {
            profile: profile.name().to_owned(),
            services: name.to_owned(),
            place: named.place(),
            near: nearest(name, inputs.profiles.services_names().filter(|near| *near != name))
                .into_iter()
                .map(str::to_owned)
                .collect(),
        });
    };
    let url = |service: Service| {
        let block = section.get(service.id())?;
        if !block.is_nested() {
            // Refused when it is taken, because no text of it is a URL.
            let setting = Setting::of_value(service.id(), block);
            return Some((service, Setting { text: None, ..setting }));
        }
        let url = block.nested_value(URL)?;
        let setting = Setting {
            key: URL,
            text: Some(url.text().to_owned().into()),
            source: Source::Profile(url.place()),
        };
        Some((service, setting))
    };
    Services::Section(Service::ALL.into_iter().filter_map(url).collect())
}
