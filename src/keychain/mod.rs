//! Keys in a keychain as values: which stores there are, what an item holds, and what awsenv knows without opening a
//! store.
//!
//! Nothing here has an effect; `sys::keychain` holds the stores themselves.

pub mod content;
pub mod index;
pub mod item;
pub mod layout;
pub mod store;

use std::path::PathBuf;
use std::time::Duration;

use crate::redact::key_id;

pub use content::Content;
pub use index::{Index, Record};
pub use item::Item;
pub use store::StoreKind;

/// Why a store has no directory.
pub const NO_HOME: &str = "HOME is not set to an absolute path, so there is no directory for it";

/// The service of all keys: `secret-tool lookup service awsenv username NAME` finds one.
pub const SERVICE: &str = "awsenv";

/// Why a store failed. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such store here; `why` says what was tried, as part of a sentence.
    Absent {
        store: StoreKind,
        why: String,
    },
    Locked {
        store: StoreKind,
    },
    Timeout {
        store: StoreKind,
        after: Duration,
    },
    /// The store's file cannot be private, because its file system keeps no modes.
    NoModes {
        path: PathBuf,
    },
    /// The key file is gone, but the items that only it opens are there.
    KeyLost {
        path: PathBuf,
        items: usize,
    },
    /// It refused, in the words of `why`, or answered something that makes no sense.
    Refused {
        store: StoreKind,
        why: String,
    },
    Missing {
        store: StoreKind,
        item: String,
    },
    /// The item exists, but awsenv cannot read its content; `why` never repeats it.
    Damaged {
        store: StoreKind,
        item: String,
        why: &'static str,
    },
    /// The item is larger than the store allows.
    TooLarge {
        store: StoreKind,
        limit: usize,
    },
}

/// The last four characters of a key id: enough to tell keys apart, and what AWS's own tools show. Nothing of what is not
/// shaped like an id.
pub fn last_four(access_key_id: &str) -> &str {
    let id = key_id(access_key_id.trim()).unwrap_or_default();
    &id[id.len().saturating_sub(4)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four() {
        assert_eq!(last_four("AKIAIOSFODNN7EXAMPLE "), "MPLE");
        for other in ["äöü", "", "hunter2", "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY"] {
            assert_eq!(last_four(other), "", "{other}");
        }
    }
}
