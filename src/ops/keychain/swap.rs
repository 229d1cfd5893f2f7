//! Undoes and redoes what an edit did to an item: the key that it replaced, or the one that it made, changes places with
//! the item in which it is kept.
//!
//! No step deletes the only copy of a key, and a run that was killed may be repeated.

use crate::error::{Error, Kind};
use crate::journal::{ItemChange, KeyCommand, fingerprint};
use crate::keychain::{self, Item, StoreKind};
use crate::ops::keychain::deposit::{self, Before, Deposit};
use crate::ops::keychain::{command, index, store_of};
use crate::sys::keychain::Keychain;
use crate::text::display;

/// Where a replaced key is kept, so that `undo` can bring it back.
pub fn kept_name(item: &str) -> String {
    format!("{item} (replaced)")
}

/// What undoes a deposit.
#[derive(Debug)]
pub struct Kept {
    pub change: ItemChange,
    /// What the place of the copy had before, if the deposit replaces a key.
    copy: Option<Before>,
}

/// Keeps the key that a deposit is going to replace, and returns what undoes the deposit; `None` if it changes nothing.
///
/// # Errors
/// The store's own.
pub fn keep(keychain: &Keychain<'_>, store: StoreKind, deposit: &Deposit) -> Result<Option<Kept>, Error> {
    let kept = kept_name(&deposit.name);
    let copy = match keychain.read(store, &deposit.name) {
        Ok(old) if old.has_same_key(&deposit.item) => return Ok(None),
        Ok(old) if deposit.replace => {
            let copy = Deposit {
                profile: kept.clone(),
                name: kept.clone(),
                item: old,
                replace: true,
            };
            Some(deposit::put(keychain, store, &copy)?)
        }
        Ok(_) | Err(keychain::Error::Missing { .. } | keychain::Error::Damaged { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let change = ItemChange {
        profile: deposit.profile.clone(),
        item: deposit.name.clone(),
        kept,
        is_replaced: copy.is_some(),
        mark: mark(&deposit.item),
    };
    Ok(Some(Kept { change, copy }))
}

impl Kept {
    /// Takes the copy of a key that is not replaced after all back, because of `error`, which is returned.
    pub fn take_back(self, keychain: &Keychain<'_>, error: Error) -> Error {
        let Self { change, copy } = self;
        let Some(copy) = copy else { return error };
        let read = |name: &str| keychain.read(copy.store(), name).ok();
        let is_double = read(&change.item)
            .zip(read(&change.kept))
            .is_some_and(|(item, kept)| item.has_same_key(&kept));
        match is_double {
            true => deposit::restore(keychain, [copy], error),
            false => error.hint(format!(
                "the keychain keeps the former key as `{}`",
                display(&change.kept)
            )),
        }
    }
}

fn mark(item: &Item) -> String {
    let mut mark = fingerprint(format!("{} {}", item.access_key_id, item.since.0).as_bytes());
    mark.truncate(16);
    mark
}

/// Takes the new key out, or puts it back if `is_undone`. Returns whether the other one of the two keys is kept.
///
/// # Errors
/// The store's own.
pub fn turn(keychain: &Keychain<'_>, change: &ItemChange, is_undone: bool) -> Result<bool, Error> {
    let ItemChange {
        profile, item, kept, ..
    } = change;
    let store = store_of(keychain, item)?;
    let read = |name: &str| find(keychain, store, name);
    // Holds the other key for as long as `kept` holds neither for sure.
    let spare = kept_name(kept);
    let now = read(item)?;
    let is_new = is_new(change, now.as_ref());
    if is_new == is_undone && (now.is_some() || !change.is_replaced) {
        remove(keychain, store, &spare)?;
        if now.is_none() {
            // An earlier run was killed after it deleted the item, or someone else deleted it.
            index::forget(keychain, item)?;
        }
        return Ok(is_undone || self::is_new(change, read(kept)?.as_ref()));
    }
    if !is_undone && !change.is_replaced {
        if let Some(now) = &now {
            write(keychain, store, kept, kept, now)?;
        }
        return remove(keychain, store, item).map(|()| true);
    }
    let other = match read(&spare)? {
        Some(other) => other,
        None => read(kept)?.ok_or_else(|| gone(change, store))?,
    };
    let Some(now) = now else {
        write(keychain, store, profile, item, &other)?;
        return remove(keychain, store, kept).map(|()| is_undone);
    };
    let begun = write(keychain, store, &spare, &spare, &other)
        .and_then(|()| write(keychain, store, kept, kept, &now))
        .inspect_err(|_| {
            if read(kept).is_ok_and(|kept| kept.as_ref() == Some(&other)) {
                let _ = remove(keychain, store, &spare);
            }
        });
    begun?;
    write(keychain, store, profile, item, &other)?;
    remove(keychain, store, &spare).map(|()| true)
}

/// Checks what can be known before [`turn`]: the store and the index can be written, and the key to put back exists.
///
/// # Errors
/// What prevents it.
pub fn check(keychain: &Keychain<'_>, change: &ItemChange, is_undone: bool) -> Result<(), Error> {
    let ItemChange { item, kept, .. } = change;
    let store = store_of(keychain, item)?;
    let now = find(keychain, store, item)?;
    let is_there = |name: &str| Ok::<_, Error>(find(keychain, store, name)?.is_some());
    let is_done = now.is_some() && is_new(change, now.as_ref()) == is_undone;
    let needs_kept = !is_done && (is_undone || change.is_replaced);
    if needs_kept && !is_there(kept)? && !is_there(&kept_name(kept))? {
        return Err(gone(change, store));
    }
    index::check_writable(keychain)?;
    for name in [item, kept] {
        keychain.check_writable(store, name)?;
        keychain.check_deletable(store, name)?;
    }
    Ok(())
}

fn is_new(change: &ItemChange, item: Option<&Item>) -> bool {
    item.is_some_and(|item| mark(item) == change.mark)
}

/// Deletes the key that a replacement left, with the key of the item, even if the index does not know of it.
///
/// # Errors
/// The store's own.
pub fn forget_kept(keychain: &Keychain<'_>, store: StoreKind, item: &str) -> Result<(), Error> {
    let kept = kept_name(item);
    [kept_name(&kept), kept]
        .iter()
        .try_for_each(|name| remove(keychain, store, name))
}

/// Stores an item, reads it back, compares it, and adds it to the index.
pub(super) fn write(
    keychain: &Keychain<'_>,
    store: StoreKind,
    profile: &str,
    name: &str,
    item: &Item,
) -> Result<(), Error> {
    keychain.write(store, name, item)?;
    if keychain.read(store, name)? != *item {
        let why = "it returned something other than what was stored".to_owned();
        return Err(keychain::Error::Refused { store, why }.into());
    }
    index::record(keychain, profile, name, item, store)
}

fn find(keychain: &Keychain<'_>, store: StoreKind, name: &str) -> Result<Option<Item>, Error> {
    match keychain.read(store, name) {
        Ok(found) => Ok(Some(found)),
        Err(keychain::Error::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The key to put back does not exist any more.
fn gone(change: &ItemChange, store: StoreKind) -> Error {
    let (profile, kept) = (display(&change.profile), display(&change.kept));
    let message = format!(
        "the other key of `{profile}` cannot be put back, because {} has no `{kept}` any more",
        store.described()
    );
    Error::new(Kind::KeychainItemMissing, message).hint(command(KeyCommand::Add, &change.profile))
}

/// Deletes an item, if there is one.
fn remove(keychain: &Keychain<'_>, store: StoreKind, name: &str) -> Result<(), Error> {
    match keychain.delete(store, name) {
        Ok(()) | Err(keychain::Error::Missing { .. }) => index::forget(keychain, name),
        Err(error) => Err(error.into()),
    }
}
