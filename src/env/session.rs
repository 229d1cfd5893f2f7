//! A switch and the way back: environment, state and target -> changes and the next state. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::env::Env;
use crate::env::diff::{Before, Change, EnvDiff, Save};
use crate::env::names::{self, VarName, names};
use crate::env::state::{Mark, State, Style, fingerprint};
use crate::secret::Secret;

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
}

/// What it takes to leave a profile.
#[derive(Clone, Debug)]
pub struct Left {
    /// The changes that restore the environment.
    pub diff: EnvDiff,
    /// Names that the user has changed or removed since; they stay as they are.
    pub drifted: Vec<VarName>,
}

/// The changes that make `env` work as `target`, whatever is in use now.
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
        region: match &target.region {
            RegionChange::Clear(region) => Some(region.clone()),
            RegionChange::Own | RegionChange::Set(_) => None,
        },
        container: target.container,
        marks: switch.marks,
    };
    let mut diff = switch.diff;
    let expires = target.expires.map_or(Change::Drop, |at| Change::Note(at.to_string()));
    for (name, change) in names::OWN.into_iter().zip([
        Change::Note(target.expect()),
        expires,
        Change::Note(target.shown.clone()),
        Change::Note(state.encode()),
    ]) {
        diff.insert(VarName::of(name), change);
    }
    diff
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
        if !is_ours(env, name, Some(mark)) {
            continue;
        }
        user = match &mark.before {
            Before::Value(value) if names::CONTAINER.contains(&name.as_str()) => user.with(name.as_str(), value),
            _ => user.without(name.as_str()),
        };
    }
    user
}

/// Whether the shell still works as the profile of `state`: its name, or its key, is as `use` left it.
pub fn is_in_use(env: &Env, state: &State) -> bool {
    let name = match state.style {
        Style::Keys => "AWS_ACCESS_KEY_ID",
        Style::Name => "AWS_PROFILE",
    };
    let name = VarName::of(name);
    let mark = state.marks.get(&name);
    mark.is_some() && is_ours(env, &name, mark)
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

/// Whether `name` is still as awsenv left it: the value that it set, or absent if it removed it.
fn is_ours(env: &Env, name: &VarName, mark: Option<&Mark>) -> bool {
    match (mark.and_then(|mark| mark.set.as_ref()), env.os(name.as_str())) {
        (Some(set), Some(value)) => *set == fingerprint(value),
        (None, None) => true,
        _ => false,
    }
}

/// A switch in progress.
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
                RegionChange::Clear(_) => self.unset(name),
                RegionChange::Own => {}
                RegionChange::Set(region) => self.set(name, Secret::new(region.clone())),
            }
        }
    }

    /// What the last profile changed and this one does not: restored, unless the user has changed it since.
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

    /// The original value, through any number of switches.
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
        names(crate::redact::SECRET_VARIABLES).any(|name| {
            let mark = self.mark(&name);
            self.env.os(name.as_str()).is_some() && !(mark.is_some() && is_ours(self.env, &name, mark))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::env::names::AWSENV_STATE;

    fn target(profile: &str, vars: &[(&str, &str)], region: RegionChange) -> Target {
        let vars = vars
            .iter()
            .map(|(n, v)| (VarName::parse(n).unwrap(), Secret::new((*v).to_owned())))
            .collect();
        let style = Style::Name;
        Target {
            profile: profile.into(),
            shown: profile.into(),
            style,
            vars,
            region,
            container: false,
            expires: None,
        }
    }

    fn name(profile: &str, region: RegionChange) -> Target {
        target(profile, &[("AWS_PROFILE", profile)], region)
    }

    fn after(env: &Env, diff: &EnvDiff) -> Env {
        diff.apply(env).into_iter().collect()
    }

    fn used(env: &Env, target: &Target) -> Env {
        after(env, &enter(env, State::read(env).unwrap().as_ref(), target))
    }

    fn unset(env: &Env) -> (Env, Vec<String>) {
        let left = leave(env, State::read(env).unwrap().as_ref());
        (
            after(env, &left.diff),
            left.drifted.iter().map(ToString::to_string).collect(),
        )
    }

    fn env(vars: &[(&str, &str)]) -> Env {
        vars.iter().copied().collect()
    }

    fn shown(env: &Env) -> String {
        let vars = env.iter().filter(|(name, _)| *name != AWSENV_STATE);
        vars.map(|(name, value)| format!("{}={} ", name.display(), value.display()))
            .collect()
    }

    #[test]
    fn a_nested_shell_gives_back_what_is_no_secret() {
        let user = env(&[
            ("AWS_PROFILE", "old"),
            ("AWS_REGION", ""),
            ("AWS_SSO", "x"),
            ("OTHER", "1"),
        ]);
        let a = used(&user, &name("a", RegionChange::Clear("c".into())));
        assert_eq!(shown(&a), "AWSENV_PROFILE=a AWS_PROFILE=a OTHER=1 ");
        let b = used(&a, &name("b", RegionChange::Set("r".into())));
        assert_eq!(
            shown(&b),
            "AWSENV_PROFILE=b AWS_DEFAULT_REGION=r AWS_PROFILE=b AWS_REGION=r OTHER=1 "
        );
        assert_eq!(State::read(&b).unwrap().unwrap().previous.as_deref(), Some("a"));
        let (back, drifted) = unset(&b);
        assert_eq!(shown(&back), shown(&user));
        assert_eq!(drifted, [""; 0]);
    }

    #[test]
    fn a_profile_without_region_gets_the_users_own_back() {
        let user = env(&[("AWS_REGION", "mine")]);
        let a = used(&user, &name("a", RegionChange::Set("theirs".into())));
        assert_eq!(
            shown(&used(&a, &name("b", RegionChange::Own))),
            "AWSENV_PROFILE=b AWS_PROFILE=b AWS_REGION=mine "
        );
    }

    #[test]
    fn settings_of_the_last_profile_go() {
        let with_url = target(
            "a",
            &[("AWS_PROFILE", "a"), ("AWS_ENDPOINT_URL", "u")],
            RegionChange::Own,
        );
        let a = used(&env(&[]), &with_url);
        assert_eq!(
            shown(&used(&a, &name("b", RegionChange::Own))),
            "AWSENV_PROFILE=b AWS_PROFILE=b "
        );
    }

    #[test]
    fn what_the_user_changed_stays_and_is_named() {
        let a = used(
            &env(&[("AWS_REGION", "mine")]),
            &name("a", RegionChange::Clear("c".into())),
        );
        let mut vars: BTreeMap<_, _> = a.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        vars.insert("AWS_REGION".into(), "new".into());
        vars.insert("AWS_VAULT".into(), "v".into());
        vars.remove(OsStr::new("AWS_PROFILE"));
        let changed: Env = vars.into_iter().collect();
        let (back, drifted) = unset(&changed);
        assert_eq!(shown(&back), "AWS_REGION=new AWS_VAULT=v ");
        assert_eq!(drifted, ["AWS_PROFILE", "AWS_REGION", "AWS_VAULT"]);
    }

    #[test]
    fn a_secret_is_never_written_down_and_takes_its_companions_along() {
        let user = env(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush")]);
        let a = used(&user, &name("a", RegionChange::Own));
        let state = State::read(&a).unwrap().unwrap();
        assert!(
            state
                .marks
                .values()
                .all(|mark| !matches!(&mark.before, Before::Value(_))),
            "{state:?}"
        );
        assert_eq!(shown(&unset(&a).0), "");
        let alone = used(&env(&[("AWS_ACCOUNT_ID", "1")]), &name("a", RegionChange::Own));
        assert_eq!(shown(&unset(&alone).0), "AWS_ACCOUNT_ID=1 ");
    }

    #[test]
    fn the_users_environment_is_seen_through_the_switch() {
        let user = env(&[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost"),
            ("AWS_REGION", "mine"),
        ]);
        let keys = target("a", &[("AWS_ACCESS_KEY_ID", "ours")], RegionChange::Set("r".into()));
        let a = used(&user, &keys);
        let state = State::read(&a).unwrap();
        assert_eq!(
            shown(&user_env(&a, state.as_ref())),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost "
        );
    }
}
