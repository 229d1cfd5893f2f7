//! Keys in a keychain as values: which stores there are, what an item holds, and what may be known without opening one.
//!
//! Pure. The stores themselves are behind the port of `provider`, in `sys::keychain`.

pub mod index;
pub mod item;
pub mod layout;

use std::time::Duration;

pub use index::{Index, Record};
pub use item::Item;

/// The service under which all items stand: `secret-tool lookup service awsenv username NAME` finds one.
pub const SERVICE: &str = "awsenv";

/// Where items are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreKind {
    /// The operating system's: Secret Service, macOS Keychain, Windows Credential Manager.
    #[default]
    Os,
    /// Files of our own, encrypted.
    File,
    /// The kernel's keyring: gone at reboot. Linux only.
    Kernel,
}

impl StoreKind {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Os, Self::File, Self::Kernel];

    /// The word in settings, flags and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::File => "file",
            Self::Kernel => "kernel",
        }
    }

    /// Reads [`StoreKind::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The store in words that stand in a sentence.
    pub fn described(self) -> &'static str {
        match self {
            Self::Os if cfg!(target_os = "macos") => "the macOS keychain",
            Self::Os if cfg!(windows) => "the Windows Credential Manager",
            Self::Os => "the system's keychain (Secret Service)",
            Self::File => "the encrypted file store",
            Self::Kernel => "the kernel's keyring",
        }
    }
}

/// Why a store did not do what it was asked for. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such store here.
    Absent {
        /// Which.
        store: StoreKind,
        /// What was tried, in half a sentence.
        why: String,
    },
    /// It is there, and must be unlocked first.
    Locked {
        /// Which.
        store: StoreKind,
    },
    /// It did not answer in time.
    Timeout {
        /// Which.
        store: StoreKind,
        /// How long it was waited for.
        after: Duration,
    },
    /// It said no, or something that makes no sense.
    Refused {
        /// Which.
        store: StoreKind,
        /// Its words.
        why: String,
    },
    /// It has no such item.
    Missing {
        /// Which.
        store: StoreKind,
        /// The item's name.
        item: String,
    },
    /// It has the item, but what the item holds is not ours.
    Damaged {
        /// Which.
        store: StoreKind,
        /// The item's name.
        item: String,
        /// What is wrong with it; never the content.
        why: &'static str,
    },
    /// The item is larger than the store takes.
    TooLarge {
        /// Which.
        store: StoreKind,
        /// The most bytes that it takes.
        limit: usize,
    },
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
