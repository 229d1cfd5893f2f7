//! The keychain's index as commands read and change it, with errors for the user.

use crate::error::{Error, Kind};
use crate::keychain::index::Record;
use crate::keychain::{self, Index, Item, StoreKind};
use crate::sys::keychain::Keychain;

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
    let record = Record {
        profile: profile.to_owned(),
        item: name.to_owned(),
        last_four: keychain::last_four(&item.access_key_id).to_owned(),
        account_id: item.account_id.clone(),
        since: item.since,
        store,
    };
    keychain.change_index(|index| index.put(record)).map_err(unwritable)
}

/// # Errors
/// The index cannot be written.
pub fn forget(keychain: &Keychain<'_>, item: &str) -> Result<(), Error> {
    keychain
        .change_index(|index| drop(index.remove(item)))
        .map_err(unwritable)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(
        Kind::Failed,
        format!("the index of the keychain cannot be read: {error}"),
    )
    .hint("`awsenv doctor` says more; without the file awsenv asks the chosen store")
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(
        Kind::Failed,
        format!("the index of the keychain cannot be written: {error}"),
    )
}
