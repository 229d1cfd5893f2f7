//! What every store of bytes can do. `items` puts types on it, and nothing above knows which store answers.

use zeroize::Zeroizing;

use crate::keychain::{Content, Error, SERVICE, StoreKind};

/// A store of bytes by name. Its errors name it.
pub(super) trait Store {
    fn kind(&self) -> StoreKind;

    /// # Errors
    /// [`Error::Missing`] if there is no such item.
    fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Writes an item, and replaces the one of that name.
    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error>;

    /// # Errors
    /// [`Error::Missing`] if there is no such item.
    fn delete(&self, name: &Name) -> Result<(), Error>;

    /// Makes the store ready to be read, as far as it can do that by itself.
    fn unlock(&self) -> Result<Lock, Error>;
}

/// What finds an item.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) service: String,
    pub(super) user: String,
    /// What people see of it in the program of their keychain.
    pub(super) label: String,
}

impl Name {
    /// The name of one of our own items.
    pub(super) fn of<T: Content>(item: &str) -> Self {
        Self {
            service: T::SERVICE.to_owned(),
            user: item.to_owned(),
            label: format!("{SERVICE}: {} of {item}", T::LABEL),
        }
    }
}

/// What is to be done with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    Delete,
}

/// The state of a store after it was asked to unlock itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It has none.
    Never,
    /// It was not locked.
    Open,
    /// The system has asked for the password.
    Opened,
    /// Its key file says whether it takes a passphrase.
    KeyFile,
}
