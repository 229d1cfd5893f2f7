//! What every store of bytes can do. `items` adds types on top, and nothing above knows which store answers.

use zeroize::Zeroizing;

use crate::keychain::{Content, Error, SERVICE, StoreKind};

/// Errors name the store.
pub(super) trait Store {
    fn kind(&self) -> StoreKind;

    /// # Errors
    /// [`Error::Missing`] if there is no such item.
    fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Replaces the item of the same name, if there is one.
    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error>;

    /// # Errors
    /// [`Error::Missing`] if there is no such item.
    fn delete(&self, name: &Name) -> Result<(), Error>;

    /// Checks what can be known before the item is accessed in that way, and changes nothing.
    ///
    /// # Errors
    /// As that access.
    fn check(&self, name: &Name, access: Access) -> Result<(), Error>;

    /// Makes the store readable as far as it can do that by itself.
    fn unlock(&self) -> Result<Lock, Error>;
}

/// Identifies an item.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) service: String,
    pub(super) user: String,
    /// What users see in their keychain program.
    pub(super) label: String,
}

impl Name {
    /// Names one of awsenv's own items.
    pub(super) fn of<T: Content>(item: &str) -> Self {
        Self {
            service: T::SERVICE.to_owned(),
            user: item.to_owned(),
            label: format!("{SERVICE}: {} of {item}", T::LABEL),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    Delete,
}

/// The state of a store after a request to unlock it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It cannot be locked.
    Never,
    /// It was not locked.
    Open,
    /// The system has asked for the password.
    Opened,
    /// The key file decides whether a passphrase is needed.
    KeyFile,
}
