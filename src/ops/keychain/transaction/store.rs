//! Moves a key into the keychain: stores it and reads it back, and only then writes the files.
//!
//! The key is stored before the files are locked, because the keychain may wait for the user. Then everything is read
//! and planned again, and stored again if another awsenv removed the item meanwhile.

use crate::advice::Advice;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::{Index, StoreKind};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Before, Deposit};
use crate::ops::keychain::identity::{self, Moved};
use crate::ops::keychain::{detach, index, store_to_write_in, swap};
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;
use crate::text::display;

#[derive(Debug)]
pub struct Plan {
    pub deposit: Deposit,
    /// In the order in which they are written.
    pub edits: Vec<FileEdit>,
    /// As in [`edit::save`].
    pub title: String,
    pub undo: Undo,
    pub rules: Rules,
}

/// What may change beside the deposit; by default no profile changes.
#[derive(Debug, Default)]
pub struct Rules {
    pub sharers: Sharers,
    /// Whether a file gives up its key for the item: then a store that is empty after a reboot is rejected.
    pub must_last: bool,
    /// Whether the profile may change its identity, because the user gives it this key.
    pub may_change: bool,
    /// What to do if the edits would change another profile's identity.
    pub hint: Option<Advice>,
}

/// How to treat other profiles that use the item and would get the new key too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharers {
    #[default]
    Ignore,
    Refuse,
    Warn,
}

#[derive(Debug)]
pub struct Stored {
    pub plan: Plan,
    pub store: StoreKind,
}

/// Stores the item of `plan` and writes its edits; `None` if that is already done. `files` is the latest reading.
///
/// # Errors
/// Whatever prevents it. The store is as before then, unless a file already uses the item.
pub fn store(
    context: &Context,
    keychain: &Keychain<'_>,
    files: &Files,
    plan: impl Fn(&Files) -> Result<Option<Plan>, Error>,
) -> Result<Option<Stored>, Error> {
    let plan = |files: &Files| {
        let plan = plan(files)?;
        plan.iter().try_for_each(|plan| plan.check(files)).map(|()| plan)
    };
    let first = plan(files);
    let Ok(Some(first)) = first else {
        // Removes what a run left that was killed at the very end.
        EditLock::tidy(context.env());
        return first.map(|_| None);
    };
    first.mind_sharers(context, files)?;
    check_ready(context, keychain, &first.edits)?;
    let store = first.store(keychain)?;
    if let Some(loss) = deposit::loss(keychain, store, &first.deposit) {
        context.ui.warn(loss);
    }
    let mut kept = match first.undo {
        Undo::Journal => swap::keep(keychain, store, &first.deposit)?,
        _ => None,
    };
    let change = kept.as_ref().map(|kept| kept.change.clone());
    let mut unkeep = |error: Error| match kept.take() {
        Some(kept) => kept.take_back(keychain, error),
        None => error,
    };
    let before = match deposit::put(keychain, store, &first.deposit) {
        Ok(before) => before,
        Err(error) => return Err(unkeep(error)),
    };
    // The user and the keychain took their time, so the files are locked and read again only now.
    let mut failed = |before: Before, error: Error| match first.take_back(context, keychain, files, before, error) {
        (true, error) => unkeep(error),
        (false, error) => error,
    };
    let lock = match EditLock::take(context.env()) {
        Ok(lock) => lock,
        Err(error) => return Err(failed(before, error.into())),
    };
    let second = Files::load(context).and_then(|files| {
        let plan = plan(&files)?;
        // Another awsenv may have deleted the item meanwhile, or moved it to another store.
        let store = plan.as_ref().map(|plan| plan.store(keychain)).transpose()?;
        Ok(plan.zip(store))
    });
    let (plan, store) = match second {
        Ok(Some(second)) => second,
        Ok(None) => return Ok(None),
        Err(error) => return Err(failed(before, error)),
    };
    let again = match deposit::put(keychain, store, &plan.deposit) {
        Ok(again) => again,
        Err(error) => return Err(failed(before, error)),
    };
    let undo = change.map_or(plan.undo.clone(), Undo::Item);
    match edit::save(context, &lock, &plan.title, &plan.edits, undo) {
        Ok(()) => {
            // A run that gave up waiting for the lock may have taken the item back.
            if keychain
                .index()
                .is_ok_and(|index| index.find(&plan.deposit.name).is_none())
            {
                deposit::put(keychain, store, &plan.deposit)?;
            }
            Ok(Some(Stored { plan, store }))
        }
        Err(unsaved) if unsaved.done > 0 => Err(unsaved.error),
        Err(unsaved) => {
            let error = failed(again, unsaved.error);
            Err(failed(before, error))
        }
    }
}

/// Checks what can be known before a key is asked for or stored: the files, the lock and the index can be written.
///
/// # Errors
/// What prevents it.
pub fn check_ready(context: &Context, keychain: &Keychain<'_>, edits: &[FileEdit]) -> Result<(), Error> {
    edit::check_ready(context, edits)?;
    index::check_writable(keychain)
}

impl Plan {
    /// Rejects what must not be written.
    ///
    /// # Errors
    /// Two edits of one file, or a profile would change its identity.
    pub fn check(&self, files: &Files) -> Result<(), Error> {
        edit::distinct(&self.edits)?;
        let except = self.rules.may_change.then_some(self.deposit.profile.as_str());
        let moved = Moved {
            item: &self.deposit.name,
            access_key_id: &self.deposit.item.access_key_id,
        };
        let checked = identity::guard(files, &self.edits, moved, except);
        checked.map_err(|error| self.rules.hint.iter().cloned().fold(error, Error::hint))
    }

    /// Whether a line in the files asks for the item.
    fn is_used(&self, files: &Files) -> bool {
        let Deposit { profile, name, .. } = &self.deposit;
        let own = files.profiles.profile(profile).and_then(detach::item_of);
        own.as_ref() == Some(name) || !detach::sharers(files, profile, name).is_empty()
    }

    /// Makes the store what it was before, because of `error`, unless another run has finished with this item
    /// meanwhile. Returns whether it did, with the error.
    pub(super) fn take_back(
        &self,
        context: &Context,
        keychain: &Keychain<'_>,
        files: &Files,
        before: Before,
        error: Error,
    ) -> (bool, Error) {
        let is_done = || !self.is_used(files) && Files::load(context).is_ok_and(|files| self.is_used(&files));
        if is_done() {
            return (false, error);
        }
        let store = before.store();
        let error = deposit::restore(keychain, [before], error);
        // Without the lock, that run may finish between the look and the removal.
        match is_done() && deposit::put(keychain, store, &self.deposit).is_ok() {
            true => (false, error),
            false => (true, error),
        }
    }

    fn mind_sharers(&self, context: &Context, files: &Files) -> Result<(), Error> {
        let Deposit { profile, name, .. } = &self.deposit;
        let item = display(name);
        for other in detach::sharers(files, profile, name) {
            match self.rules.sharers {
                Sharers::Ignore => {}
                Sharers::Refuse => {
                    return Err(shared(other, profile, name));
                }
                Sharers::Warn => {
                    let other = display(other);
                    let text = format!("`{other}` also asks for the item `{item}`, and will get this key");
                    context.ui.warn(text);
                }
            }
        }
        Ok(())
    }

    /// The item's store, if a file may give up its key for it.
    fn store(&self, keychain: &Keychain<'_>) -> Result<StoreKind, Error> {
        let index = keychain.index().ok();
        store_in(keychain, index.as_ref(), &self.deposit.name, self.rules.must_last)
    }
}

/// The error for another profile that would get the key too.
pub fn shared(other: &str, profile: &str, item: &str) -> Error {
    let (other, profile, item) = (display(other), display(profile), display(item));
    let message = format!("`{other}` also asks for the item `{item}`, and would get the key of `{profile}`");
    Error::new(Kind::Failed, message).hint("use `--item NAME` to give this key an item of its own")
}

/// The store of an item, by the index as it was read. If it `must_last`, a file gives up its key for the item.
///
/// # Errors
/// A word that names no store, or settings that leave it open; the store does not last.
pub(super) fn store_in(
    keychain: &Keychain<'_>,
    index: Option<&Index>,
    name: &str,
    must_last: bool,
) -> Result<StoreKind, Error> {
    let store = store_to_write_in(keychain, index, name)?;
    if !store.lasts() && must_last {
        let message = format!(
            "{} is empty after a reboot, so awsenv does not remove keys from files for it",
            store.described()
        );
        let is_there = index.is_some_and(|index| index.find(name).is_some());
        let lasting = match is_there {
            true => "move the stored key to a lasting store with `awsenv key move --to os` or `--to file`",
            false => "set AWSENV_KEYCHAIN to a lasting store, `os` or `file`",
        };
        return Err(Error::new(Kind::Failed, message).hint(format!(
            "use `--keep` to store the key and leave the files unchanged, or {lasting}"
        )));
    }
    Ok(store)
}
