//! What the commands share that put keys into a keychain: an item stored and read back, the line that leads to it, and
//! whether every profile is still who it was.

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

/// Where an item of that name is, or would go.
///
/// # Errors
/// A word that names no store.
pub fn store_of(keychain: &Keychain<'_>, item: &str) -> Result<StoreKind, Error> {
    keychain.locate(item).map_err(|why| Error::new(Kind::Failed, why))
}

/// The command that does `action` to the key of a profile, as it can be typed.
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
