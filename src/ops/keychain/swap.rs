//! Undoes and redoes what an edit did to an item: the key that it replaced, or the one that it made, changes places with
//! the item in which it is kept.
//!
//! No step deletes the only copy of a key, and a run that was killed may be repeated.

use crate::error::Error;
use crate::journal::{ItemChange, fingerprint};
use crate::keychain::{self, Item, StoreKind};
use crate::ops::keychain::deposit::Deposit;
use crate::ops::keychain::{index, store_of};
use crate::sys::keychain::Keychain;

/// Where a replaced key is kept, so that `undo` can bring it back.
pub fn kept_name(item: &str) -> String {
    format!("{item} (replaced)")
}

/// Keeps the key that a deposit is going to replace, and returns what undoes the deposit; `None` if it changes nothing.
///
/// # Errors
/// The store's own.
pub fn keep(keychain: &Keychain<'_>, store: StoreKind, deposit: &Deposit) -> Result<Option<ItemChange>, Error> {
    let kept = kept_name(&deposit.name);
    let is_replaced = match keychain.read(store, &deposit.name) {
        Ok(old) if old.has_same_key(&deposit.item) => return Ok(None),
        Ok(old) if deposit.replace => {
            write(keychain, store, &kept, &kept, &old)?;
            true
        }
        Ok(_) | Err(keychain::Error::Missing { .. } | keychain::Error::Damaged { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(Some(ItemChange {
        profile: deposit.profile.clone(),
        item: deposit.name.clone(),
        kept,
        is_replaced,
        mark: mark(&deposit.item),
    }))
}

fn mark(item: &Item) -> String {
    let mut mark = fingerprint(format!("{} {}", item.access_key_id, item.since.0).as_bytes());
    mark.truncate(16);
    mark
}

/// Takes the new key out, or puts it back if `is_undone`.
///
/// # Errors
/// The store's own.
pub fn turn(keychain: &Keychain<'_>, change: &ItemChange, is_undone: bool) -> Result<(), Error> {
    let ItemChange {
        profile, item, kept, ..
    } = change;
    let store = store_of(keychain, item)?;
    let read = |name: &str| match keychain.read(store, name) {
        Ok(found) => Ok(Some(found)),
        Err(keychain::Error::Missing { .. }) => Ok(None),
        Err(error) => Err(Error::from(error)),
    };
    // Holds the other key for as long as `kept` holds neither for sure.
    let spare = kept_name(kept);
    let now = read(item)?;
    let is_new = now.as_ref().is_some_and(|now| mark(now) == change.mark);
    if is_new == is_undone {
        return forget(keychain, &spare);
    }
    if !is_undone && !change.is_replaced {
        if let Some(now) = &now {
            write(keychain, store, kept, kept, now)?;
        }
        return remove(keychain, item);
    }
    let other = match read(&spare)? {
        Some(other) => other,
        None => read(kept)?.ok_or_else(|| Error::from(missing(store, kept)))?,
    };
    match &now {
        Some(now) => {
            write(keychain, store, &spare, &spare, &other)?;
            write(keychain, store, kept, kept, now)?;
            write(keychain, store, profile, item, &other)?;
            remove(keychain, &spare)
        }
        None => {
            write(keychain, store, profile, item, &other)?;
            remove(keychain, kept)
        }
    }
}

/// Deletes the key that a replacement left, with the key of the item.
///
/// # Errors
/// The store's own.
pub fn forget_kept(keychain: &Keychain<'_>, item: &str) -> Result<(), Error> {
    forget(keychain, &kept_name(item))
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

fn missing(store: StoreKind, item: &str) -> keychain::Error {
    keychain::Error::Missing {
        store,
        item: item.to_owned(),
    }
}

/// Deletes an item if the index has it.
fn forget(keychain: &Keychain<'_>, name: &str) -> Result<(), Error> {
    match index::load(keychain)?.find(name) {
        Some(_) => remove(keychain, name),
        None => Ok(()),
    }
}

fn remove(keychain: &Keychain<'_>, name: &str) -> Result<(), Error> {
    match keychain.delete(store_of(keychain, name)?, name) {
        Ok(()) | Err(keychain::Error::Missing { .. }) => index::forget(keychain, name),
        Err(error) => Err(error.into()),
    }
}
