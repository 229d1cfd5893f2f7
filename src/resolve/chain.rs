//! A role chain, hop by hop: botocore's `AssumeRoleProvider`.

use crate::config::{Place, Profile};

use super::plan::{AssumeRole, BaseSource};
use super::read::{integer, owned, text};
use super::{Error, Inputs, ambient, near::near, source};

/// The first credentials and the roles on top, outermost last; `None` if `profile` asks for no role. The role wins
/// over keys in the same profile.
pub(super) fn chain(inputs: &Inputs<'_>, profile: &Profile) -> Result<Option<(BaseSource, Vec<AssumeRole>)>, Error> {
    if !asks_for_role(profile) {
        return Ok(None);
    }
    let mut walk = Walk { inputs, visited: vec![profile.name.to_string()], sources: Vec::new(), roles: Vec::new() };
    let base = walk.from(profile)?;
    walk.roles.reverse();
    Ok(Some((base, walk.roles)))
}

/// Whether the role provider takes a profile; with a token file the web identity provider does.
pub(super) fn asks_for_role(profile: &Profile) -> bool {
    profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

fn has_static_keys(profile: &Profile) -> bool {
    profile.get("aws_access_key_id").is_some() || profile.get("aws_secret_access_key").is_some()
}

struct Walk<'a> {
    inputs: &'a Inputs<'a>,
    visited: Vec<String>,
    /// The lines of `source_profile` that were followed: one for each of `visited`, save the last.
    sources: Vec<Place>,
    roles: Vec<AssumeRole>,
}

impl Walk<'_> {
    fn from(&mut self, profile: &Profile) -> Result<BaseSource, Error> {
        let name = profile.name.to_string();
        let role = role(profile)?;
        let role_place = role.place.clone();
        let source = match (text(profile, "source_profile")?, text(profile, "credential_source")?) {
            (Some((_, source)), Some((_, named))) => {
                return Err(Error::BothSources {
                    profile: name,
                    source_profile: source.clone(),
                    credential_source: named.clone(),
                });
            }
            (None, None) => return Err(Error::NoSource { profile: name, place: role_place }),
            (None, Some((source, place))) => {
                self.roles.push(role);
                return ambient::named(self.inputs, &name, source, place);
            }
            (Some((source, place)), None) => self.source(profile, source, place)?,
        };
        self.roles.push(role);
        // A source with keys of its own is not asked for its role.
        if !has_static_keys(source) && asks_for_role(source) {
            return self.from(source);
        }
        source::of_profile(self.inputs, source, false)?.ok_or_else(|| Error::SourceWithoutCredentials {
            profile: name,
            source: source.name.to_string(),
            place: self.sources.last().cloned().unwrap_or(role_place),
        })
    }

    /// The source profile, if it exists and does not close a loop. A profile may name itself only for its own keys.
    fn source<'p>(&mut self, profile: &Profile, source: &str, place: &Place) -> Result<&'p Profile, Error>
    where
        Self: 'p,
    {
        let Some(found) = self.inputs.profiles.profile(source) else {
            return Err(Error::SourceMissing {
                profile: profile.name.to_string(),
                source: source.to_owned(),
                place: place.clone(),
                near: near(source, self.inputs.names()),
            });
        };
        self.sources.push(place.clone());
        let itself = profile.name.to_string() == source && has_static_keys(found);
        if self.visited.iter().any(|name| name == source) && !itself {
            let members = self.visited.iter().cloned().zip(self.sources.iter().cloned()).collect();
            return Err(Error::InfiniteLoop { members, again: source.to_owned() });
        }
        self.visited.push(source.to_owned());
        Ok(found)
    }
}

fn role(profile: &Profile) -> Result<AssumeRole, Error> {
    let (role_arn, place) = match text(profile, "role_arn")? {
        Some((arn, place)) => (arn.to_owned(), place.clone()),
        // Not reached: the caller has seen the key.
        None => (String::new(), profile.place.clone()),
    };
    Ok(AssumeRole {
        profile: profile.name.to_string(),
        role_arn,
        role_session_name: owned(profile, "role_session_name")?,
        external_id: owned(profile, "external_id")?,
        mfa_serial: owned(profile, "mfa_serial")?,
        duration_seconds: text(profile, "duration_seconds")?.and_then(|(value, _)| integer(value)),
        place,
    })
}
