//! What a provider asks of the outside, a trait for each kind, so that a test needs no more than it is about.

use std::io;

use crate::credentials::Timestamp;
use crate::keychain::{Error, Item};
use crate::process::Captured;
use crate::secret::Secret;

/// Runs programs.
pub trait Run {
    /// Runs a credential_process to its end: no shell, output captured.
    ///
    /// # Errors
    /// What the system says if the program cannot be started.
    fn run(&self, argv: &[String]) -> io::Result<Captured>;
}

/// Reads keys, by one access to a keychain, which may wait for a person.
pub trait ReadKeys {
    /// An item of awsenv's own.
    ///
    /// # Errors
    /// The store's own.
    fn item(&self, name: &str) -> Result<Item, Error>;

    /// What another program keeps in the system's keychain.
    ///
    /// # Errors
    /// The store's own.
    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error>;
}

/// Tells the time when it is asked: a person may have taken minutes to unlock a keychain.
pub trait Clock {
    fn now(&self) -> Timestamp;
}

#[derive(Clone, Copy)]
pub struct Ports<'a> {
    pub run: &'a dyn Run,
    pub keys: &'a dyn ReadKeys,
    pub clock: &'a dyn Clock,
}

impl std::fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}
