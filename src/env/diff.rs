//! What a script or `exec` changes in an environment, as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::env::Env;
use crate::env::names::{OWN, VarName};
use crate::secret::Secret;

/// The value of a name before awsenv first changed it, as far as the process can know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Not in the environment (a shell may still have it without export).
    Absent,
    /// Exported, with this value; never a secret.
    Value(OsString),
    /// Exported, but a secret: only the shell that was switched first still has it.
    Secret,
}

/// Which of the saved values comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The one from before the first `use`.
    First,
    /// What the user set between two `use`s, if anything, else the first.
    Latest,
}

/// What a script saves before it changes a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// From before the first `use`; not saved again if the shell has it saved.
    pub first: First,
    pub since: Since,
    /// Whether anything that the shell has saved is from a switch that is over.
    pub anew: bool,
}

/// What was there before the first `use`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// What the shell has now.
    Live {
        /// Whether the shell exports it, as the process sees in its own environment.
        exported: bool,
    },
    /// What the shell has now is not from before the first `use`: this was there instead.
    Known(Before),
}

/// What the user set between two `use`s; the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing that the shell has now. What it has saved stays.
    Nothing,
    /// The same, but a shell that inherited the switch has not saved this yet.
    Known(Before),
    /// What the shell has now, instead of anything saved earlier.
    Live {
        /// As in [`First::Live`].
        exported: bool,
    },
    /// What the shell has now if the name is set there, for a name that an earlier `use` removed.
    IfSet,
    /// The shell has what an earlier `use` set, so what was saved later no longer counts.
    Undone,
}

/// What happens to one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of awsenv's own variables: set, without saving.
    Note(String),
    /// Saved, then exported with this value.
    Set(Save, Secret<String>),
    /// Saved, then removed. Where a shell cannot remove it (a universal variable of fish), this value means the same.
    Unset(Save, Option<String>),
    /// Restored: from what the shell saved, otherwise from this.
    Restore(Layer, Before),
    /// The same for a name that was removed: if the shell has set it again since, that value stays.
    RestoreRemoved(Layer, Before),
    /// Restored if the shell saved it, otherwise left as it is.
    RestoreSaved,
    /// The user's own by now: left as it is; only the saved value goes.
    Forget,
    /// One of awsenv's own variables: removed.
    Drop,
}

impl Change {
    /// Whether the name gets its former value back.
    pub fn gives_back(&self) -> bool {
        matches!(
            self,
            Change::Restore(..) | Change::RestoreRemoved(..) | Change::RestoreSaved
        )
    }

    /// The value that an environment has after the change, where no shell saved one: `None` if it stays as it is,
    /// `Some(None)` if the name goes.
    pub(super) fn result(&self) -> Option<Option<&OsStr>> {
        match self {
            Change::Note(value) => Some(Some(OsStr::new(value))),
            Change::Set(_, value) => Some(Some(OsStr::new(value.expose()))),
            Change::Restore(_, Before::Value(value)) | Change::RestoreRemoved(_, Before::Value(value)) => {
                Some(Some(value))
            }
            Change::Restore(..) | Change::RestoreRemoved(..) | Change::Unset(..) | Change::Drop => Some(None),
            Change::RestoreSaved | Change::Forget => None,
        }
    }

    /// Whether the shell's saved value of the name goes.
    pub fn forgets(&self) -> bool {
        self.gives_back() || matches!(self, Change::Forget)
    }

    /// What the script saves before it makes the change.
    pub fn save(&self) -> Option<&Save> {
        match self {
            Change::Set(save, _) | Change::Unset(save, _) => Some(save),
            _ => None,
        }
    }
}

/// Ordered by name, so that the same switch always prints the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvDiff(BTreeMap<VarName, Change>);

impl EnvDiff {
    /// Adds or replaces the change of one name.
    pub fn insert(&mut self, name: VarName, change: Change) {
        self.0.insert(name, change);
    }

    /// Ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&VarName, &Change)> {
        self.0.iter()
    }

    /// The names whose value in the environment changes.
    pub fn touched(&self) -> impl Iterator<Item = &VarName> {
        self.iter()
            .filter(|(_, change)| !matches!(change, Change::Forget))
            .map(|(name, _)| name)
    }

    /// The names whose exported value changes, without awsenv's own.
    pub fn changed(&self, env: &Env) -> Vec<&str> {
        let changes = self.iter().filter(|(name, change)| {
            let before = env.os(name.as_str());
            let after = change.result().map_or(before, |after| after);
            before != after && !OWN.contains(&name.as_str())
        });
        changes.map(|(name, _)| name.as_str()).collect()
    }

    /// The environment after the changes, for a program that is started with it. There are no saved variables here: a
    /// secret that ours replaced does not come back.
    pub fn apply(&self, env: &Env) -> BTreeMap<OsString, OsString> {
        let mut vars: BTreeMap<OsString, OsString> = env.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        for (name, change) in self.iter() {
            let name = OsStr::new(name.as_str());
            match change.result() {
                Some(Some(value)) => _ = vars.insert(name.to_owned(), value.to_owned()),
                Some(None) => _ = vars.remove(name),
                None => {}
            }
        }
        vars
    }
}
