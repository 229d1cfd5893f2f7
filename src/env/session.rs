//! A switch and the way back: environment, state and target -> changes and the next state. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::env::Env;
use crate::env::diff::{Before, Change, EnvDiff, Save};
use crate::env::names::{self, VarName, names};
use crate::env::state::{Mark, State, Style, fingerprint};
use crate::secret::Secret;

/// What the two region variables become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionChange {
    /// Removed: the SDKs read the profile's region from the file.
    Clear,
    /// The user's own stay, or come back.
    Own,
    /// Both set to this.
    Set(String),
}

/// What a shell shall become.
#[derive(Clone, Debug)]
pub struct Target {
    /// The exact name of the profile.
    pub profile: String,
    /// The same, safe to show in a prompt.
    pub shown: String,
    /// How it is exported.
    pub style: Style,
    /// What is exported, regions and awsenv's own variables aside. No empty values.
    pub vars: BTreeMap<VarName, Secret<String>>,
    /// What the region variables become.
    pub region: RegionChange,
    /// Leaves the container's names alone, because the profile's credentials come from there.
    pub container: bool,
    /// When the exported credentials end, in seconds since 1970.
    pub expires: Option<i64>,
}

/// The way back.
#[derive(Clone, Debug)]
pub struct Left {
    /// What gives the shell back.
    pub diff: EnvDiff,
    /// Names that the user changed or removed since; they stay as they are.
    pub drifted: Vec<VarName>,
}

/// The changes that make `env` work as `target`, from whatever is in use now.
pub fn enter(env: &Env, current: Option<&State>, target: &Target) -> EnvDiff {
    let mut switch = Switch {
        env,
        current,
        diff: EnvDiff::default(),
        marks: BTreeMap::new(),
    };
    for name in removed_by_use(env, current, target.container) {
        switch.change(name, &target.vars);
    }
    for name in target.vars.keys() {
        switch.change(name.clone(), &target.vars);
    }
    switch.region(&target.region);
    switch.give_back_the_rest();

    let previous = current.and_then(|state| {
        if state.profile == target.profile {
            state.previous.clone()
        } else {
            Some(state.profile.clone())
        }
    });
    let state = State {
        profile: target.profile.clone(),
        previous,
        style: target.style,
        expires: target.expires,
        container: target.container,
        marks: switch.marks,
    };
    let mut diff = switch.diff;
    let expires = target.expires.map_or(Change::Drop, |at| Change::Note(at.to_string()));
    for (name, change) in names::OWN.into_iter().zip([
        expires,
        Change::Note(target.shown.clone()),
        Change::Note(state.encode()),
    ]) {
        VarName::parse(name)
            .into_iter()
            .for_each(|name| diff.insert(name, change.clone()));
    }
    diff
}

/// The changes that give `env` back as it was before the first `use`. Without a state whatever the shell has saved
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
    for name in removed_by_use(env, current, current.is_some_and(|state| state.container)) {
        diff.insert(name, untouched.clone());
    }
    if let Some(state) = current {
        let removed = removed_by_use(env, current, state.container).into_iter();
        let all: BTreeSet<VarName> = removed.chain(state.marks.keys().cloned()).collect();
        for name in all {
            let mark = state.marks.get(&name);
            let before = mark.map_or(Before::Absent, |mark| mark.before.clone());
            let change = match mark.and_then(|mark| mark.set.as_ref()) {
                _ if !is_ours(env, &name, mark) => {
                    drifted.push(name.clone());
                    Change::Forget
                }
                Some(_) => Change::Restore(before),
                None => Change::RestoreRemoved(before),
            };
            diff.insert(name, change);
        }
    }
    for name in names(names::OWN) {
        diff.insert(name, Change::Drop);
    }
    Left { diff, drifted }
}

/// The names that awsenv changed and that no longer say what it left there.
pub fn drift(env: &Env, state: &State) -> Vec<VarName> {
    leave(env, Some(state)).drifted
}

/// The environment as the user made it: without what awsenv exported, with what it removed where that is known.
pub fn user_env(env: &Env, current: Option<&State>) -> Env {
    let mut vars: BTreeMap<_, _> = env
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for name in names::OWN {
        vars.remove(std::ffi::OsStr::new(name));
    }
    for (name, mark) in current.into_iter().flat_map(|state| &state.marks) {
        if is_ours(env, name, Some(mark)) {
            match &mark.before {
                Before::Value(value) => _ = vars.insert(name.as_str().into(), value.clone()),
                Before::Absent | Before::Secret => _ = vars.remove(std::ffi::OsStr::new(name.as_str())),
            }
        }
    }
    vars.into_iter().collect()
}

/// Every name that `use` removes whatever the profile: the fixed ones, and marks that are there or were.
fn removed_by_use(env: &Env, current: Option<&State>, container: bool) -> BTreeSet<VarName> {
    let fixed = names(names::IDENTITY.into_iter().chain(names::MARKS));
    let of_container = names(names::CONTAINER).filter(|_| !container);
    let in_env = env.iter().filter_map(|(name, _)| VarName::parse(name.to_str()?));
    let in_state = current.into_iter().flat_map(|state| state.marks.keys().cloned());
    let marks = in_env.chain(in_state).filter(|name| names::is_cleared(name.as_str()));
    fixed.chain(of_container).chain(marks).collect()
}

/// Whether `name` still is as awsenv left it: the value that it set, or absent if it removed it.
fn is_ours(env: &Env, name: &VarName, mark: Option<&Mark>) -> bool {
    match (mark.and_then(|mark| mark.set.as_ref()), env.os(name.as_str())) {
        (Some(set), Some(value)) => *set == fingerprint(value),
        (None, None) => true,
        _ => false,
    }
}

/// A switch in the making.
struct Switch<'a> {
    env: &'a Env,
    current: Option<&'a State>,
    diff: EnvDiff,
    marks: BTreeMap<VarName, Mark>,
}

impl Switch<'_> {
    fn change(&mut self, name: VarName, vars: &BTreeMap<VarName, Secret<String>>) {
        match vars.get(&name) {
            Some(value) => self.set(name, value.clone()),
            None => self.unset(name),
        }
    }

    fn set(&mut self, name: VarName, value: Secret<String>) {
        let mark = Mark {
            set: Some(fingerprint(value.expose().as_ref())),
            before: self.before(&name),
        };
        self.diff.insert(name.clone(), Change::Set(self.save(&name), value));
        self.marks.insert(name, mark);
    }

    fn unset(&mut self, name: VarName) {
        let before = self.before(&name);
        self.diff.insert(name.clone(), Change::Unset(self.save(&name)));
        if before != Before::Absent || names::REGION.contains(&name.as_str()) {
            self.marks.insert(name, Mark { set: None, before });
        }
    }

    fn region(&mut self, region: &RegionChange) {
        for name in names(names::REGION) {
            match region {
                RegionChange::Clear => self.unset(name),
                RegionChange::Own => {}
                RegionChange::Set(region) => self.set(name, Secret::new(region.clone())),
            }
        }
    }

    /// What the last profile changed and this one does not: back to the user's, unless the user changed it since.
    fn give_back_the_rest(&mut self) {
        let Some(state) = self.current else { return };
        for (name, mark) in &state.marks {
            if self.diff.touched().any(|touched| touched == name) {
                continue;
            }
            if !is_ours(self.env, name, Some(mark)) {
                self.marks.insert(name.clone(), mark.clone());
            } else if mark.set.is_some() {
                self.diff.insert(name.clone(), Change::Restore(mark.before.clone()));
            } else {
                self.diff
                    .insert(name.clone(), Change::RestoreRemoved(mark.before.clone()));
            }
        }
    }

    fn mark(&self, name: &VarName) -> Option<&Mark> {
        self.current.and_then(|state| state.marks.get(name))
    }

    /// The first thing that stood there, through any number of switches.
    fn before(&self, name: &VarName) -> Before {
        if let Some(mark) = self.mark(name) {
            return mark.before.clone();
        }
        match self.env.os(name.as_str()) {
            None => Before::Absent,
            Some(_) if name.is_secret() || (name.is_companion() && self.has_secret()) => Before::Secret,
            Some(value) => Before::Value(value.to_owned()),
        }
    }

    fn save(&self, name: &VarName) -> Save {
        match self.mark(name) {
            Some(mark)
                if is_ours(self.env, name, Some(mark)) && (mark.set.is_some() || mark.before != Before::Absent) =>
            {
                Save::Known(mark.before.clone())
            }
            _ => Save::Live {
                exported: self.env.os(name.as_str()).is_some(),
            },
        }
    }

    fn has_secret(&self) -> bool {
        let is_ours = |name: &VarName| self.mark(name).is_some_and(|mark| is_ours(self.env, name, Some(mark)));
        let in_env = self.env.iter().filter_map(|(name, _)| VarName::parse(name.to_str()?));
        let mut secrets = in_env.filter(|name| name.is_secret() && !is_ours(name));
        secrets.next().is_some()
    }
}
