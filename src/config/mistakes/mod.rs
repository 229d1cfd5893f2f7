//! Mistakes that people make in AWS files: what botocore reads differently from what its writer meant, as data.
//!
//! What botocore reads as it is meant, and other SDKs do not, is a [lint](mod@crate::config::lint). Unknown keys that
//! resemble nothing are left alone. No text here holds the value of a secret key.

mod choice;
mod code;
mod headers;
mod keys;
mod known;
mod mfa;
mod profiles;
mod table;
mod values;
mod wrong;

use std::collections::HashMap;

use super::document::Document;
use super::place::Place;
use super::profiles::{Profile, ProfileSet, SectionKind, defined};
use super::value::Section;
use crate::redact;
use crate::text::cut;

pub use choice::{checked, choice, endpoint, of_roles, unbeaten};
pub use code::MistakeCode;
pub use known::{OWN as OWN_KEYS, PROFILE as PROFILE_KEYS, S3 as S3_KEYS};
pub use mfa::PROCESSES as CODE_PROCESSES;
pub use values::{ELSEWHERE, OUTPUTS, output, quoted, region};
pub use wrong::Wrong;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub code: MistakeCode,
    pub place: Place,
    /// The profile that it is in, by its exact name to botocore.
    pub profile: Option<String>,
    /// What is there.
    pub what: String,
    /// What was meant, or what to do.
    pub instead: String,
    /// Whether it cannot be right: then whatever meets it fails.
    pub is_certain: bool,
}

/// Of both files, in the order of files and lines.
pub fn all(profiles: &ProfileSet) -> Vec<Mistake> {
    let mut found = headers::all(profiles);
    let mut keys = Keys::default();
    for owned in read(profiles).chain(headers::misread(profiles)) {
        found.extend(of_section(profiles, &owned, &mut keys));
    }
    found.extend(
        profiles
            .profiles()
            .flat_map(|profile| self::profiles::of(profiles, profile)),
    );
    found.extend(self::profiles::replaced(profiles, ""));
    found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    // One file may be both.
    found.dedup_by(|a, b| a.place == b.place && a.what == b.what);
    found
}

/// Of one profile, of the sso-session and the services that it names, and of a header that was meant to be the profile's.
pub fn of_profile(profiles: &ProfileSet, name: &str) -> Vec<Mistake> {
    let Some(profile) = profiles.profile(name) else {
        return Vec::new();
    };
    let mut keys = Keys::default();
    let mut found: Vec<_> = sections_of(profiles, profile)
        .flat_map(|owned| of_section(profiles, &owned, &mut keys))
        .collect();
    found.extend(self::profiles::of(profiles, profile));
    found.extend(defining(profiles, SectionKind::Profile, name));
    found.extend(self::profiles::replaced(profiles, name).filter(|mistake| mistake.profile.as_deref() == Some(name)));
    found
}

/// [`of_profile`], but only what is wrong with values: quick, however many keys there are.
pub fn in_values(profiles: &ProfileSet, name: &str) -> Vec<Mistake> {
    let Some(profile) = profiles.profile(name) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for owned in sections_of(profiles, profile) {
        values::mistakes(profiles, &owned, &mut found);
    }
    found.extend(self::profiles::of(profiles, profile));
    found
}

/// The sections that a profile takes values from.
fn sections_of<'a>(profiles: &'a ProfileSet, profile: Profile<'a>) -> impl Iterator<Item = Owned<'a>> {
    let config = [
        profile.config_section(),
        profile.text("sso_session").and_then(|name| profiles.sso_session(name)),
        profile.text("services").and_then(|name| profiles.services(name)),
    ];
    let config = config.into_iter().flatten().filter_map(Owned::in_config);
    config.chain(profile.credentials_section().map(Owned::in_credentials))
}

/// A header that was meant to define `name`, and does not.
pub fn defining(profiles: &ProfileSet, kind: SectionKind, name: &str) -> Option<Mistake> {
    headers::defining(profiles, kind, name)
}

/// A section that a program reads, and what it is.
struct Owned<'a> {
    section: Section<'a>,
    kind: SectionKind,
    name: String,
}

/// Sections of the config file that botocore ignores are left out.
fn read(profiles: &ProfileSet) -> impl Iterator<Item = Owned<'_>> {
    let config = profiles.config().into_iter().flat_map(Document::sections);
    let credentials = profiles.credentials().into_iter().flat_map(Document::sections);
    config
        .filter_map(Owned::in_config)
        .chain(credentials.map(Owned::in_credentials))
}

/// What each key was meant to be, by the first of the keys that are known there; files repeat their keys.
type Keys<'a> = HashMap<(&'static str, &'a str), Option<&'static str>>;

/// No file has as many keys of its own; each takes time to compare.
const MAX_KEYS: usize = 400;

fn of_section<'a>(profiles: &ProfileSet, owned: &Owned<'a>, known: &mut Keys<'a>) -> Vec<Mistake> {
    let mut found = Vec::new();
    keys::mistakes(owned, known, &mut found);
    values::mistakes(profiles, owned, &mut found);
    if owned.kind == SectionKind::Profile {
        for mistake in &mut found {
            mistake.profile = Some(owned.name.clone());
        }
    }
    found
}

impl<'a> Owned<'a> {
    fn in_config(section: Section<'a>) -> Option<Self> {
        let (kind, name) = defined(section)?;
        Some(Self { section, kind, name })
    }

    fn in_credentials(section: Section<'a>) -> Self {
        Self {
            section,
            kind: SectionKind::Profile,
            name: section.header().to_owned(),
        }
    }
}

/// The beginning of a value as it may be shown.
fn brief(text: &str) -> String {
    cut(shown(text), 60)
}

/// A part of a file as it may be shown.
fn shown(text: &str) -> String {
    if redact::holds_secret(text) {
        redact::HIDDEN.to_owned()
    } else {
        redact::shown(text)
    }
}
