//! An item of the operating system's keychain, through `keyring`: Secret Service, macOS Keychain, Windows Credential
//! Manager. Every access may wait for the user, or for ever.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

#[cfg(all(unix, not(target_os = "macos")))]
use super::bus;
use super::store::{Access, Name};
use super::translate;
use crate::keychain::{Error, StoreKind};
use crate::secret::Secret;

const STORE: StoreKind = StoreKind::Os;

/// In bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE).
const WINDOWS_LIMIT: usize = 5 * 512;

/// Which item to access, and whether the system may ask the user to unlock it.
pub(super) struct Place {
    pub(super) name: Name,
    pub(super) may_ask: bool,
}

impl Place {
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let entry = self.entry(Access::Read)?;
        entry
            .get_secret()
            .map(Zeroizing::new)
            .map_err(|error| self.error(error))
    }

    /// # Errors
    /// [`Error::TooLarge`] before anything is written.
    pub(super) fn write(&self, content: &[u8]) -> Result<(), Error> {
        check_size(content.len(), cfg!(windows))?;
        let entry = self.entry(Access::Write)?;
        entry.set_secret(content).map_err(|error| self.error(error))
    }

    pub(super) fn delete(&self) -> Result<(), Error> {
        let entry = self.entry(Access::Delete)?;
        entry.delete_credential().map_err(|error| self.error(error))
    }

    /// As far as the system tells without the access itself.
    pub(super) fn look(&self, access: Access) -> Result<(), Error> {
        self.entry(access).map(drop)
    }

    /// A password that another program stored.
    pub(super) fn password(&self) -> Result<Secret<String>, Error> {
        let mut error = None;
        for modifiers in foreign(&self.name, cfg!(windows)) {
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
            item: self.name.user.clone(),
        }))
    }

    fn entry(&self, access: Access) -> Result<keyring_core::Entry, Error> {
        self.entry_with(access, &modifiers(&self.name))
    }

    fn entry_with(&self, access: Access, modifiers: &[(&str, String)]) -> Result<keyring_core::Entry, Error> {
        #[cfg(all(unix, not(target_os = "macos")))]
        bus::look(&self.name, access, self.may_ask)?;
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        let _ = (access, self.may_ask);
        if let Err(error) = keyring::Entry::store_status() {
            let why = error.to_string();
            return Err(Error::Absent { store: STORE, why });
        }
        let modifiers: HashMap<&str, &str> = modifiers.iter().map(|(key, value)| (*key, value.as_str())).collect();
        keyring_core::Entry::new_with_modifiers(&self.name.service, &self.name.user, &modifiers)
            .map_err(|error| self.error(error))
    }

    fn error(&self, error: keyring_core::Error) -> Error {
        translate::error(STORE, &self.name.user, error)
    }
}

/// Makes the system ask for its keychain's password, and returns whether it was locked.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn unlock(may_ask: bool) -> Result<bool, Error> {
    bus::unlock(may_ask)
}

/// macOS asks by itself whenever a key is read, and Windows never locks.
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

/// What identifies one of awsenv's items, beside its service and user.
fn modifiers(name: &Name) -> Vec<(&'static str, String)> {
    if cfg!(windows) {
        // The default, `Enterprise`, roams to other machines.
        vec![("target", target(name)), ("persistence", "Local".to_owned())]
    } else if cfg!(target_os = "macos") {
        Vec::new()
    } else {
        vec![("label", name.label.clone())]
    }
}

/// Windows ignores case, so a piece of a hash distinguishes names that differ only in case.
fn target(name: &Name) -> String {
    let Name { service, user, .. } = name;
    let hash = Sha256::digest(user.as_bytes());
    let piece: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{service}:{user}:{piece}")
}

/// The possible names of an item from Python's `keyring`, which boto 2 used. On Windows it is the service, or
/// `user@service` if the service has two users.
fn foreign(name: &Name, is_windows: bool) -> Vec<Vec<(&'static str, String)>> {
    if !is_windows {
        return vec![Vec::new()];
    }
    let Name { service, user, .. } = name;
    vec![
        vec![("target", format!("{user}@{service}"))],
        vec![("target", service.clone())],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(service: &str, user: &str) -> Name {
        Name {
            service: service.to_owned(),
            user: user.to_owned(),
            label: String::new(),
        }
    }

    #[test]
    fn windows_takes_2560_bytes() {
        assert_eq!(check_size(2560, true), Ok(()));
        let limit = 2560;
        assert_eq!(check_size(2561, true), Err(Error::TooLarge { store: STORE, limit }));
        assert_eq!(check_size(1 << 20, false), Ok(()));
    }

    #[test]
    fn names_that_differ_in_case_are_told_apart() {
        let target = |user: &str| target(&name("awsenv", user));
        assert_ne!(target("work").to_lowercase(), target("WORK").to_lowercase());
        assert_ne!(target("ü").to_lowercase(), target("Ü").to_lowercase());
        assert!(target(&"x".repeat(300)).len() < 337);
        assert!(target("work").starts_with("awsenv:work:"));
    }

    #[test]
    fn an_item_of_pythons_keyring_has_two_names_on_windows() {
        assert_eq!(
            foreign(&name("boto", "me"), true)[0],
            [("target", "me@boto".to_owned())]
        );
        assert_eq!(foreign(&name("boto", "me"), false), [Vec::new()]);
    }
}
