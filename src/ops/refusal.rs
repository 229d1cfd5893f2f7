//! A profile that cannot be resolved -> the error, with the mistake in the files that may be behind it.

use crate::advice::{Advice, Command};
use crate::config::mistakes::{self, Mistake};
use crate::config::{ProfileSet, SectionKind};
use crate::error::Error;
use crate::ops::bundle;
use crate::resolve;
use crate::text::display;

/// In hints; `doctor` names them all.
const MAX_NAMED: usize = 3;

/// A name that a header was meant to define resembles no other.
pub fn refused(profiles: &ProfileSet, mut error: resolve::Error) -> Error {
    if let resolve::Error::ProfileNotFound { name, near, .. } = &mut error
        && mistakes::defining(profiles, SectionKind::Profile, name).is_some()
    {
        near.clear();
    }
    explained(profiles, error)
}

/// [`refused`] with all names that are said to be near.
pub fn explained(profiles: &ProfileSet, error: resolve::Error) -> Error {
    let found = behind(profiles, &error);
    let mut error = Error::from(error);
    let hints = found.iter().take(MAX_NAMED).map(|mistake| hint(mistake).into());
    error.causes = hints.len();
    error.hints.splice(0..0, hints);
    error
}

/// An error about a profile that resolves to nothing, with the mistakes in it.
pub fn without_credentials(profiles: &ProfileSet, name: &str, error: Error) -> Error {
    mistakes(profiles, name).fold(error, Error::hint)
}

/// The mistakes that may keep a profile from having credentials, or from being one.
pub fn mistakes(profiles: &ProfileSet, name: &str) -> impl Iterator<Item = String> {
    let found = match profiles.profile(name) {
        Some(profile) => {
            let mut found = mistakes::of_profile(profiles, name);
            found.extend(bundle::of_profile(profile));
            found
        }
        None => mistakes::defining(profiles, SectionKind::Profile, name)
            .into_iter()
            .collect(),
    };
    found.into_iter().take(MAX_NAMED).map(|mistake| hint(&mistake))
}

/// What to do where the files define no profile: correct a header that was to define one, or add some.
pub fn first_steps(profiles: &ProfileSet) -> Vec<Advice> {
    let found = mistakes::all(profiles);
    if found.is_empty() && profiles.sso_session_names().next().is_some() {
        let import = Advice::from("`").command(Command::new("awsenv sso import"));
        return vec![import.text("` adds profiles for your accounts and roles")];
    }
    if found.is_empty() {
        let configure = Advice::from("`").command(Command::new("awsenv configure"));
        return vec![configure.text("` sets up a first profile")];
    }
    found.iter().take(MAX_NAMED).map(|found| hint(found).into()).collect()
}

pub fn hint(mistake: &Mistake) -> String {
    format!(
        "{}: {}: {}",
        display(&mistake.place.to_string()),
        mistake.what,
        mistake.instead
    )
}

fn behind(profiles: &ProfileSet, error: &resolve::Error) -> Vec<Mistake> {
    use resolve::Error as E;
    let defining = |kind, name: &str| mistakes::defining(profiles, kind, name);
    let of = |profile: &str| mistakes::of_profile(profiles, profile);
    match error {
        E::ProfileNotFound { name, .. } => defining(SectionKind::Profile, name).into_iter().collect(),
        E::SourceMissing { profile, source, .. } => {
            let header = defining(SectionKind::Profile, source);
            header.into_iter().chain(of(profile)).collect()
        }
        E::SsoSessionMissing { profile, session, .. } => {
            let header = defining(SectionKind::SsoSession, session);
            header.into_iter().chain(of(profile)).collect()
        }
        E::ServicesMissing { profile, services, .. } => {
            let header = defining(SectionKind::Services, services);
            header.into_iter().chain(of(profile)).collect()
        }
        E::SourceWithoutCredentials { source, .. } => of(source),
        E::BadCredentialSource { profile, .. }
        | E::BadProcess { profile, .. }
        | E::BadValue { profile, .. }
        | E::NoSource { profile, .. }
        | E::PartialCredentials {
            profile: Some(profile), ..
        }
        | E::SsoConflict { profile, .. }
        | E::SsoIncomplete { profile, .. }
        | E::WebIdentityWithoutRole { profile, .. } => of(profile),
        E::BadRegion { .. }
        | E::BadSetting { .. }
        | E::BothSources { .. }
        | E::ContainerRefused { .. }
        | E::CredentialSourceEmpty { .. }
        | E::InfiniteLoop { .. }
        | E::Legacy(_)
        | E::PartialCredentials { profile: None, .. }
        | E::SsoSessionIncomplete { .. } => Vec::new(),
    }
}
