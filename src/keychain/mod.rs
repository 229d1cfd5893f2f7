//! Keys in a keychain as values: which stores there are, what an item holds, and what can be known without opening one.
//!
//! Nothing here has an effect. `sys::keychain` has the stores themselves.

pub mod content;
pub mod index;
pub mod item;
pub mod layout;
pub mod store;

use std::time::Duration;

pub use content::Content;
pub use index::{Index, Record};
pub use item::Item;
pub use store::StoreKind;

/// The service of all keys: `secret-tool lookup service awsenv username NAME` finds one.
pub const SERVICE: &str = "awsenv";

/// Why a store did not do what it was asked for. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such store here; `why` says what was tried, in half a sentence.
    Absent { store: StoreKind, why: String },
    /// It must be unlocked first.
    Locked { store: StoreKind },
    /// It did not answer in time.
    Timeout { store: StoreKind, after: Duration },
    /// It said no, in the words of `why`, or something that makes no sense.
    Refused { store: StoreKind, why: String },
    /// It has no such item.
    Missing { store: StoreKind, item: String },
    /// It has the item, but not with content of ours; `why` never repeats that.
    Damaged {
        store: StoreKind,
        item: String,
        why: &'static str,
    },
    /// The item has more bytes than the store takes.
    TooLarge { store: StoreKind, limit: usize },
}

/// The last four characters of a key id: enough to tell keys apart, and what AWS's own tools show.
pub fn last_four(access_key_id: &str) -> &str {
    let id = access_key_id.trim();
    let from = id.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    &id[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_four() {
        assert_eq!(last_four("AKIAIOSFODNN7EXAMPLE "), "MPLE");
        assert_eq!(last_four("äöü"), "äöü");
        assert_eq!(last_four(""), "");
    }
}
