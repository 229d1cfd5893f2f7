//! The way in: what a `use` saves, changes and records.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Now, RegionChange, Target, give_back, is_undone, now, removed_by_use, strays};
use crate::env::Env;
use crate::env::diff::{Before, Change, EnvDiff, First, Layer, Save, Since};
use crate::env::names::{self, VarName, names};
use crate::env::origin::{Mark, Seen, fingerprint};
use crate::env::state::State;
use crate::env::wish::Earlier;
use crate::redact::harmless;
use crate::secret::Secret;

/// The changes that make `env` work as `target`, whatever is in use now.
pub fn enter(env: &Env, current: Option<&State>, target: &Target) -> EnvDiff {
    let mut switch = Switch {
        env,
        current,
        target,
        removed: current.map_or_else(BTreeSet::new, |state| removed_by_use(env, current, state.container)),
        // Without a state but with other traces of one, it was damaged or removed.
        anew: current.is_none() && names::OWN.iter().all(|name| env.os(name).is_none()),
        diff: EnvDiff::default(),
        marks: BTreeMap::new(),
    };
    for name in removed_by_use(env, current, target.container) {
        switch.change(name);
    }
    for name in target.vars.keys() {
        switch.change(name.clone());
    }
    switch.region();
    switch.give_back_the_rest();

    let previous = current.and_then(|state| {
        // With another role on top, it is another identity.
        if state.profile == target.profile && state.wish.role == target.wish.role {
            state.previous.clone()
        } else {
            Some(Earlier {
                profile: state.profile.clone(),
                wish: state.wish.clone(),
            })
        }
    });
    let (seen, seen_since) = seen(current);
    let state = State {
        profile: target.profile.clone(),
        wish: target.wish.clone(),
        previous,
        style: target.style,
        expires: target.expires,
        region: match &target.region {
            RegionChange::Clear(region) => Some(region.clone()),
            RegionChange::Own | RegionChange::Set(_) => None,
        },
        container: target.container,
        marks: switch.marks,
        seen,
        seen_since,
    };
    let mut diff = switch.diff;
    let expires = target.expires.map_or(Change::Drop, |at| Change::Note(at.to_string()));
    for name in strays(env) {
        diff.insert(name, Change::Drop);
    }
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

/// What this and the earlier `use`s set: before the user changed a name in between, and after that.
fn seen(current: Option<&State>) -> (Seen, Seen) {
    let Some(state) = current else {
        return (Seen::default(), Seen::default());
    };
    let (mut first, mut since) = (state.seen.clone(), state.seen_since.clone());
    for (name, mark) in &state.marks {
        let seen = if mark.since.is_some() { &mut since } else { &mut first };
        seen.add(name.as_str(), mark);
    }
    (first, since)
}

/// A switch in progress.
struct Switch<'a> {
    env: &'a Env,
    current: Option<&'a State>,
    target: &'a Target,
    /// What the last `use` removed.
    removed: BTreeSet<VarName>,
    /// As in [`Save::anew`].
    anew: bool,
    diff: EnvDiff,
    marks: BTreeMap<VarName, Mark>,
}

impl<'a> Switch<'a> {
    fn change(&mut self, name: VarName) {
        match self.target.vars.get(&name) {
            Some(value) => self.set(name, value.clone()),
            None => self.unset(name),
        }
    }

    fn set(&mut self, name: VarName, value: Secret<String>) {
        let (save, mark) = self.save(&name);
        let set = Some(fingerprint(value.expose().as_ref()));
        self.diff.insert(name.clone(), Change::Set(save, value));
        self.marks.insert(name, Mark { set, ..mark });
    }

    fn unset(&mut self, name: VarName) {
        let (save, mark) = self.save(&name);
        let instead = self.target.instead(&name);
        let instead = instead.filter(|_| self.env.os(name.as_str()).is_some());
        let mark = Mark {
            instead: instead.as_ref().map(|value| fingerprint(value.as_ref())),
            ..mark
        };
        self.diff.insert(name.clone(), Change::Unset(save, instead));
        if mark != Mark::ABSENT || names::REGION.contains(&name.as_str()) {
            self.marks.insert(name, mark);
        }
    }

    fn region(&mut self) {
        for name in names(names::REGION) {
            match &self.target.region {
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
            match give_back(self.env, state, name, mark) {
                Some(change) => self.diff.insert(name.clone(), change),
                // It may be undone, and then the value of `use` must not stay.
                None => _ = self.marks.insert(name.clone(), mark.clone()),
            }
        }
    }

    /// What the last `use` did to `name`; `None` if it did not touch it.
    fn mark(&self, name: &VarName) -> Option<(&'a State, Cow<'a, Mark>)> {
        let state = self.current?;
        let mark = state.marks.get(name).map(Cow::Borrowed);
        let mark = mark.or_else(|| self.removed.contains(name).then_some(Cow::Owned(Mark::ABSENT)));
        Some((state, mark?))
    }

    /// What to save before the change, and what the state then says about the name.
    fn save(&self, name: &VarName) -> (Save, Mark) {
        let value = self.env.os(name.as_str());
        let exported = value.is_some();
        let live = |before| {
            let save = Save {
                first: First::Live { exported },
                since: Since::Nothing,
                anew: self.anew,
            };
            (save, Mark { before, ..Mark::ABSENT })
        };
        let Some((state, mark)) = self.mark(name) else {
            return live(self.before(name));
        };
        let kept = |since: Option<Before>| Mark {
            before: mark.before.clone(),
            since,
            ..Mark::ABSENT
        };
        let mut first = First::Known(mark.before.clone());
        let (since, kept) = match now(state, name, &mark, value) {
            Now::Left if !exported && mark.since.is_some() && is_undone(self.env, state) => (Since::Undone, kept(None)),
            Now::Left | Now::Earlier(Layer::Latest) if mark.since.is_some() => {
                let since = mark.since.clone();
                (since.clone().map_or(Since::Nothing, Since::Known), kept(since))
            }
            // Absent because a `use` removed it, unless the user has set it since without exporting it.
            Now::Left if !exported => {
                if mark.before == Before::Absent {
                    first = First::Live { exported };
                }
                (Since::IfSet, kept(None))
            }
            Now::Left => (Since::Nothing, kept(None)),
            Now::Earlier(_) => (Since::Undone, kept(None)),
            Now::User => (Since::Live { exported }, kept(Some(self.before(name)))),
        };
        let save = Save {
            first,
            since,
            anew: self.anew,
        };
        (save, kept)
    }

    /// What the environment has, as far as it may be written down.
    fn before(&self, name: &VarName) -> Before {
        match self.env.os(name.as_str()) {
            None => Before::Absent,
            Some(value)
                if name.is_secret()
                    || (name.is_companion() && self.has_secret())
                    || harmless(&value.to_string_lossy()).is_none() =>
            {
                Before::Secret
            }
            Some(value) => Before::Value(value.to_owned()),
        }
    }

    /// Whether the environment has a secret of the user's own.
    fn has_secret(&self) -> bool {
        names(crate::redact::SECRET_VARIABLES).any(|name| {
            let value = self.env.os(name.as_str());
            let is_ours = self
                .mark(&name)
                .is_some_and(|(state, mark)| now(state, &name, &mark, value) != Now::User);
            value.is_some() && !is_ours
        })
    }
}
