//! The operating system's keychain, through `keyring`: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! All of this may wait for a person or for ever: call it within a time limit.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::translate;
use crate::keychain::{Error, SERVICE, StoreKind};
use crate::secret::Secret;

const STORE: StoreKind = StoreKind::Os;

/// What Windows takes, in bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE).
const WINDOWS_LIMIT: usize = 5 * 512;

/// Whose item, and whether the system may ask the person to unlock it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// `awsenv` for our own.
    pub(super) service: String,
    /// The item's name.
    pub(super) user: String,
    /// Whether there is a desktop where a question would be seen.
    pub(super) may_ask: bool,
}

/// What is going to be done with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    Delete,
}

impl Place {
    /// One of our own items.
    pub(super) fn of_item(item: &str, may_ask: bool) -> Self {
        Self {
            service: SERVICE.to_owned(),
            user: item.to_owned(),
            may_ask,
        }
    }

    /// The content of an item.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let entry = self.entry(Access::Read)?;
        entry
            .get_secret()
            .map(Zeroizing::new)
            .map_err(|error| self.error(error))
    }

    /// Writes an item, in the place of the one that is there.
    ///
    /// # Errors
    /// The store's; [`Error::TooLarge`] before anything is written.
    pub(super) fn write(&self, content: &[u8]) -> Result<(), Error> {
        check_size(content.len(), cfg!(windows))?;
        let entry = self.entry(Access::Write)?;
        entry.set_secret(content).map_err(|error| self.error(error))
    }

    /// Deletes an item.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is none.
    pub(super) fn delete(&self) -> Result<(), Error> {
        let entry = self.entry(Access::Delete)?;
        entry.delete_credential().map_err(|error| self.error(error))
    }

    /// The password that another program stored.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn password(&self) -> Result<Secret<String>, Error> {
        let mut error = None;
        for modifiers in foreign(&self.service, &self.user, cfg!(windows)) {
            let found = self.entry_with(Access::Read, &modifiers).and_then(|entry| {
                let password = entry.get_password().map_err(|error| self.error(error))?;
                Ok(Secret::new(password))
            });
            match found {
                Err(missing @ Error::Missing { .. }) => error = Some(missing),
                other => return other,
            }
        }
        Err(error.unwrap_or(Error::Missing {
            store: STORE,
            item: self.user.clone(),
        }))
    }

    fn entry(&self, access: Access) -> Result<keyring_core::Entry, Error> {
        self.entry_with(access, &modifiers(&self.user))
    }

    fn entry_with(&self, access: Access, modifiers: &[(&str, String)]) -> Result<keyring_core::Entry, Error> {
        #[cfg(all(unix, not(target_os = "macos")))]
        super::bus::look(self, access)?;
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = (access, self.may_ask);
        if let Err(error) = keyring::Entry::store_status() {
            let why = error.to_string();
            return Err(Error::Absent { store: STORE, why });
        }
        let modifiers: HashMap<&str, &str> = modifiers.iter().map(|(key, value)| (*key, value.as_str())).collect();
        keyring_core::Entry::new_with_modifiers(&self.service, &self.user, &modifiers)
            .map_err(|error| self.error(error))
    }

    fn error(&self, error: keyring_core::Error) -> Error {
        translate::error(STORE, &self.user, error)
    }
}

/// Has the system ask for the password of its keychain, and says whether that was locked.
///
/// # Errors
/// The store's.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use super::bus::unlock;

/// macOS asks whenever a key is read, and Windows never locks.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) fn unlock(_may_ask: bool) -> Result<bool, Error> {
    Ok(false)
}

fn check_size(size: usize, is_windows: bool) -> Result<(), Error> {
    if is_windows && size > WINDOWS_LIMIT {
        return Err(Error::TooLarge {
            store: STORE,
            limit: WINDOWS_LIMIT,
        });
    }
    Ok(())
}

/// What an item of ours is called beside its service and user.
fn modifiers(item: &str) -> Vec<(&'static str, String)> {
    if cfg!(windows) {
        // Not `Enterprise`, which roams to other machines.
        vec![("target", target(item)), ("persistence", "Local".to_owned())]
    } else if cfg!(target_os = "macos") {
        Vec::new()
    } else {
        vec![("label", format!("awsenv: AWS keys of {item}"))]
    }
}

/// The name on Windows, which takes names that differ only in case for the same: a piece of their hash tells them
/// apart.
fn target(item: &str) -> String {
    let hash = Sha256::digest(item.as_bytes());
    let piece: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{SERVICE}:{item}:{piece}")
}

/// Under which names to look for an item of Python's `keyring`, which boto 2 used. On Windows it names them like the
/// service, or `user@service` where two users have the same.
fn foreign(service: &str, user: &str, is_windows: bool) -> Vec<Vec<(&'static str, String)>> {
    if !is_windows {
        return vec![Vec::new()];
    }
    vec![
        vec![("target", format!("{user}@{service}"))],
        vec![("target", service.to_owned())],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_takes_2560_bytes() {
        assert_eq!(check_size(2560, true), Ok(()));
        let limit = 2560;
        assert_eq!(check_size(2561, true), Err(Error::TooLarge { store: STORE, limit }));
        assert_eq!(check_size(1 << 20, false), Ok(()));
    }

    #[test]
    fn names_that_differ_in_case_are_told_apart() {
        assert_ne!(target("work").to_lowercase(), target("WORK").to_lowercase());
        assert_ne!(target("ü").to_lowercase(), target("Ü").to_lowercase());
        assert!(target(&"x".repeat(300)).len() < 337);
    }

    #[test]
    fn an_item_of_pythons_keyring_has_two_names_on_windows() {
        assert_eq!(foreign("boto", "me", true)[0], [("target", "me@boto".to_owned())]);
        assert_eq!(foreign("boto", "me", false), [Vec::new()]);
    }
}
