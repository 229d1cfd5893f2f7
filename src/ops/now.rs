//! What tools take in this shell now: its environment, and what `use` left in it -> a choice, and the environment in
//! which it is resolved. `current`, `list`, the picker, `explain` and `exec` without a name all ask here.

use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::{CONTAINER, IDENTITY, REGION};
use crate::env::session::{RegionChange, has_keys, is_left};
use crate::env::state::State;
use crate::env::style::Style;
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::role;
use crate::prompt::InUse;
use crate::resolve::{self, BaseSource, Choice, CredentialPlan, How, Region};
use crate::session;

/// The profile that tools take, or, where all the keys that `use` exported are still there, the one that they are of.
pub fn choice(context: &Context) -> Choice {
    match of_keys(context) {
        Some(profile) => Choice::explicit(profile),
        None => resolve::select(None, &context.process.env),
    }
}

/// `None` if nothing is named and no file defines `default`.
pub fn profile<'c>(choice: &'c Choice, files: &Files) -> Option<&'c str> {
    let is_nothing = choice.how == How::Implicit && files.profiles.profile(&choice.name).is_none();
    (!is_nothing).then_some(choice.name.as_str())
}

/// What decides about the choice, as tools see it. What `use` exported of the profile's settings is left out, because
/// the profile has it with its line.
pub fn env(context: &Context, files: &Files, choice: &Choice) -> Env {
    let (all, own) = (&context.process.env, context.env());
    let mut env = own.clone();
    if !choice.is_explicit() {
        env = overlaid(env, all, IDENTITY.into_iter().chain(CONTAINER));
    }
    let of_profile = || files.profiles.profile(&choice.name)?.text("region").map(Into::into);
    let region = |env: &Env| REGION.into_iter().find_map(|name| env.os(name).map(ToOwned::to_owned));
    if region(all) == region(own).or_else(of_profile) {
        env
    } else {
        overlaid(env, all, REGION)
    }
}

/// What tools resolve, in the whole environment of this shell.
///
/// # Errors
/// Whatever botocore rejects.
pub fn plan(context: &Context, files: &Files, choice: &Choice) -> Result<CredentialPlan, Error> {
    plan_in(context, files, choice, None)
}

/// Like [`plan`], in the region of an option.
///
/// # Errors
/// Whatever botocore rejects.
pub fn plan_in(
    context: &Context,
    files: &Files,
    choice: &Choice,
    region: Option<&str>,
) -> Result<CredentialPlan, Error> {
    let env = &context.process.env;
    if choice.is_explicit() {
        files.resolve_in(env, &resolve::select(None, env), region)
    } else {
        files.resolve_in(env, choice, region)
    }
}

/// The profile of [`profile`] as people see it: with the role on top, if the keys in the environment are that role's.
pub fn shown(context: &Context, choice: &Choice, files: &Files) -> Option<String> {
    let name = profile(choice, files)?;
    let state = context.state().filter(|_| choice.is_explicit());
    Some(role::titled(name, state.and_then(|state| state.wish.role.as_deref())))
}

/// The region that tools take, which is that of [`plan`]. Where it is the profile's, the profile says so best.
pub fn region(taken: Option<Region>, of_profile: Option<Region>) -> Option<Region> {
    let value = |region: &Option<Region>| region.as_ref().map(|region| region.value.clone());
    if value(&taken) == value(&of_profile) {
        of_profile
    } else {
        taken
    }
}

/// What keeps this region, which tools take from the environment, for a program that is started with a profile.
pub fn keep_region(context: &Context, value: &str) -> RegionChange {
    let own = REGION.into_iter().find_map(|name| context.env().os(name));
    if value.is_empty() || own.is_some_and(|own| own == value) {
        RegionChange::Own
    } else {
        RegionChange::Set(value.to_owned())
    }
}

/// When the keys in the environment expire, if tools take those.
pub fn expires(context: &Context, plan: &CredentialPlan) -> Option<Timestamp> {
    let of_use = || {
        let state = context.state()?;
        let id = &["AWS_ACCESS_KEY_ID"];
        let expires = state.expires.filter(|_| is_left(&context.process.env, state, id))?;
        Some(Timestamp(expires))
    };
    let Some(BaseSource::Environment { keys, .. }) = plan.base.as_ref().filter(|_| plan.roles.is_empty()) else {
        return None;
    };
    keys.expiration.as_deref().and_then(Timestamp::parse).or_else(of_use)
}

/// Whether tools that are started with this environment work as `use` meant, and will for a while.
pub fn serves(context: &Context, state: &State) -> bool {
    // Keys never last longer than was asked for; a third of that is enough, as for keys that are kept.
    let life = state.wish.duration.map_or(i64::MAX, i64::from);
    lasts(context, state, session::MARGIN.min(life / 3))
}

/// Whether tools that are started with this environment work as `use` meant, for more than so many seconds.
pub fn lasts(context: &Context, state: &State, seconds: i64) -> bool {
    let left = |end| Timestamp(end).seconds_from(context.process.now);
    is_left(&context.process.env, state, &IDENTITY) && state.expires.is_none_or(|end| left(end) > seconds)
}

fn of_keys(context: &Context) -> Option<String> {
    let env = &context.process.env;
    match context.state() {
        Some(state) => has_keys(env, state).then(|| state.profile.clone()),
        // A damaged state leaves what the prompt goes by.
        None => InUse::of(env)
            .filter(|used| used.by_use && used.style == Some(Style::Keys) && !used.drifts)
            .filter(|_| env.filled("AWS_SECRET_ACCESS_KEY").is_some())
            .map(|used| used.name),
    }
}

fn overlaid(env: Env, with: &Env, names: impl IntoIterator<Item = &'static str>) -> Env {
    names.into_iter().fold(env, |env, name| match with.os(name) {
        Some(value) => env.with(name, value),
        None => env.without(name),
    })
}
