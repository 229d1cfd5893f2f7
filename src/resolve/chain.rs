//! A role chain, hop by hop: botocore's `AssumeRoleProvider`.

use crate::config::{Place, Profile, Value};

use super::plan::{AssumeRole, BaseSource};
use super::read::{as_text, integer, owned, text};
use super::{Error, Inputs, ambient, near, source};

/// The first credentials and the roles on top, outermost last; `None` if `profile` asks for no role. The role wins
/// over keys in the same profile.
pub(super) fn chain(inputs: &Inputs<'_>, profile: Profile<'_>) -> Result<Option<(BaseSource, Vec<AssumeRole>)>, Error> {
    let Some(mut role_arn) = role_arn(profile) else {
        return Ok(None);
    };
    let mut profile = profile;
    let mut walk = Walk {
        inputs,
        visited: vec![profile.name().to_owned()],
        followed: Vec::new(),
    };
    let mut roles = Vec::new();
    let base = loop {
        roles.push(role(profile, role_arn)?);
        let source = match (text(profile, "source_profile")?, text(profile, "credential_source")?) {
            (Some((_, source_profile)), Some((_, credential_source))) => {
                let profile = profile.name().to_owned();
                return Err(Error::BothSources {
                    profile,
                    source_profile,
                    credential_source,
                });
            }
            (None, None) => {
                return Err(Error::NoSource {
                    profile: profile.name().to_owned(),
                    place: role_arn.place(),
                });
            }
            (None, Some((source, place))) => break ambient::named(inputs, profile.name(), source, &place)?,
            (Some((source, place)), None) => walk.to(profile, source, place)?,
        };
        // A source with keys of its own is not asked for its role.
        match self::role_arn(source).filter(|_| !has_static_keys(source)) {
            Some(next) => (profile, role_arn) = (source, next),
            None => break source::of_profile(inputs, source, false)?.ok_or_else(|| walk.dead_end(profile, source))?,
        }
    };
    roles.reverse();
    Ok(Some((base, roles)))
}

/// The role that a profile asks for; with a token file the web identity provider handles the profile.
pub(super) fn role_arn(profile: Profile<'_>) -> Option<Value<'_>> {
    profile
        .get("role_arn")
        .filter(|_| profile.get("web_identity_token_file").is_none())
}

fn has_static_keys(profile: Profile<'_>) -> bool {
    profile.get("aws_access_key_id").is_some() || profile.get("aws_secret_access_key").is_some()
}

fn role(profile: Profile<'_>, role_arn: Value<'_>) -> Result<AssumeRole, Error> {
    let (arn, place) = as_text(profile, role_arn)?;
    Ok(AssumeRole {
        profile: profile.name().to_owned(),
        role_arn: arn.to_owned(),
        role_session_name: owned(profile, "role_session_name")?.filter(|name| !name.is_empty()),
        external_id: owned(profile, "external_id")?,
        mfa_serial: owned(profile, "mfa_serial")?,
        duration_seconds: text(profile, "duration_seconds")?.and_then(|(value, _)| integer(value)),
        place,
    })
}

/// The path so far.
struct Walk<'a> {
    inputs: &'a Inputs<'a>,
    visited: Vec<String>,
    /// The lines of `source_profile` that led from one of `visited` to the next.
    followed: Vec<Place>,
}

impl<'a> Walk<'a> {
    /// The source profile, if it exists and forms no loop. A profile may name itself only for its own keys.
    fn to(&mut self, profile: Profile<'_>, source: &str, place: Place) -> Result<Profile<'a>, Error> {
        let Some(found) = self.inputs.profiles.profile(source) else {
            return Err(Error::SourceMissing {
                profile: profile.name().to_owned(),
                source: source.to_owned(),
                place,
                near: near(source, self.inputs.profiles.names()),
            });
        };
        self.followed.push(place);
        let own_keys = profile.name() == source && has_static_keys(found);
        if !own_keys && self.visited.iter().any(|name| name == source) {
            let members = self.visited.drain(..).zip(self.followed.drain(..)).collect();
            return Err(Error::InfiniteLoop {
                members,
                again: source.to_owned(),
            });
        }
        self.visited.push(source.to_owned());
        Ok(found)
    }

    fn dead_end(&self, profile: Profile<'_>, source: Profile<'_>) -> Error {
        Error::SourceWithoutCredentials {
            profile: profile.name().to_owned(),
            source: source.name().to_owned(),
            place: self.followed.last().cloned(),
        }
    }
}
