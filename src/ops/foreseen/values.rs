//! The mistakes in the values that the next call takes.

use std::collections::HashMap;

use super::{Cause, Foreseen};
use crate::config::mistakes::{self, Wrong};
use crate::config::{Place, Profile, Value};
use crate::env::Env;
use crate::env::names::ENDPOINT_PREFIX;
use crate::ops::bundle;
use crate::ops::files::Files;
use crate::resolve::{BaseSource, CredentialPlan, Region, RegionSource};

/// The mistakes in the values that the next call takes: of the variables, of the profile `name` whose settings tools
/// take, of the one that was chosen, of the roles, and of the profile whose credentials they begin with.
pub fn of_values(
    files: &Files,
    env: &Env,
    name: &str,
    chosen: &str,
    plan: &CredentialPlan,
    region: Option<&Region>,
) -> Vec<Foreseen> {
    let profile = files.profiles.profile(name);
    let mut found = Vec::new();
    if let Some(Region {
        value,
        source: RegionSource::Environment(variable),
    }) = region
        && let Some(wrong) = mistakes::region(value, is_aws(env, profile))
    {
        found.push(of_variable(variable, wrong));
    }
    found.extend(of_variables(env).map(|(variable, wrong)| of_variable(variable, wrong)));
    let of_services = services(files, name);
    let mut takes: Vec<(&str, Vec<Place>)> = Vec::new();
    // A profile is looked through once.
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut take = |name, places: Vec<Place>| {
        let at = *known.entry(name).or_insert(takes.len());
        if at == takes.len() {
            takes.push((name, Vec::new()));
        }
        takes[at].1.extend(places);
    };
    take(name, profile.map_or_else(Vec::new, |profile| settings(env, profile)));
    take(name, of_services.clone());
    if let Some(Region {
        source: RegionSource::Profile(place),
        ..
    }) = region
    {
        take(chosen, vec![place.clone()]);
    }
    let of_roles: Vec<&str> = mistakes::of_roles().collect();
    for role in &plan.roles {
        let profile = files.profiles.profile(&role.profile);
        let places = profile.into_iter().flat_map(|profile| places(profile, &of_roles));
        take(&role.profile, places.collect());
    }
    let owner = plan.owner(chosen);
    take(owner, of_base(files, owner, plan.base.as_ref()));
    for (owner, places) in takes.iter().filter(|(_, places)| !places.is_empty()) {
        let mistakes = mistakes::in_values(&files.profiles, owner).into_iter();
        // Looks at the file, which only the settings name.
        let certificates = profile.filter(|_| *owner == name).and_then(bundle::of_profile);
        found.extend(
            mistakes
                .chain(certificates)
                .filter(|mistake| places.contains(&mistake.place))
                .map(|mistake| {
                    let message = format!("{}: {}", mistake.what, mistake.instead);
                    let found = Foreseen::new(Cause::Value(Some(mistake.code)), message, Some(&mistake.place));
                    found.certain(mistake.is_certain && !of_services.contains(&mistake.place))
                }),
        );
    }
    found
}

/// Variables, beside those of the region, whose values stop every call.
pub fn of_variables(env: &Env) -> impl Iterator<Item = (&'static str, Wrong)> {
    let checked = mistakes::checked().filter_map(|(key, variable)| {
        let wrong = match key {
            "ca_bundle" => bundle::of_variable(variable, env),
            _ => None,
        };
        let text = env.text(variable)?;
        Some((variable, wrong.or_else(|| mistakes::choice(key, text))?))
    });
    let output = env.text("AWS_DEFAULT_OUTPUT").and_then(mistakes::output);
    checked.chain(output.map(|wrong| ("AWS_DEFAULT_OUTPUT", wrong)))
}

/// What is wrong with a region in a variable, which may be for another cloud.
pub fn region_of(env: &Env, variable: &str) -> Option<Wrong> {
    mistakes::region(env.text(variable)?, is_aws(env, None))
}

/// Whether calls go to AWS, as far as is known here.
pub(super) fn is_aws(env: &Env, profile: Option<Profile<'_>>) -> bool {
    let is_endpoint = |name: &str| name == "AWS_ENDPOINT_URL" || name.starts_with(ENDPOINT_PREFIX);
    let mut variables = env.iter().filter(|(_, value)| !value.is_empty());
    let is_elsewhere = variables.any(|(name, _)| name.to_str().is_some_and(is_endpoint));
    let of_profile = |profile: Profile<'_>| mistakes::ELSEWHERE.iter().any(|key| profile.get(key).is_some());
    !is_elsewhere && !profile.is_some_and(of_profile)
}

const SSO: [&str; 5] = [
    "sso_account_id",
    "sso_region",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
];

fn of_variable(variable: &str, wrong: Wrong) -> Foreseen {
    let message = format!("{variable}: {}: {}", wrong.what, wrong.instead);
    Foreseen::new(Cause::Value(None), message, None).certain(wrong.is_certain)
}

fn places<'a>(profile: Profile<'a>, keys: &'a [&str]) -> impl Iterator<Item = Place> + use<'a> {
    keys.iter().filter_map(move |key| profile.get(key)).map(Value::place)
}

/// Where the settings are that every call takes.
fn settings<'a>(env: &Env, profile: Profile<'a>) -> Vec<Place> {
    let is_unset = |variable: &str| env.os(variable).is_none();
    let mut keys: Vec<&str> = mistakes::checked()
        .filter_map(|(key, variable)| is_unset(variable).then_some(key))
        .collect();
    keys.push("services");
    keys.extend(mistakes::unbeaten());
    keys.extend(is_unset("AWS_DEFAULT_OUTPUT").then_some("output"));
    let blocks = keys.iter().filter_map(|key| profile.get(key));
    let nested = blocks.flat_map(Value::nested).map(|entry| entry.place());
    places(profile, &keys).chain(nested).collect()
}

/// Where the values are that only the calls of one service take.
fn services(files: &Files, name: &str) -> Vec<Place> {
    let services = files
        .profiles
        .profile(name)
        .and_then(|profile| profile.text("services"));
    let services = services.and_then(|name| files.profiles.services(name)).into_iter();
    let entries = services.flat_map(|section| section.entries()).flat_map(Value::nested);
    entries.map(|entry| entry.place()).collect()
}

/// Where the values are by which the credentials of the profile are found; keys are checked as keys.
fn of_base(files: &Files, profile: &str, base: Option<&BaseSource>) -> Vec<Place> {
    let Some(profile) = files.profiles.profile(profile) else {
        return Vec::new();
    };
    match base {
        Some(BaseSource::Sso(_)) => {
            let session = profile.text("sso_session");
            let session = session.and_then(|name| files.profiles.sso_session(name));
            let session = session.into_iter().flat_map(|session| session.entries());
            places(profile, &SSO).chain(session.map(Value::place)).collect()
        }
        Some(BaseSource::WebIdentity(_)) => places(profile, &["role_arn", "role_session_name"]).collect(),
        Some(BaseSource::Login(_)) => places(profile, &["login_session"]).collect(),
        _ => Vec::new(),
    }
}
