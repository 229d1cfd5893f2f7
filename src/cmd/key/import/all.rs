//! `key import --all` for the AWS files: the keys of all profiles at once, so that thousands of them cost a few readings
//! of the files.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::admit::{Judge, Refusal};
use super::{Import, Plan, Source, aws, is_final};
use crate::context::Outcome;
use crate::error::Error;
use crate::journal::{KeyCommand, Undo};
use crate::ops::diff;
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::Deposit;
use crate::ops::keychain::detach;
use crate::ops::keychain::identity::{self, Moved};
use crate::ops::keychain::pair;
use crate::ops::keychain::transaction::{self, Done, Many, Run};
use crate::sys;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// Moves the keys of these profiles; reports each that cannot be moved, and returns status 1 then.
pub(super) fn run(import: &Import<'_>, names: &[String]) -> Result<Outcome, Error> {
    let context = import.context;
    let keychain = context.keychain();
    let status = Cell::new(0);
    let fails = |error: Error| {
        if is_final(error.kind) {
            return Err(error);
        }
        context.ui.error(&error);
        status.set(1);
        Ok(())
    };
    let all = All {
        import,
        keychain: &keychain,
        fails: &fails,
        writable: RefCell::default(),
    };
    let files = Files::load(context)?;
    let first = all.plan(&files, names, true)?;
    if import.args.dry_run {
        return Ok(Outcome::Text(diff::of(&first.edits), status.get()));
    }
    let run = Run {
        context,
        keychain: &keychain,
        must_last: !import.args.keep,
        fails: &fails,
    };
    let again = |files: &Files, stored: &HashSet<&str>| {
        let names: Vec<String> = names
            .iter()
            .filter(|name| stored.contains(name.as_str()))
            .cloned()
            .collect();
        all.plan(files, &names, false)
    };
    let Done { moved, end } = transaction::store_many(&run, &files, first, again)?;
    for (deposit, store) in &moved {
        import.tell_stored(deposit, *store, !import.args.keep);
    }
    match end {
        Some(error) => Err(error),
        None => Ok(Outcome::Text(String::new(), status.get())),
    }
}

/// Whether the keys can be moved at once: each file is one file, and no profile changes it in two ways.
pub(super) fn is_possible(import: &Import<'_>, source: &Source, files: &Files) -> bool {
    let documents = [files.profiles.config(), files.profiles.credentials()];
    let is_same = match documents {
        [Some(config), Some(credentials)] => sys::edit::is_same(config.path(), credentials.path()),
        _ => false,
    };
    import.args.all && matches!(source, Source::Aws) && !is_same
}

struct All<'a> {
    import: &'a Import<'a>,
    keychain: &'a Keychain<'a>,
    fails: &'a dyn Fn(Error) -> Result<(), Error>,
    /// Why a file cannot be written, by path.
    writable: RefCell<HashMap<PathBuf, Option<Error>>>,
}

impl All<'_> {
    /// What to do for those that can be moved; the others are reported. Asks only the `first` time.
    fn plan(&self, files: &Files, names: &[String], first: bool) -> Result<Many, Error> {
        let sharers = if self.import.args.replace {
            sharers(files)
        } else {
            HashMap::new()
        };
        let mut candidates = Vec::new();
        for name in names {
            match self.one(files, name, &sharers, first) {
                Ok(plan) => candidates.extend(plan),
                Err(error) => (self.fails)(error)?,
            }
        }
        let mut accepted = Vec::new();
        let judge = Judge {
            name: &|plan: &Plan| &plan.profile,
            check: &|plans| check(files, plans),
            refuse: &|plan, error| self.refuse(plan, error),
        };
        judge.admit(&mut accepted, candidates)?;
        let edits = edits(files, &accepted)?;
        let profiles: Vec<String> = accepted.iter().map(|plan| plan.profile.clone()).collect();
        let command = KeyCommand::Restore;
        let (title, undo) = match profiles.as_slice() {
            [profile] => (
                format!("import the key of `{}`", display(profile)),
                Undo::Key {
                    command,
                    profile: profile.clone(),
                },
            ),
            all => (
                format!("import the keys of {} profiles", all.len()),
                Undo::Keys { command, profiles },
            ),
        };
        let deposit = |plan: Plan| Deposit {
            profile: plan.profile,
            name: plan.name,
            item: plan.item,
            replace: self.import.args.replace,
        };
        Ok(Many {
            deposits: accepted.into_iter().map(deposit).collect(),
            edits,
            title,
            undo,
        })
    }

    fn one(
        &self,
        files: &Files,
        name: &str,
        sharers: &HashMap<String, Vec<&str>>,
        first: bool,
    ) -> Result<Option<Plan>, Error> {
        let args = self.import.args;
        let Some(plan) = aws::plan(self.import, files, self.keychain, name)? else {
            return Ok(None);
        };
        if !first {
            return Ok(Some(plan));
        }
        if !args.any_shape {
            let may_ask = !args.yes && !args.dry_run;
            pair::mind(self.import.context, &plan.place, &plan.item.secret_access_key, may_ask)?;
        }
        if let Some(other) = sharers
            .get(&plan.name)
            .into_iter()
            .flatten()
            .find(|other| **other != name)
        {
            return Err(transaction::shared(other, &plan.profile, &plan.name));
        }
        if !args.dry_run {
            plan.parts
                .iter()
                .try_for_each(|part| self.check_writable(part.path()))?;
        }
        Ok(Some(plan))
    }

    fn check_writable(&self, path: &Path) -> Result<(), Error> {
        let mut known = self.writable.borrow_mut();
        let check = || edit::check_path(self.import.context, path).err();
        let error = known.entry(path.to_owned()).or_insert_with(check);
        error.clone().map_or(Ok(()), Err)
    }

    fn refuse(&self, plan: &Plan, error: Error) -> Result<(), Error> {
        let hint = self.import.split_hint(&plan.profile);
        (self.fails)(hint.into_iter().fold(error, Error::hint))
    }
}

/// Rejects imports that change the identity of a profile. An import is at fault for its own profile; every other profile
/// that changes has its key from one.
fn check(files: &Files, plans: &[Plan]) -> Result<(), Refusal> {
    let moved: Vec<Moved<'_>> = plans
        .iter()
        .map(|plan| Moved {
            item: &plan.name,
            access_key_id: &plan.item.access_key_id,
        })
        .collect();
    let unnamed = |first| Refusal {
        named: HashMap::new(),
        first,
    };
    let changes = edits(files, plans).and_then(|edits| identity::changes(files, &edits, &moved, None));
    let changes = changes.map_err(unnamed)?;
    let Some(first) = changes.first().map(|change| change.error.clone()) else {
        return Ok(());
    };
    let named = changes
        .into_iter()
        .filter_map(|change| Some((change.profile?, change.error)));
    Err(Refusal {
        named: named.collect(),
        first,
    })
}

/// The config file first: where a profile has its key in both, its line is in the other.
fn edits(files: &Files, plans: &[Plan]) -> Result<Vec<FileEdit>, Error> {
    let documents = [files.profiles.config(), files.profiles.credentials()]
        .into_iter()
        .flatten();
    let edit = |path: &Path| {
        let parts = plans
            .iter()
            .flat_map(|plan| &plan.parts)
            .filter(|part| part.path() == path);
        aws::edit_of(files, path, parts).transpose()
    };
    let edits = documents.filter_map(|document| edit(document.path()));
    let edits: Result<Vec<FileEdit>, Error> = edits.collect();
    Ok(edits?
        .into_iter()
        .filter(|edit| edit.was.as_ref() != Some(&edit.now))
        .collect())
}

/// The profiles whose lines ask for each item.
fn sharers(files: &Files) -> HashMap<String, Vec<&str>> {
    let mut sharers: HashMap<String, Vec<&str>> = HashMap::new();
    for profile in files.profiles.profiles() {
        if let Some(item) = detach::item_of(profile) {
            sharers.entry(item).or_default().push(profile.name());
        }
    }
    sharers
}
