//! A switch and the way back: environment, state and target -> changes and the next state. Pure.

mod switch;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use crate::env::Env;
use crate::env::diff::{Before, Change, EnvDiff, Layer};
use crate::env::names::{self, VarName, names};
use crate::env::origin::{Mark, Seen};
use crate::env::state::{State, Style};
use crate::env::wish::Wish;
use crate::secret::Secret;

pub use switch::enter;

/// What happens to the two region variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionChange {
    /// Removed: the SDKs read this region of the profile from the file.
    Clear(String),
    /// The user's own stay, or are restored.
    Own,
    /// Both set to this.
    Set(String),
}

/// What a shell should become.
#[derive(Clone, Debug)]
pub struct Target {
    /// The exact name of the profile.
    pub profile: String,
    /// What was asked for beside it.
    pub wish: Wish,
    /// The same, safe to show in a prompt.
    pub shown: String,
    pub style: Style,
    /// What is exported, without regions and awsenv's own variables. No empty values.
    pub vars: BTreeMap<VarName, Secret<String>>,
    pub region: RegionChange,
    /// Leaves the container's variables alone, because the profile's credentials come from there.
    pub container: bool,
    /// When the exported credentials expire, in seconds since 1970.
    pub expires: Option<i64>,
}

impl Target {
    /// The text of AWSENV_EXPECT.
    fn expect(&self) -> String {
        let key = self.vars.get(&VarName::of("AWS_ACCESS_KEY_ID"));
        match (self.style, key) {
            (Style::Keys, Some(key)) => format!(":{}", key.expose()),
            _ => format!("{}:", self.profile),
        }
    }

    /// A value of `name` that means the same to every SDK as its absence, for where a shell cannot remove it.
    fn instead(&self, name: &VarName) -> Option<String> {
        match (&self.region, self.style, name.as_str()) {
            (RegionChange::Clear(region), ..) if names::REGION.contains(&name.as_str()) => Some(region.clone()),
            (_, Style::Name, "AWS_DEFAULT_PROFILE") => Some(self.profile.clone()),
            _ => None,
        }
    }
}

/// What it takes to leave a profile.
#[derive(Clone, Debug)]
pub struct Left {
    /// The changes that restore the environment.
    pub diff: EnvDiff,
    /// Names that the user has changed or removed since; they stay as they are.
    pub drifted: Vec<VarName>,
}

/// The changes that restore `env` as it was before the first `use`. Without a state everything that the shell has saved
/// comes back.
pub fn leave(env: &Env, current: Option<&State>) -> Left {
    let mut diff = EnvDiff::default();
    let mut drifted = Vec::new();
    let untouched = if current.is_some() {
        Change::Forget
    } else {
        Change::RestoreSaved
    };
    let settings = names::SETTINGS.iter().map(|(_, var)| *var);
    for name in names(names::CONTAINER.into_iter().chain(names::REGION).chain(settings)) {
        diff.insert(name, untouched.clone());
    }
    let removed = removed_by_use(env, current, current.is_some_and(|state| state.container));
    for name in &removed {
        diff.insert(name.clone(), untouched.clone());
    }
    if let Some(state) = current {
        let all: BTreeSet<&VarName> = removed.iter().chain(state.marks.keys()).collect();
        for name in all {
            let mark = state.marks.get(name).unwrap_or(&Mark::ABSENT);
            let change = give_back(env, state, name, mark).unwrap_or_else(|| {
                drifted.push(name.clone());
                Change::Forget
            });
            diff.insert(name.clone(), change);
        }
    }
    for name in names(names::OWN).chain(strays(env)) {
        diff.insert(name, Change::Drop);
    }
    Left { diff, drifted }
}

/// The names that awsenv changed and that no longer have the value it gave them.
pub fn drift(env: &Env, state: &State) -> Vec<VarName> {
    leave(env, Some(state)).drifted
}

/// The environment as the user made it: without what awsenv exported. The container's variables come back if awsenv
/// removed them, because a profile may ask for just those.
pub fn user_env(env: &Env, current: Option<&State>) -> Env {
    let own = names::OWN.into_iter().chain([names::AWSENV_WRAPPED]);
    let mut user = own.fold(env.clone(), Env::without);
    for (name, mark) in current.into_iter().flat_map(|state| &state.marks) {
        if !mark.is_now(env.os(name.as_str())) {
            continue;
        }
        user = match mark.former(Layer::Latest) {
            Before::Value(value) if names::CONTAINER.contains(&name.as_str()) => user.with(name.as_str(), value),
            _ => user.without(name.as_str()),
        };
    }
    user
}

/// Whether these names are as `use` left them. `use` removes a name that has no mark.
pub fn is_left(env: &Env, state: &State, names: &[&'static str]) -> bool {
    let is_left = |name: &'static str| {
        let mark = state.marks.get(&VarName::of(name)).unwrap_or(&Mark::ABSENT);
        mark.is_now(env.os(name))
    };
    names.iter().copied().all(is_left)
}

/// Whether the shell has all the keys that `use` exported, and no name beside them.
pub fn has_keys(env: &Env, state: &State) -> bool {
    state.style == Style::Keys && is_left(env, state, &names::DECISIVE)
}

/// Every name that `use` removes whatever the profile: the fixed ones, and marks that are there or were.
fn removed_by_use(env: &Env, current: Option<&State>, container: bool) -> BTreeSet<VarName> {
    let fixed = names(names::IDENTITY.into_iter().chain(names::MARKS));
    let of_container = names(names::CONTAINER).filter(|_| !container);
    let in_env = env
        .iter()
        .filter_map(|(name, _)| name.to_str())
        .filter(|name| names::is_cleared(name));
    let in_state = current.into_iter().flat_map(|state| state.marks.keys().cloned());
    let in_state = in_state.filter(|name| names::is_cleared(name.as_str()));
    let marks = in_env.filter_map(VarName::parse).chain(in_state);
    fixed.chain(of_container).chain(marks).collect()
}

/// Shell variables of awsenv's that are in the environment. It never exports them, so they were not saved by this shell,
/// and what they hold must not be run in it.
fn strays(env: &Env) -> impl Iterator<Item = VarName> {
    let names = env.iter().filter_map(|(name, _)| name.to_str());
    names
        .filter(|name| names::is_kept_by_shell(name))
        .filter_map(VarName::parse)
}

/// What the shell has: what the last `use` left, what an earlier one set, or something of the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    Left,
    Earlier(Layer),
    User,
}

fn now(state: &State, name: &VarName, mark: &Mark, value: Option<&OsStr>) -> Now {
    if mark.is_now(value) {
        return Now::Left;
    }
    let was_left = |seen: &Seen| seen.has(name.as_str(), value);
    if was_left(&state.seen_since) {
        Now::Earlier(Layer::Latest)
    } else if was_left(&state.seen) {
        Now::Earlier(Layer::First)
    } else {
        Now::User
    }
}

/// Whether something has put back a value from before what the user changed between two `use`s. Where a name is absent,
/// which is also what `use` left, only another name tells.
fn is_undone(env: &Env, state: &State) -> bool {
    let is_earlier = |(name, mark): (&VarName, &Mark)| {
        mark.since.is_some() && now(state, name, mark, env.os(name.as_str())) == Now::Earlier(Layer::First)
    };
    state.marks.iter().any(is_earlier)
}

/// `None` if the user has changed the name since.
fn give_back(env: &Env, state: &State, name: &VarName, mark: &Mark) -> Option<Change> {
    let value = env.os(name.as_str());
    let layer = match now(state, name, mark, value) {
        Now::Left if value.is_none() && mark.since.is_some() && is_undone(env, state) => Layer::First,
        Now::Left => Layer::Latest,
        Now::Earlier(layer) => layer,
        Now::User => return None,
    };
    let before = mark.former(layer).clone();
    Some(if value.is_none() && mark.set.is_none() {
        Change::RestoreRemoved(layer, before)
    } else {
        Change::Restore(layer, before)
    })
}
