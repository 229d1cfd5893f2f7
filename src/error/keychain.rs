//! Messages for keychain errors, each with its remedy.

use super::{Error, Kind, NO_MODES};
use crate::advice::{Advice, Command};
use crate::keychain;
use crate::text::display;

impl From<keychain::Error> for Error {
    fn from(error: keychain::Error) -> Self {
        use keychain::Error as E;
        match error {
            E::Absent { store, why } => {
                let error = Error::new(Kind::KeychainAbsent, format!("{} is not available: {why}", store.described()));
                match why == keychain::NO_HOME {
                    true => error.hint("set HOME to your home directory"),
                    false => error.hint(store.if_absent()),
                }
            }
            E::Locked { store } => {
                let error = Error::new(Kind::KeychainLocked, format!("{} is locked", store.described()));
                error.hint(store.if_locked())
            }
            E::Timeout { store, after } => Error::new(
                Kind::KeychainTimeout,
                format!("{} did not answer within {} s", store.described(), after.as_secs()),
            )
            .hint("it may be waiting for a password in a window, or its service may be stuck: `awsenv doctor --keychain` tests it"),
            E::NoModes { path } => Error::new(
                Kind::KeychainRefused,
                format!("`{}` cannot be private: its file system keeps no modes", display(&path.to_string_lossy())),
            )
            .hint(NO_MODES),
            E::KeyLost { path, items } => {
                let (file, dir) = (path.display(), path.parent().unwrap_or(&path).display());
                let items = match items {
                    1 => "1 item beside it opens".to_owned(),
                    items => format!("{items} items beside it open"),
                };
                Error::new(
                    Kind::KeychainAbsent,
                    display(&format!("there is no key file `{file}`, and {items} only with that one")).to_string(),
                )
                .hint(format!("put it back from a backup; to give the keys in these items up, delete the files in `{dir}` that end in `.age`: then `awsenv key unlock` creates a new key file"))
            }
            E::Refused { store, why } => Error::new(
                Kind::KeychainRefused,
                format!("{} refused: {}", store.described(), display(&why)),
            )
            .hint("`awsenv doctor --keychain` tests it"),
            E::Missing { store, item } => Error::new(
                Kind::KeychainItemMissing,
                format!("{} has no key for `{}`", store.described(), display(&item)),
            )
            .hint("`awsenv key list` shows where each key is; `awsenv key add` stores one"),
            E::Damaged { store, item, why } => Error::new(
                Kind::KeychainRefused,
                format!("the item `{}` in {} cannot be used: {why}", display(&item), store.described()),
            )
            .hint(
                Advice::from("store the key again: ")
                    .command(Command::new("awsenv key add").flag("--replace").operand(&item)),
            ),
            E::TooLarge { store, limit } => Error::new(
                Kind::KeychainRefused,
                format!("the item is larger than {limit} bytes, the limit of {}", store.described()),
            )
            .hint("the store `file` has no such limit: set AWSENV_KEYCHAIN to `file`"),
        }
    }
}
