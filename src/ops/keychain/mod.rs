//! Operations of the commands that put keys into a keychain: storing an item and reading it back, the line that leads
//! to it, and the check that no profile changes its identity.

pub mod attach;
pub mod deposit;
pub mod detach;
pub mod halves;
pub mod held;
pub mod identity;
pub mod index;
pub mod line;
pub mod pair;
pub mod swap;
pub mod transaction;
pub mod typed;

use crate::advice::Command;
use crate::error::{Error, Kind};
use crate::journal::KeyCommand;
use crate::keychain::{Index, StoreKind};
use crate::sys::keychain::Keychain;

/// Where the item is, or would go.
///
/// # Errors
/// A word that names no store.
pub fn store_of(keychain: &Keychain<'_>, item: &str) -> Result<StoreKind, Error> {
    keychain.locate(item).map_err(|why| Error::new(Kind::Failed, why))
}

/// As [`store_of`], for a key that is to be stored there: a mistake in the choice of stores must not be passed over, even
/// if the index has an older key.
///
/// # Errors
/// A word that names no store, or settings that leave it open.
pub fn store_to_write(keychain: &Keychain<'_>, item: &str) -> Result<StoreKind, Error> {
    store_to_write_in(keychain, keychain.index().ok().as_ref(), item)
}

/// As [`store_to_write`], with an index that was read already.
///
/// # Errors
/// As [`store_to_write`].
pub fn store_to_write_in(keychain: &Keychain<'_>, index: Option<&Index>, item: &str) -> Result<StoreKind, Error> {
    let failed = |why| Error::new(Kind::Failed, why);
    keychain.chosen().map_err(failed)?;
    keychain.locate_in(index, item).map_err(failed)
}

/// The command on the key of a profile.
pub fn command(command: KeyCommand, profile: &str) -> Command {
    let start = match command {
        KeyCommand::Add => "awsenv key add",
        KeyCommand::Import => "awsenv key import",
        KeyCommand::Remove => "awsenv key remove",
        KeyCommand::Restore => "awsenv key restore",
    };
    Command::new(start).operand(profile)
}
