//! The kernel's keyring: a store of its own, and the place that holds an unlocked key file for a limited time.
//!
//! Linux only. Containers often bar it.

#[cfg(target_os = "linux")]
pub(in crate::sys) use linux::{held, hold, lasts, release, renew};
#[cfg(not(target_os = "linux"))]
pub(in crate::sys) use nowhere::{held, hold, lasts, release, renew};

use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
use self::linux as system;
#[cfg(not(target_os = "linux"))]
use self::nowhere as system;
use super::store::{Access, Lock, Name, Store};
use crate::keychain::{Error, StoreKind};

const STORE: StoreKind = StoreKind::Kernel;

pub(super) struct KernelStore;

impl Store for KernelStore {
    fn kind(&self) -> StoreKind {
        STORE
    }

    fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
        system::read(name)
    }

    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error> {
        system::write(name, content)
    }

    fn delete(&self, name: &Name) -> Result<(), Error> {
        system::delete(name)
    }

    fn check(&self, name: &Name, access: Access) -> Result<(), Error> {
        match (self.read(name), access) {
            (Err(Error::Missing { .. }), Access::Write) => Ok(()),
            (read, _) => read.map(drop),
        }
    }

    fn unlock(&self) -> Result<Lock, Error> {
        Ok(Lock::Never)
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::time::Duration;

    use keyring_core::Entry;
    use keyring_core::api::CredentialStoreApi as _;
    use linux_keyutils::{Key, KeyError, KeyRing, KeyRingIdentifier};
    use linux_keyutils_keyring_store::Store;
    use zeroize::Zeroizing;

    use super::STORE;
    use crate::keychain::Error;
    use crate::sys::keychain::store::Name;
    use crate::sys::keychain::translate;

    /// In bytes; the kernel's limit for one key.
    const LIMIT: usize = 32_767;

    pub(super) fn read(name: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
        let found = entry(name)?.get_secret();
        found
            .map(Zeroizing::new)
            .map_err(|error| translate::error(STORE, &name.user, error))
    }

    pub(super) fn write(name: &Name, content: &[u8]) -> Result<(), Error> {
        if content.len() > LIMIT {
            let limit = LIMIT;
            return Err(Error::TooLarge { store: STORE, limit });
        }
        let written = entry(name)?.set_secret(content);
        written.map_err(|error| translate::error(STORE, &name.user, error))
    }

    pub(super) fn delete(name: &Name) -> Result<(), Error> {
        let deleted = entry(name)?.delete_credential();
        deleted.map_err(|error| translate::error(STORE, &name.user, error))
    }

    /// Keeps a secret until the time is up or the machine stops.
    pub(in crate::sys) fn hold(name: &str, secret: &[u8], time: Duration) -> Result<(), Error> {
        let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
        let held = ring().and_then(|ring| ring.add_key(name, secret)?.set_timeout(seconds));
        held.map_err(barred)
    }

    pub(in crate::sys) fn held(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match ring().and_then(|ring| ring.search(name)).and_then(content) {
            Ok(secret) => Ok(Some(secret)),
            Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => Ok(None),
            Err(error) => Err(barred(error)),
        }
    }

    /// In bytes: a key file with comments. The library's own buffer is 64 KiB, and touching it all to wipe it costs more
    /// than the rest.
    const USUAL: usize = 512;

    fn content(key: Key) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut secret = Zeroizing::new(vec![0; USUAL]);
        let length = key.read(&mut *secret)?;
        if length > USUAL {
            return key.read_to_vec().map(Zeroizing::new);
        }
        secret.truncate(length);
        Ok(secret)
    }

    /// Checks that what is held outlives this login, and that its other logins find it too.
    pub(in crate::sys) fn lasts() -> Result<(), Error> {
        let ring = KeyRing::get_persistent(KeyRingIdentifier::Session);
        ring.map(drop).map_err(barred)
    }

    /// Keeps what is held for so long from now.
    pub(in crate::sys) fn renew(name: &str, time: Duration) {
        let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
        // Failing means that it is held for as long as before.
        let _ = ring().and_then(|ring| ring.search(name)?.set_timeout(seconds));
    }

    pub(in crate::sys) fn release(name: &str) {
        // Failing means that nothing was held.
        let _ = ring().and_then(|ring| ring.search(name)?.invalidate());
    }

    /// The user's persistent keyring, which outlives the session; if the kernel has none, the session's.
    fn ring() -> Result<KeyRing, KeyError> {
        KeyRing::get_persistent(KeyRingIdentifier::Session)
            .or_else(|_| KeyRing::from_special_id(KeyRingIdentifier::Session, false))
    }

    fn entry(name: &Name) -> Result<Entry, Error> {
        // A login without its own session keyring (su, cron, containers) gets one from the kernel when the persistent
        // keyring is requested. The library would look up the session keyring first, and then write to one that is no
        // longer this session's.
        let _ = ring();
        let failed = |error| translate::error(STORE, &name.user, error);
        let store: Arc<Store> = Store::new().map_err(failed)?;
        store
            .build(&name.service, &name.user, None)
            .map_err(|error| match error {
                keyring_core::Error::NoStorageAccess(why) => absent(&why.to_string()),
                other => failed(other),
            })
    }

    fn barred(error: KeyError) -> Error {
        match error {
            KeyError::QuotaExceeded => Error::Refused {
                store: STORE,
                why: "the kernel's quota for keys is used up".to_owned(),
            },
            other => absent(&other.to_string()),
        }
    }

    fn absent(why: &str) -> Error {
        Error::Absent {
            store: STORE,
            why: format!("the kernel does not allow access to it ({why})"),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use std::time::Duration;

    use zeroize::Zeroizing;

    use super::STORE;
    use crate::keychain::Error;
    use crate::sys::keychain::store::Name;

    pub(super) fn read(_: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(absent())
    }

    pub(super) fn write(_: &Name, _: &[u8]) -> Result<(), Error> {
        Err(absent())
    }

    pub(super) fn delete(_: &Name) -> Result<(), Error> {
        Err(absent())
    }

    pub(in crate::sys) fn hold(_: &str, _: &[u8], _: Duration) -> Result<(), Error> {
        Err(absent())
    }

    pub(in crate::sys) fn held(_: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        Err(absent())
    }

    pub(in crate::sys) fn lasts() -> Result<(), Error> {
        Err(absent())
    }

    pub(in crate::sys) fn renew(_: &str, _: Duration) {}

    pub(in crate::sys) fn release(_: &str) {}

    fn absent() -> Error {
        Error::Absent {
            store: STORE,
            why: "only Linux has one".to_owned(),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::keychain::Item;

    /// A name that no other test run uses.
    fn name(what: &str) -> String {
        format!("awsenv-test-{what}-{}", std::process::id())
    }

    /// Whether the kernel refuses; containers often bar the keyring.
    fn is_barred() -> bool {
        use std::io::Write as _;
        let is_barred = matches!(held("awsenv-test-none"), Err(Error::Absent { .. }));
        if is_barred {
            // Not `println!`, which the test runner shows only for failed tests; a skip must be visible.
            let _ = writeln!(std::io::stdout(), "skipped: the kernel's keyring is barred here");
        }
        is_barred
    }

    #[test]
    fn an_item_is_written_read_and_deleted() {
        let item = name("ITEM ü");
        if is_barred() {
            return;
        }
        let store = StoreKind::Kernel;
        let missing = || Error::Missing {
            store,
            item: item.clone(),
        };
        let (name, other) = (Name::of::<Item>(&item), Name::of::<Item>(&item.to_lowercase()));
        let kernel = KernelStore;
        assert_eq!(kernel.read(&name), Err(missing()));
        kernel.write(&name, b"one").unwrap();
        kernel.write(&name, b"two").unwrap();
        assert_eq!(kernel.read(&name).unwrap().as_slice(), b"two");
        assert!(kernel.read(&other).is_err());
        kernel.delete(&name).unwrap();
        assert_eq!(kernel.delete(&name), Err(missing()));
        let limit = 32_767;
        assert_eq!(
            kernel.write(&name, &vec![b'x'; limit + 1]),
            Err(Error::TooLarge { store, limit })
        );
    }

    #[test]
    fn what_is_held_ends_by_itself() {
        let name = name("held");
        if is_barred() {
            return;
        }
        assert_eq!(held(&name), Ok(None));
        hold(&name, b"secret", Duration::from_secs(60)).unwrap();
        assert_eq!(held(&name).unwrap().unwrap().as_slice(), b"secret");
        let long = [b'x'; 5_000];
        for length in [1, 511, 512, 513, 5_000] {
            hold(&name, &long[..length], Duration::from_secs(60)).unwrap();
            assert_eq!(held(&name).unwrap().unwrap().as_slice(), &long[..length]);
        }
        hold(&name, b"secret", Duration::from_secs(1)).unwrap();
        std::thread::sleep(Duration::from_millis(2100));
        assert_eq!(held(&name), Ok(None));
        hold(&name, b"secret", Duration::from_secs(60)).unwrap();
        release(&name);
        assert_eq!(held(&name), Ok(None));
    }
}
