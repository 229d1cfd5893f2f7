//! Moves many keys into the keychain, in the order of steps of one: all are stored and read back, and only then the
//! files are written, once for all of them.

use std::collections::HashSet;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::StoreKind;
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Before, Deposit};
use crate::ops::keychain::{detach, index};
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;

use super::store::{check_ready, store_in};

/// Of profiles that were checked, as by [`super::Plan::check`].
#[derive(Debug)]
pub struct Many {
    pub deposits: Vec<Deposit>,
    /// Of all deposits, in the order in which they are written.
    pub edits: Vec<FileEdit>,
    pub title: String,
    pub undo: Undo,
}

/// What is the same for all keys of a run.
pub struct Run<'a> {
    pub context: &'a Context<'a>,
    pub keychain: &'a Keychain<'a>,
    /// As in [`super::Rules`].
    pub must_last: bool,
    /// Reports why one key is left out; returns the error if the others would fail in the same way.
    pub fails: &'a dyn Fn(Error) -> Result<(), Error>,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("must_last", &self.must_last)
            .finish_non_exhaustive()
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Done {
    pub moved: Vec<(Deposit, StoreKind)>,
    /// What kept the rest from being stored.
    pub end: Option<Error>,
}

/// A key that is stored, and what was there before.
type Entry = (Deposit, StoreKind, Before);

/// What was stored, and the error after which no more was.
struct Placed {
    all: Vec<Entry>,
    end: Option<Error>,
}

/// Stores the items of `first`, and writes the edits of `plan`, which is asked again under the lock, for the profiles
/// that were stored.
///
/// # Errors
/// Whatever prevents all of it. The stores are as before then, unless a file already uses an item.
pub fn store_many(
    run: &Run<'_>,
    files: &Files,
    first: Many,
    plan: impl Fn(&Files, &HashSet<&str>) -> Result<Many, Error>,
) -> Result<Done, Error> {
    let context = run.context;
    if first.deposits.is_empty() {
        // Removes what a run left that was killed at the very end.
        EditLock::tidy(context.env());
        return Ok(Done::default());
    }
    check_ready(context, run.keychain, &first.edits)?;
    let Placed {
        all: mut before,
        mut end,
    } = run.place(first.deposits)?;
    if before.is_empty() {
        return end.map_or(Ok(Done::default()), Err);
    }
    // The user and the keychain took their time, so the files are locked and read again only now.
    let was_used = used(files);
    let lock = match EditLock::take(context.env()) {
        Ok(lock) => lock,
        Err(error) => return Err(run.take_back(&was_used, before, error.into())),
    };
    let (many, again) = loop {
        let names = before.iter().map(|(deposit, ..)| deposit.profile.as_str()).collect();
        let read = Files::load(context).and_then(|files| Ok((plan(&files, &names)?, files)));
        // Another awsenv may have deleted an item meanwhile, or moved it to another store.
        let placed = read.and_then(|(many, files)| {
            let deposits = many.deposits.clone();
            Ok((run.place(deposits)?, many, files))
        });
        let (placed, many, files) = match placed {
            Ok(placed) => placed,
            Err(error) => return Err(run.take_back(&was_used, before, error)),
        };
        end = end.or(placed.end);
        let left: HashSet<&str> = placed
            .all
            .iter()
            .map(|(deposit, ..)| deposit.profile.as_str())
            .collect();
        let (kept, gone) = before
            .into_iter()
            .partition(|(deposit, ..)| left.contains(deposit.profile.as_str()));
        before = kept;
        run.leave_out(&was_used, &used(&files), gone)?;
        if placed.all.len() == many.deposits.len() {
            break (many, placed.all);
        }
    };
    if again.is_empty() {
        return end.map_or(Ok(Done::default()), Err);
    }
    match edit::save(context, &lock, &many.title, &many.edits, many.undo) {
        Ok(()) => {
            let moved = again.into_iter().map(|(deposit, store, _)| (deposit, store));
            Ok(Done {
                moved: moved.collect(),
                end,
            })
        }
        Err(unsaved) if unsaved.done > 0 => Err(unsaved.error),
        Err(unsaved) => {
            let all = again.into_iter().chain(before).collect();
            Err(run.take_back(&was_used, all, unsaved.error))
        }
    }
}

impl Run<'_> {
    /// Stores what can be stored, reads it back and compares it.
    ///
    /// # Errors
    /// The index cannot be written. The stores are as before then.
    fn place(&self, deposits: Vec<Deposit>) -> Result<Placed, Error> {
        let keychain = self.keychain;
        let index = keychain.index().ok();
        let find = |name: &str| index.as_ref()?.find(name).cloned();
        let (mut all, mut records, mut end) = (Vec::new(), Vec::new(), None);
        for deposit in deposits {
            let placed = store_in(keychain, index.as_ref(), &deposit.name, self.must_last).and_then(|store| {
                if let Some(loss) = deposit::loss(keychain, store, &deposit) {
                    self.context.ui.warn(loss);
                }
                Ok((store, deposit::place(keychain, find, store, &deposit)?))
            });
            match placed {
                Ok((store, (before, record))) => {
                    records.push(record);
                    all.push((deposit, store, before));
                }
                Err(error) => {
                    if let Err(error) = (self.fails)(error) {
                        end = Some(error);
                        break;
                    }
                }
            }
        }
        match index::change(keychain, |index| {
            records.into_iter().for_each(|record| index.put(record))
        }) {
            Ok(()) => Ok(Placed { all, end }),
            Err(error) => Err(deposit::restore(keychain, befores(all), error)),
        }
    }

    /// Restores what the stores had before all of these, because of `error`. Another run may have finished with some of
    /// the items meanwhile.
    fn take_back(&self, was_used: &HashSet<String>, all: Vec<Entry>, error: Error) -> Error {
        let is_used = Files::load(self.context).map(|files| used(&files)).unwrap_or_default();
        deposit::restore(self.keychain, befores(unused(all, was_used, &is_used)), error)
    }

    /// As [`Run::take_back`], for keys about which everything is said.
    fn leave_out(&self, was_used: &HashSet<String>, is_used: &HashSet<String>, all: Vec<Entry>) -> Result<(), Error> {
        let error = Error::new(Kind::Failed, "keys that were not imported are left in the keychain");
        let error = deposit::restore(self.keychain, befores(unused(all, was_used, is_used)), error);
        match error.hints.is_empty() {
            true => Ok(()),
            false => (self.fails)(error),
        }
    }
}

fn befores(all: Vec<Entry>) -> impl Iterator<Item = Before> {
    all.into_iter().map(|(_, _, before)| before)
}

/// Those whose item no line has begun to ask for.
fn unused(all: Vec<Entry>, was_used: &HashSet<String>, is_used: &HashSet<String>) -> Vec<Entry> {
    let is_done = |name: &String| !was_used.contains(name) && is_used.contains(name);
    all.into_iter()
        .filter(|(deposit, ..)| !is_done(&deposit.name))
        .collect()
}

/// The items that lines in the files ask for.
fn used(files: &Files) -> HashSet<String> {
    files.profiles.profiles().filter_map(detach::item_of).collect()
}
