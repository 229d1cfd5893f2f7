//! A profile (or its absence) -> a plan: which credentials, through which roles, in which region.
//!
//! Pure, with botocore's order and rules throughout. It must not know a shell, the network or the disk: it asks for
//! legacy boto files and the login cache through [`Inputs`], and only when the search reaches them.

mod ambient;
mod calling;
mod calls;
mod chain;
mod device;
mod error;
mod mfa;
mod origin;
mod partial;
mod plan;
mod reach;
mod read;
mod region;
mod select;
mod source;
mod sso;
mod style;

pub use calls::{CaBundle, CallRegion, Calls, Endpoint, Proxy, RegionReason, Travel, UrlReason};
pub use chain::{Link, LinkId};
pub use device::{CodeProcess, Device};
pub use error::Error;
pub use mfa::Caller;
pub use origin::{RegionSource, Source};
pub use partial::{containing, partial};
pub use plan::{
    AssumeRole, BaseSource, CredentialPlan, CredentialProcess, KeySource, Keys, Login, LoginCache, WebIdentity,
};
pub use reach::{Origin, Reach};
pub use region::Region;
pub use select::{Choice, How, select};
pub use sso::{Sso, SsoSession, sso_session};
pub use style::{ExportDecision, StyleError, export_style};

pub use crate::env::style::Style;

use std::cell::Cell;

use crate::config::{Profile, ProfileSet, integer};
use crate::env::Env;
use crate::near::nearest;
use chain::Chains;

/// What resolving reads. The two functions are called only when the search reaches them.
pub struct Inputs<'a> {
    pub profiles: &'a ProfileSet,
    /// How the user names these files, for a profile that is in none of them.
    pub searched: &'a str,
    /// The user's own variables, without those that awsenv exported.
    pub env: &'a Env,
    pub legacy: &'a dyn Legacy,
    /// What the cache of `aws login` holds for a session.
    pub login: &'a dyn Fn(&str) -> LoginCache,
    /// How many more mistyped names are compared with all the others, which takes time for each.
    pub guesses: Cell<u32>,
}

/// Keys outside the AWS files.
pub trait Legacy {
    /// The boto profile of this name: `~/.boto_NAME`, or `[profile NAME]` in a boto file.
    fn profile(&self, name: &str) -> Result<Option<BaseSource>, Error>;
    /// The file that AWS_CREDENTIAL_FILE names.
    fn ec2_file(&self) -> Result<Option<Keys>, Error>;
    /// The `[Credentials]` that botocore falls back to.
    fn credentials(&self) -> Result<Option<Keys>, Error>;
}

/// The plan of the chosen profile, as botocore resolves it. `region` is the option of that name.
///
/// # Errors
/// Whatever botocore refuses without asking anyone, with the lines responsible.
pub fn resolve(inputs: &Inputs<'_>, choice: &Choice, region: Option<&str>) -> Result<CredentialPlan, Error> {
    let mut survey = Survey::new(inputs);
    let outline = survey.outline(choice, region)?;
    Ok(survey.plan(outline, inputs.profiles.profile(&choice.name)))
}

/// How AWS is called by the settings of a profile, or else by those of the environment alone.
pub fn calls(inputs: &Inputs<'_>, profile: Option<&str>) -> Calls {
    Calls::of(inputs, profile.and_then(|name| inputs.profiles.profile(name)))
}

/// Plans of many profiles of the same files: chains share their links, so all profiles together cost no more than what
/// the files hold.
pub struct Survey<'a> {
    inputs: &'a Inputs<'a>,
    chains: Chains<'a>,
}

/// A [`CredentialPlan`] whose chain is still in the survey.
pub struct Outline {
    pub start: Start,
    region: Option<Region>,
    device: Option<Device>,
    asks_metadata: bool,
}

/// What a plan has instead of `base` and `roles`.
pub enum Start {
    /// A chain by its outermost role.
    Chain(LinkId),
    /// Credentials without a role; `None` where botocore finds none.
    Base(Option<Box<BaseSource>>),
}

impl<'a> Survey<'a> {
    pub fn new(inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            chains: Chains::new(inputs),
        }
    }

    pub fn link(&self, id: LinkId) -> &Link {
        self.chains.link(id)
    }

    /// The base below a link, and the profile whose own credentials it is.
    pub fn base(&self, id: LinkId) -> (LinkId, Option<&'a str>) {
        self.chains.base(id)
    }

    /// # Errors
    /// As [`resolve`].
    pub fn outline(&mut self, choice: &Choice, region: Option<&str>) -> Result<Outline, Error> {
        let inputs = self.inputs;
        let profile = inputs.profiles.profile(&choice.name);
        if profile.is_none() && choice.how != How::Implicit {
            return legacy_profile(inputs, choice, region);
        }
        let region = region::region(region, inputs.env, profile)?;
        if let Some(profile) = profile {
            check_metadata_settings(inputs.env, profile)?;
        }
        let outline = |start| Outline {
            start,
            region,
            device: None,
            asks_metadata: false,
        };
        if !choice.is_explicit()
            && let Some(keys) = ambient::environment(inputs.env)?
        {
            let base = BaseSource::Environment { keys, named: None };
            return Ok(outline(Start::Base(Some(Box::new(base)))));
        }
        if let Some(profile) = profile
            && let Some(chain) = self.chains.chosen(profile)?
        {
            return Ok(outline(Start::Chain(chain)));
        }
        let own = match profile {
            Some(profile) => source::of_profile(inputs, profile, !choice.is_explicit())?,
            None => source::web_identity(inputs, &choice.name, None, true)?.map(BaseSource::WebIdentity),
        };
        let base = match own {
            Some(base) => Some(base),
            None => fallback(inputs)?,
        };
        let asks_metadata = base.is_none() && !ambient::metadata_disabled(inputs.env);
        Ok(Outline {
            device: profile.and_then(device::own),
            asks_metadata,
            ..outline(Start::Base(base.map(Box::new)))
        })
    }

    fn plan(&self, outline: Outline, profile: Option<Profile<'_>>) -> CredentialPlan {
        let Outline {
            start,
            region,
            device,
            asks_metadata,
        } = outline;
        let mut roles = Vec::new();
        let base_of = match start {
            Start::Base(_) => None,
            Start::Chain(at) => self.base(at).1.map(str::to_owned),
        };
        let base = match start {
            Start::Base(base) => base.map(|base| *base),
            Start::Chain(mut at) => loop {
                match self.link(at) {
                    Link::Role(role, below) => {
                        roles.push(role.clone());
                        at = *below;
                    }
                    Link::Base(base) => break Some(base.clone()),
                }
            },
        };
        roles.reverse();
        // The device is that of the user below, who may name the program for all roles.
        if let Some(device) = roles.first_mut().and_then(|role: &mut AssumeRole| role.mfa.as_mut()) {
            let owner = base_of.as_ref().and_then(|name| self.inputs.profiles.profile(name));
            device.process = device.process.take().or_else(|| device::process(owner?));
        }
        CredentialPlan {
            base,
            base_of,
            roles,
            device,
            region,
            calls: Calls::of(self.inputs, profile),
            asks_metadata,
        }
    }
}

/// What botocore tries after the profile, even one named on the command line.
fn fallback(inputs: &Inputs<'_>) -> Result<Option<BaseSource>, Error> {
    if let Some(keys) = inputs.legacy.ec2_file()? {
        return Ok(Some(BaseSource::Boto(keys)));
    }
    if let Some(keys) = inputs.legacy.credentials()? {
        return Ok(Some(BaseSource::Boto(keys)));
    }
    Ok(ambient::container(inputs.env)?.map(|uri| BaseSource::Container { uri, named: None }))
}

/// A profile that only legacy boto files define; botocore does not read those.
fn legacy_profile(inputs: &Inputs<'_>, choice: &Choice, region: Option<&str>) -> Result<Outline, Error> {
    match inputs.legacy.profile(&choice.name)? {
        Some(base) => Ok(Outline {
            start: Start::Base(Some(Box::new(base))),
            region: region::region(region, inputs.env, None)?,
            device: None,
            asks_metadata: false,
        }),
        None => Err(Error::ProfileNotFound {
            name: choice.name.clone(),
            how: choice.how,
            searched: inputs.searched.to_owned(),
            near: near(inputs, &choice.name, inputs.profiles.names()),
        }),
    }
}

/// The settings of the metadata client, which botocore reads before it looks for any credentials.
fn check_metadata_settings(env: &Env, profile: Profile<'_>) -> Result<(), Error> {
    for (key, variable) in [
        ("metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT"),
        ("metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"),
    ] {
        if env.os(variable).is_none()
            && let Some((value, place)) = read::text(profile, key)?
            && integer(value).is_none()
        {
            return Err(Error::BadValue {
                profile: profile.name().to_owned(),
                key: key.to_owned(),
                needs: "a whole number",
                place,
            });
        }
    }
    let key = "ec2_metadata_service_endpoint_mode";
    if env.os("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").is_none()
        && let Some((value, place)) = read::text(profile, key)?
        && !["ipv4", "ipv6"].contains(&value.to_lowercase().as_str())
    {
        return Err(Error::BadValue {
            profile: profile.name().to_owned(),
            key: key.to_owned(),
            needs: "`ipv4` or `ipv6`",
            place,
        });
    }
    Ok(())
}

fn near<'a>(inputs: &Inputs<'_>, name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let guesses = inputs.guesses.get();
    inputs.guesses.set(guesses.saturating_sub(1));
    // An empty name has no letters that could be mistyped.
    let names = names.filter(|_| !name.is_empty() && guesses > 0);
    nearest(name, names).into_iter().map(str::to_owned).collect()
}
