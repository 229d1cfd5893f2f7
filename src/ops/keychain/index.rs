//! The keychain's index as commands read and change it, with errors for the user.

use crate::error::{Error, Kind};
use crate::keychain::index::Record;
use crate::keychain::{self, Index, Item, StoreKind};
use crate::sys::keychain::Keychain;
use crate::text::name;

/// # Errors
/// The index cannot be read.
pub fn load(keychain: &Keychain<'_>) -> Result<Index, Error> {
    keychain.index().map_err(unreadable)
}

/// Records what awsenv may know without opening the store.
///
/// # Errors
/// The index cannot be written.
pub fn record(keychain: &Keychain<'_>, profile: &str, name: &str, item: &Item, store: StoreKind) -> Result<(), Error> {
    put(keychain, record_of(profile, name, item, store))
}

pub fn record_of(profile: &str, name: &str, item: &Item, store: StoreKind) -> Record {
    Record {
        profile: profile.to_owned(),
        item: name.to_owned(),
        last_four: keychain::last_four(&item.access_key_id).to_owned(),
        account_id: item.account_id.clone(),
        since: item.since,
        store,
    }
}

/// # Errors
/// The index cannot be written.
pub fn put(keychain: &Keychain<'_>, record: Record) -> Result<(), Error> {
    change(keychain, |index| index.put(record))
}

/// # Errors
/// The index cannot be written.
pub fn forget(keychain: &Keychain<'_>, item: &str) -> Result<(), Error> {
    change(keychain, |index| drop(index.remove(item)))
}

/// All in one go.
///
/// # Errors
/// The index cannot be written.
pub fn change(keychain: &Keychain<'_>, change: impl FnOnce(&mut Index)) -> Result<(), Error> {
    keychain.change_index(change).map_err(unwritable)
}

/// Checks that [`put`] can work, because a key is stored before that.
///
/// # Errors
/// The index cannot be read or written.
pub fn check_writable(keychain: &Keychain<'_>) -> Result<(), Error> {
    load(keychain)?;
    keychain.check_index().map_err(unwritable)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(Kind::Failed, format!("cannot read the index of the keychain: {error}")).hint(
        "put it back from a backup, or move it away: it holds no key, and without it awsenv asks the chosen store",
    )
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(Kind::Failed, format!("cannot write the index of the keychain: {error}"))
}

/// The keychain has no key for the profile.
pub fn missing(profile: &str) -> Error {
    let message = format!("the keychain has no key for `{}`", name(profile));
    Error::new(Kind::KeychainItemMissing, message).hint("`awsenv key list` shows which keys it has")
}
