//! A profile (or its absence) -> a plan: which credentials, through which roles, in which region.
//!
//! Pure, with botocore's order and rules throughout. It must not know a shell, the network or the disk: it asks for
//! legacy boto files and the login cache through [`Inputs`], and only when the search reaches them.

mod ambient;
mod chain;
mod error;
mod partial;
mod plan;
mod reach;
mod read;
mod region;
mod select;
mod source;
mod style;

pub use error::Error;
pub use partial::partial;
pub use plan::{
    AssumeRole, BaseSource, CredentialPlan, CredentialProcess, KeySource, Keys, Login, LoginCache, Sso, WebIdentity,
};
pub use reach::{Local, Reach};
pub use region::{Region, RegionSource};
pub use select::{Choice, How, select};
pub use style::{ExportDecision, StyleError, export_style};

pub use crate::env::state::Style;

use crate::config::{Profile, ProfileSet};
use crate::env::Env;
use crate::near::nearest;

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
    let profile = inputs.profiles.profile(&choice.name);
    if profile.is_none() && choice.how != How::Implicit {
        return legacy_profile(inputs, choice, region);
    }
    let region = region::region(region, inputs.env, profile)?;
    if let Some(profile) = profile {
        check_metadata_settings(inputs.env, profile)?;
    }
    let plan = |base, roles| CredentialPlan {
        base,
        roles,
        region,
        asks_metadata: false,
    };
    if !choice.is_explicit()
        && let Some(keys) = ambient::environment(inputs.env)?
    {
        return Ok(plan(Some(BaseSource::Environment { keys, named: None }), Vec::new()));
    }
    if let Some(profile) = profile
        && let Some((base, roles)) = chain::chain(inputs, profile)?
    {
        return Ok(plan(Some(base), roles));
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
    Ok(CredentialPlan {
        asks_metadata,
        ..plan(base, Vec::new())
    })
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
fn legacy_profile(inputs: &Inputs<'_>, choice: &Choice, region: Option<&str>) -> Result<CredentialPlan, Error> {
    match inputs.legacy.profile(&choice.name)? {
        Some(base) => Ok(CredentialPlan {
            base: Some(base),
            roles: Vec::new(),
            region: region::region(region, inputs.env, None)?,
            asks_metadata: false,
        }),
        None => Err(Error::ProfileNotFound {
            name: choice.name.clone(),
            how: choice.how,
            searched: inputs.searched.to_owned(),
            near: near(&choice.name, inputs.profiles.names()),
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
            && read::integer(value).is_none()
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

fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // An empty name has no letters that could be mistyped.
    let names = names.filter(|_| !name.is_empty());
    nearest(name, names).into_iter().map(str::to_owned).collect()
}
