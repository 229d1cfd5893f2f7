//! Moves a key out of the keychain: writes the files and reads them back, and only then deletes the item.
//!
//! The keychain is asked before the files are locked, because it may wait for the user. Then everything is read again.

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::{self, Item, StoreKind};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::identity::{self, Moved};
use crate::ops::keychain::{held, index, swap};
use crate::sys;
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;
use crate::text::display;

#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub profile: &'a str,
    pub name: &'a str,
    pub store: StoreKind,
}

#[derive(Debug)]
pub struct Withdrawal {
    /// The item, if the edits put its key into files; `None` if the key is given up.
    pub back: Option<Item>,
    /// In the order in which they are written.
    pub edits: Vec<FileEdit>,
    /// As in [`edit::save`].
    pub title: String,
    pub undo: Undo,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// There was nothing to write; the index may not have known that.
    Already,
    /// The files are written, and the item is deleted.
    Deleted,
    /// The files have the key, but the item stays, because this uses it too.
    Kept(String),
    /// The files are written; the store did not have the item.
    Missing,
}

/// Writes the edits of `plan`, makes sure that the files have the key if it is to be back, and deletes the item.
///
/// `read` asks the keychain for what `plan` needs, before the files are locked and again afterwards; `None` means that
/// the item is gone and nothing is left to write. `files` is the latest reading. The plan is made only from the locked
/// files, because another awsenv may write them before that.
///
/// # Errors
/// Whatever prevents it; the item still exists then, unless only the index cannot be written.
pub fn withdraw<T>(
    context: &Context,
    keychain: &Keychain<'_>,
    files: &Files,
    kept: Kept<'_>,
    read: impl Fn(&Files) -> Result<Option<T>, Error>,
    plan: impl Fn(&Files, T) -> Result<Withdrawal, Error>,
) -> Result<Withdrawn, Error> {
    let Kept { profile, name, store } = kept;
    // The keychain may ask for a password, so the files are locked and read again only after that.
    let ready = read(files).and_then(|_| {
        index::check_writable(keychain)?;
        Ok(keychain.check_deletable(store, name).map(drop)?)
    });
    if let Err(error) = ready {
        EditLock::tidy(context.env());
        return Err(error);
    }
    let lock = EditLock::take(context.env())?;
    let files = Files::load(context)?;
    let Some(found) = read(&files)? else {
        index::forget(keychain, name)?;
        return Ok(Withdrawn::Already);
    };
    let plan = plan(&files, found)?;
    plan.check(&files, name)?;
    if let Some(item) = &plan.back {
        keep_private(&plan.edits, item)?;
    }
    edit::save(context, &lock, &plan.title, &plan.edits, plan.undo)?;
    if let Some(item) = &plan.back {
        let files = Files::load(context)?;
        if !held::has_key(&files, profile, item) && !held::is_written(&plan.edits, item) {
            let (shown, store) = (display(profile), store.described());
            let message = format!("the files do not resolve to the key of `{shown}`, so it stays in {store}");
            return Err(Error::new(Kind::Failed, message));
        }
        if let Some(user) = held::other_user(&files, profile, name, item) {
            return Ok(Withdrawn::Kept(user));
        }
    }
    let mut done = edit::changed(&plan.edits);
    let mut delete = || {
        if plan.back.is_none() {
            swap::forget_kept(keychain, store, name)?;
        }
        let withdrawn = match keychain.delete(store, name) {
            Ok(()) => Withdrawn::Deleted,
            Err(keychain::Error::Missing { .. }) => Withdrawn::Missing,
            Err(error) => return Err(error.into()),
        };
        done.push(format!("the key is deleted from {}", store.described()));
        index::forget(keychain, name).map(|()| withdrawn)
    };
    delete().map_err(|error| edit::unfinished(error, &done))
}

impl Withdrawal {
    /// Rejects what must not be written.
    ///
    /// # Errors
    /// A profile would change its identity, although the key is to be back.
    pub fn check(&self, files: &Files, name: &str) -> Result<(), Error> {
        let Some(item) = &self.back else { return Ok(()) };
        let moved = Moved {
            item: name,
            access_key_id: &item.access_key_id,
        };
        identity::guard(files, &self.edits, moved, None)
    }
}

/// Removes other users' rights to the files that are about to hold the secret.
fn keep_private(edits: &[FileEdit], item: &Item) -> Result<(), Error> {
    let gets_secret = |edit: &&FileEdit| edit.was.is_some() && held::has_secret(&edit.now, item);
    for edit in edits.iter().filter(gets_secret) {
        sys::edit::keep_private(&edit.path)?;
    }
    Ok(())
}
