//! Operations of the commands that put keys into a keychain: storing an item and reading it back, the line that leads
//! to it, and the check that no profile changes its identity.

pub mod attach;
pub mod deposit;
pub mod detach;
pub mod held;
pub mod identity;
pub mod index;
pub mod line;
pub mod transaction;

use crate::error::{Error, Kind};
use crate::keychain::StoreKind;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// Where the item is, or would go.
///
/// # Errors
/// A word that names no store.
pub fn store_of(keychain: &Keychain<'_>, item: &str) -> Result<StoreKind, Error> {
    keychain.locate(item).map_err(|why| Error::new(Kind::Failed, why))
}

/// A command line for `action` on a profile's key, quoted for typing.
pub fn command(action: &str, profile: &str) -> String {
    let shown = display(profile);
    let dashes = if shown.starts_with('-') { "-- " } else { "" };
    format!("awsenv key {action} {dashes}{}", shell_words::quote(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed() {
        assert_eq!(command("add", "work"), "awsenv key add work");
        assert_eq!(command("add", "two words"), "awsenv key add 'two words'");
        assert_eq!(command("add", "-x"), "awsenv key add -- -x");
    }
}
