//! The encrypted file store: one file for each item, encrypted to the key beside it and named by a hash of the item's
//! name.
//!
//! Writing needs only the public half of the key. Reading never asks and never takes long.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key_pair::{KeyPair, hash, refused};
use super::seal::{open, seal};
use super::store::{Lock, Name, Store};
use crate::keychain::{Error, SERVICE, StoreKind};
use crate::sys::{fs, private};

const STORE: StoreKind = StoreKind::File;

/// The store need not exist.
#[derive(Debug)]
pub(super) struct FileStore {
    pub(super) key: KeyPair,
}

impl FileStore {
    /// `dir` is awsenv's state directory.
    pub(super) fn new(dir: &Path) -> Self {
        let dir = dir.join("keys");
        Self { key: KeyPair { dir } }
    }

    fn item_path(&self, name: &Name) -> PathBuf {
        // A key's file name is just the hash; any other kind of item has its own ending.
        let kind = name.service.strip_prefix(SERVICE).unwrap_or(&name.service);
        self.key.dir.join(format!("{}{kind}.age", hash(name.user.as_bytes())))
    }
}

impl Store for FileStore {
    fn kind(&self) -> StoreKind {
        STORE
    }

    fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.require()?;
        let damaged = |why| Error::Damaged {
            store: STORE,
            item: name.user.clone(),
            why,
        };
        let path = self.item_path(name);
        let bytes = fs::read_regular(&path).map_err(|error| refused(&path, &error))?;
        let bytes = bytes.ok_or_else(|| missing(name))?;
        let identity = self.key.identity()?;
        let plain = open(&identity, &bytes).map_err(|_| damaged("the key file does not decrypt its file"))?;
        let end = plain.iter().position(|byte| *byte == b'\n').unwrap_or(plain.len());
        let (item, content) = plain.split_at(end);
        match serde_json::from_slice::<String>(item) {
            Ok(item) if item == name.user => Ok(Zeroizing::new(content.get(1..).unwrap_or_default().to_vec())),
            _ => Err(damaged("its file belongs to another item")),
        }
    }

    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error> {
        self.key.require()?;
        let recipient = self.key.recipient()?;
        let item = serde_json::Value::from(name.user.as_str()).to_string();
        let mut plain = Zeroizing::new(Vec::with_capacity(item.len() + 1 + content.len()));
        plain.extend_from_slice(item.as_bytes());
        plain.push(b'\n');
        plain.extend_from_slice(content);
        let path = self.item_path(name);
        let sealed = seal(&recipient, &plain).map_err(|error| refused(&path, &error))?;
        let _lock = self.key.lock()?;
        private::replace(&path, &sealed).map_err(|error| refused(&path, &error))
    }

    fn delete(&self, name: &Name) -> Result<(), Error> {
        self.key.require()?;
        let path = self.item_path(name);
        let _lock = self.key.lock()?;
        private::remove(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(name),
            _ => refused(&path, &error),
        })
    }

    fn unlock(&self) -> Result<Lock, Error> {
        Ok(Lock::KeyFile)
    }
}

fn missing(name: &Name) -> Error {
    Error::Missing {
        store: STORE,
        item: name.user.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::keychain::Item;
    use crate::secret::Secret;
    #[cfg(target_os = "linux")]
    use crate::sys::keychain::kernel;
    use crate::sys::keychain::{KeyFile, NotUnlocked};

    fn key(item: &str) -> Name {
        Name::of::<Item>(item)
    }

    fn store() -> (tempfile::TempDir, FileStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = FileStore::new(&dir.path().join("awsenv"));
        (dir, store)
    }

    #[test]
    fn items_come_back_and_no_file_shows_them() {
        let (_dir, store) = store();
        assert!(matches!(store.read(&key("work")), Err(Error::Absent { .. })));
        store.key.create(None).unwrap();
        assert_eq!(store.key.state(), Ok(KeyFile::Plain));
        let names = ["work", "WORK", "ü\n\"", &"x".repeat(300), ""];
        for name in names {
            store.write(&key(name), format!("hunter2 {name}").as_bytes()).unwrap();
        }
        for name in names {
            assert_eq!(
                store.read(&key(name)).unwrap().as_slice(),
                format!("hunter2 {name}").as_bytes()
            );
        }
        for file in fs::names_in(&store.key.dir) {
            let bytes = std::fs::read(store.key.dir.join(&file)).unwrap();
            assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{file:?}");
        }
        store.delete(&key("work")).unwrap();
        assert_eq!(store.read(&key("work")), Err(missing(&key("work"))));
        assert_eq!(store.delete(&key("work")), Err(missing(&key("work"))));
        assert!(store.read(&key("WORK")).is_ok());
        assert!(
            matches!(store.key.create(None), Err(Error::Refused { .. })),
            "a key file is never replaced"
        );
    }

    #[test]
    fn a_file_in_the_place_of_another_is_noticed() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        store.write(&key("a"), b"keys of a").unwrap();
        std::fs::copy(store.item_path(&key("a")), store.item_path(&key("b"))).unwrap();
        assert!(matches!(store.read(&key("b")), Err(Error::Damaged { .. })));
        std::fs::write(store.item_path(&key("a")), b"age-encryption.org/v1\nrubbish").unwrap();
        assert!(matches!(store.read(&key("a")), Err(Error::Damaged { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        store.write(&key("a"), b"x").unwrap();
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(store.key.path()), mode(store.key.dir.clone())), (0o600, 0o700));
        assert_eq!(mode(store.item_path(&key("a"))), 0o600);
        std::fs::set_permissions(store.key.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = store.read(&key("a")).unwrap_err();
        assert!(
            matches!(&error, Error::Refused { why, .. } if why.contains("mode 640")),
            "{error:?}"
        );
    }

    #[test]
    fn many_writers_at_once() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let store = &store;
                scope.spawn(move || store.write(&key("same"), format!("{number}").as_bytes()).unwrap());
            }
        });
        assert_eq!(store.read(&key("same")).unwrap().len(), 1);
        let names = fs::names_in(&store.key.dir);
        assert_eq!(names.len(), 4, "identity, recipient, lock and the item: {names:?}");
    }

    #[test]
    fn kinds_of_items_do_not_share_a_file() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        let other = Name {
            service: "awsenv-note".to_owned(),
            ..key("work")
        };
        store.write(&key("work"), b"keys").unwrap();
        store.write(&other, b"note").unwrap();
        assert_eq!(store.read(&key("work")).unwrap().as_slice(), b"keys");
        store.delete(&key("work")).unwrap();
        assert_eq!(store.read(&other).unwrap().as_slice(), b"note");
    }

    #[test]
    fn a_wrapped_key_needs_its_passphrase_once() {
        let (_dir, store) = store();
        let passphrase = Secret::new("correct horse".to_owned());
        store.key.create(Some(&passphrase)).unwrap();
        store.write(&key("a"), b"keys").unwrap();
        assert_eq!(store.key.state(), Ok(KeyFile::Wrapped { is_unlocked: false }));
        assert_eq!(store.read(&key("a")), Err(Error::Locked { store: STORE }));
        let wrong = Secret::new("wrong".to_owned());
        assert_eq!(
            store.key.unlock(&wrong, Duration::from_secs(60)),
            Err(NotUnlocked::Passphrase)
        );
        match store.key.unlock(&passphrase, Duration::from_secs(60)) {
            // Containers may bar the kernel's keyring.
            Err(NotUnlocked::Nowhere(_)) => return,
            unlocked => assert_eq!(unlocked, Ok(())),
        }
        assert_eq!(store.read(&key("a")).unwrap().as_slice(), b"keys");
        assert_eq!(store.key.state(), Ok(KeyFile::Wrapped { is_unlocked: true }));
        #[cfg(target_os = "linux")]
        kernel::release(&store.key.held_name().unwrap());
        assert_eq!(store.read(&key("a")), Err(Error::Locked { store: STORE }));
    }
}
