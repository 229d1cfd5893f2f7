//! IAM Identity Center as it is configured: a session, by a section of its own or by a profile's start URL, and the role
//! that a profile takes from it.

use std::collections::BTreeMap;

use super::calls::{CallRegion, RegionReason};
use super::origin::RegionSource;
use super::read::{as_text, text};
use super::{Error, Inputs, near};
use crate::config::{Place, Profile, ProfileSet, Value};

/// What a person signs in to, and what one token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoSession {
    /// That of its section; `None` for the legacy form, which has only a start URL.
    pub name: Option<String>,
    pub start_url: String,
    pub region: String,
    /// The line of `sso_region`.
    pub region_place: Place,
    /// `sso_registration_scopes`; `None` if it is absent.
    pub scopes: Option<Vec<String>>,
}

/// A role in an account, as IAM Identity Center gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sso {
    /// Whose settings these are.
    pub profile: String,
    pub session: SsoSession,
    pub account_id: String,
    pub role_name: String,
    /// The line of `sso_role_name`.
    pub place: Place,
}

impl SsoSession {
    /// What its token file is named after.
    pub fn cache_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.start_url)
    }

    /// Where its services are called, whatever the profile's own region is.
    pub fn call_region(&self) -> CallRegion {
        CallRegion {
            value: self.region.clone(),
            because: RegionReason::Named(RegionSource::Profile(self.region_place.clone())),
        }
    }
}

/// The session of the section `[sso-session NAME]`; `None` if there is none.
///
/// # Errors
/// A key is missing.
pub fn sso_session(profiles: &ProfileSet, name: &str) -> Result<Option<SsoSession>, Error> {
    let Some(section) = profiles.sso_session(name) else {
        return Ok(None);
    };
    let missing: Vec<_> = ["sso_start_url", "sso_region"]
        .into_iter()
        .filter(|key| section.get(key).is_none_or(Value::is_nested))
        .collect();
    let (Some(url), Some(region), true) = (
        section.get("sso_start_url"),
        section.get("sso_region"),
        missing.is_empty(),
    ) else {
        return Err(Error::SsoSessionIncomplete {
            session: name.to_owned(),
            missing,
            place: section.place(),
        });
    };
    Ok(Some(SsoSession {
        name: Some(name.to_owned()),
        start_url: url.text().to_owned(),
        region: region.text().to_owned(),
        region_place: region.place(),
        scopes: section.get("sso_registration_scopes").map(scopes),
    }))
}

/// As the AWS CLI reads them.
fn scopes(value: Value<'_>) -> Vec<String> {
    let words = value.text().split(',').map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// IAM Identity Center: selected by an account or a role name; the rest may be in the sso-session, and a key that is in
/// both must be the same.
pub(super) fn of_profile(inputs: &Inputs<'_>, profile: Profile<'_>) -> Result<Option<Sso>, Error> {
    let asked = profile.get("sso_role_name").or_else(|| profile.get("sso_account_id"));
    let Some(asked) = asked else { return Ok(None) };
    let name = profile.name().to_owned();
    let session = match text(profile, "sso_session")? {
        None => None,
        Some((session, place)) => match inputs.profiles.sso_session(session) {
            Some(found) => Some((session, found)),
            None => {
                return Err(Error::SsoSessionMissing {
                    profile: name,
                    session: session.to_owned(),
                    place,
                    near: near(inputs, session, inputs.profiles.sso_session_names()),
                });
            }
        },
    };
    if let Some((_, session)) = session {
        for theirs in session.settings() {
            if let Some(ours) = profile.get(theirs.key()).filter(|ours| !same(*ours, theirs)) {
                return Err(Error::SsoConflict {
                    profile: name,
                    key: theirs.key().to_owned(),
                    place: ours.place(),
                    session_place: theirs.place(),
                });
            }
        }
    }
    let value = |key: &str| profile.get(key).or_else(|| session?.1.get(key));
    let needed = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"];
    let missing: Vec<_> = needed.into_iter().filter(|key| value(key).is_none()).collect();
    let read = |key: &'static str| -> Result<String, Error> {
        value(key).map_or(Ok(String::new()), |value| Ok(as_text(profile, value)?.0.to_owned()))
    };
    if !missing.is_empty() {
        return Err(Error::SsoIncomplete {
            profile: name,
            missing,
            place: asked.place(),
        });
    }
    let region = value("sso_region");
    let registered = session.and_then(|(_, session)| session.get("sso_registration_scopes"));
    Ok(Some(Sso {
        profile: name,
        session: SsoSession {
            name: session.map(|(name, _)| name.to_owned()),
            start_url: read("sso_start_url")?,
            region: read("sso_region")?,
            region_place: region.map_or_else(|| asked.place(), Value::place),
            scopes: registered.map(scopes),
        },
        account_id: read("sso_account_id")?,
        role_name: read("sso_role_name")?,
        place: asked.place(),
    }))
}

/// Whether botocore takes two values as equal: equal text, or blocks with equal lines in any order.
fn same(ours: Value<'_>, theirs: Value<'_>) -> bool {
    match (ours.is_nested(), theirs.is_nested()) {
        (true, true) => block(ours) == block(theirs),
        (false, false) => ours.text() == theirs.text(),
        _ => false,
    }
}

fn block(value: Value<'_>) -> BTreeMap<&str, &str> {
    value.nested().map(|line| (line.key(), line.text())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Document;

    fn profiles(config: &str) -> ProfileSet {
        let document = Document::parse(Path::new("config"), config.into());
        ProfileSet::new(Some(document), None).unwrap()
    }

    fn session(config: &str) -> Result<Option<SsoSession>, Error> {
        sso_session(&profiles(config), "s")
    }

    #[test]
    fn a_session_is_a_section_with_a_start_url_and_a_region() {
        let whole = "[sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n";
        let read = session(whole).unwrap().expect("a session");
        assert_eq!(
            (read.cache_name(), read.start_url.as_str()),
            ("s", "https://x.awsapps.com/start")
        );
        assert_eq!((read.region.as_str(), read.region_place.line), ("eu-west-1", 3));
        assert_eq!(session("[sso-session other]\nsso_region = eu-west-1\n"), Ok(None));
        let missing = |config| match session(config) {
            Err(Error::SsoSessionIncomplete { missing, place, .. }) => (missing, place.line),
            other => panic!("{other:?}"),
        };
        assert_eq!(missing("[sso-session s]\n"), (vec!["sso_start_url", "sso_region"], 1));
        assert_eq!(
            missing("\n[sso-session s]\nsso_region = eu-west-1\n"),
            (vec!["sso_start_url"], 2)
        );
        let block = "[sso-session s]\nsso_start_url = https://x\nsso_region =\n  a = b\n";
        assert_eq!(missing(block), (vec!["sso_region"], 1));
    }

    /// The AWS CLI names a registration by them, and tells none from no such key.
    #[test]
    fn scopes_are_separated_by_commas() {
        let scopes = |line: &str| {
            let config = format!("[sso-session s]\nsso_start_url = https://x\nsso_region = r\n{line}\n");
            session(&config).unwrap().expect("a session").scopes
        };
        let texts = |all: &[&str]| Some(all.iter().copied().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(scopes(""), None);
        assert_eq!(scopes("sso_registration_scopes ="), texts(&[]));
        assert_eq!(scopes("sso_registration_scopes = , ,"), texts(&[]));
        assert_eq!(
            scopes("sso_registration_scopes = sso:account:access, codewhisperer:completions ,"),
            texts(&["sso:account:access", "codewhisperer:completions"])
        );
    }
}
