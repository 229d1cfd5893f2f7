//! Which region, and what names it.

use crate::config::Profile;
use crate::env::Env;

use super::Error;
use super::origin::RegionSource;
use super::read::text;

/// An empty name is a name: botocore and the AWS CLI take it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub value: String,
    pub source: RegionSource,
}

/// `option`, else AWS_REGION, else AWS_DEFAULT_REGION (AWS CLI v2; boto3 reads only the latter), else the profile's.
/// The environment beats even a profile that was named on the command line.
pub(super) fn region(option: Option<&str>, env: &Env, profile: Option<Profile<'_>>) -> Result<Option<Region>, Error> {
    if let Some(value) = option {
        return Ok(Some(Region {
            value: value.to_owned(),
            source: RegionSource::Option,
        }));
    }
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(value) = env.os(name) {
            let value = value.to_string_lossy().into_owned();
            return Ok(Some(Region {
                value,
                source: RegionSource::Environment(name),
            }));
        }
    }
    let Some(profile) = profile else { return Ok(None) };
    let found = text(profile, "region")?;
    Ok(found.map(|(value, place)| Region {
        value: value.to_owned(),
        source: RegionSource::Profile(place),
    }))
}
