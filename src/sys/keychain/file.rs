//! The encrypted file store: a file an item, encrypted with `age` to a key of its own.
//!
//! `keys/` in the state directory holds the key (`identity`), its public half (`recipient`), and the items, named by
//! a hash. Writing needs the public half alone. Reading never asks and never computes for long: the key lies there in
//! plain text, or it is wrapped by a passphrase and somebody has unlocked it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::x25519::{Identity, Recipient};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kernel;
use crate::keychain::{Error, StoreKind};
use crate::secret::Secret;
use crate::sys::{fs, private};

const STORE: StoreKind = StoreKind::File;

/// The store, which need not be there.
#[derive(Clone, Debug)]
pub(super) struct FileStore {
    dir: PathBuf,
}

/// What becomes of reading now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// There is none.
    Absent,
    /// It needs no passphrase.
    Plain,
    /// It is wrapped by a passphrase.
    Wrapped {
        /// Whether somebody has unlocked it.
        is_unlocked: bool,
    },
}

/// Why the key file was not unlocked.
#[derive(Debug, PartialEq, Eq)]
pub enum NotUnlocked {
    /// The passphrase is wrong.
    Passphrase,
    /// There is nowhere to hold the key: the kernel's words.
    Nowhere(String),
    /// The store's own.
    Store(Error),
}

/// What is in the key file.
enum Key {
    Plain(Identity),
    Wrapped(Vec<u8>),
}

impl FileStore {
    /// The store below the directory of awsenv's state.
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.join("keys") }
    }

    /// The content of an item.
    pub(super) fn read(&self, item: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.require_key_file()?;
        let damaged = |why| Error::Damaged {
            store: STORE,
            item: item.to_owned(),
            why,
        };
        let path = self.item_path(item);
        let bytes = fs::read_regular(&path).map_err(|error| refused(&path, &error))?;
        let bytes = bytes.ok_or_else(|| missing(item))?;
        let identity = self.identity()?;
        let plain = open(&identity, &bytes).map_err(|_| damaged("its file does not open with the key file"))?;
        let end = plain.iter().position(|byte| *byte == b'\n').unwrap_or(plain.len());
        let (name, content) = plain.split_at(end);
        match serde_json::from_slice::<String>(name) {
            Ok(name) if name == item => Ok(Zeroizing::new(content.get(1..).unwrap_or_default().to_vec())),
            _ => Err(damaged("its file is another item's")),
        }
    }

    /// Writes an item, in the place of the one that is there.
    pub(super) fn write(&self, item: &str, content: &[u8]) -> Result<(), Error> {
        self.require_key_file()?;
        let recipient = self.recipient()?;
        let name = serde_json::Value::from(item).to_string();
        let mut plain = Zeroizing::new(Vec::with_capacity(name.len() + 1 + content.len()));
        plain.extend_from_slice(name.as_bytes());
        plain.push(b'\n');
        plain.extend_from_slice(content);
        let path = self.item_path(item);
        let sealed = seal(&recipient, &plain).map_err(|error| refused(&path, &error))?;
        let _lock = self.lock()?;
        private::replace(&path, &sealed).map_err(|error| refused(&path, &error))
    }

    /// Deletes an item.
    pub(super) fn delete(&self, item: &str) -> Result<(), Error> {
        self.require_key_file()?;
        let path = self.item_path(item);
        let _lock = self.lock()?;
        private::remove(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(item),
            _ => refused(&path, &error),
        })
    }

    /// Where the key is.
    pub(super) fn key_path(&self) -> PathBuf {
        self.dir.join("identity")
    }

    /// How the key file stands.
    pub(super) fn key_file(&self) -> Result<KeyFile, Error> {
        Ok(match self.key()? {
            None => KeyFile::Absent,
            Some(Key::Plain(_)) => KeyFile::Plain,
            Some(Key::Wrapped(_)) => KeyFile::Wrapped {
                is_unlocked: self.held()?.is_some(),
            },
        })
    }

    /// Makes the key file, wrapped if there is a passphrase.
    pub(super) fn create(&self, passphrase: Option<&Secret<String>>) -> Result<(), Error> {
        let path = self.key_path();
        private::make_dir(&self.dir).map_err(|error| refused(&self.dir, &error))?;
        let _lock = self.lock()?;
        if path.exists() {
            return Err(refused(&path, &"there is a key file already"));
        }
        let identity = Identity::generate();
        let text = identity.to_string();
        let bytes = match passphrase {
            None => Zeroizing::new(format!("{}\n", text.expose_secret()).into_bytes()),
            Some(passphrase) => {
                let recipient = age::scrypt::Recipient::new(secret_string(passphrase));
                let sealed = seal(&recipient, text.expose_secret().as_bytes());
                Zeroizing::new(sealed.map_err(|error| refused(&path, &error))?)
            }
        };
        // The public half first: a key without it would be one that nothing can be written for.
        let recipient = self.dir.join("recipient");
        private::replace(&recipient, format!("{}\n", identity.to_public()).as_bytes())
            .map_err(|error| refused(&recipient, &error))?;
        private::replace(&path, &bytes).map_err(|error| refused(&path, &error))
    }

    /// Unwraps the key, and has the kernel hold it for a time.
    pub(super) fn unlock(&self, passphrase: &Secret<String>, time: Duration) -> Result<(), NotUnlocked> {
        let store = |error| NotUnlocked::Store(error);
        let Some(Key::Wrapped(bytes)) = self.key().map_err(store)? else {
            return Err(NotUnlocked::Store(self.no_key_file()));
        };
        let name = self.held_name().map_err(store)?;
        let identity = age::scrypt::Identity::new(secret_string(passphrase));
        let key = open(&identity, &bytes).map_err(|error| match error {
            age::DecryptError::DecryptionFailed
            | age::DecryptError::KeyDecryptionFailed
            | age::DecryptError::NoMatchingKeys => NotUnlocked::Passphrase,
            age::DecryptError::ExcessiveWork { .. } => store(refused(
                &self.key_path(),
                &"it was made on a machine that is much faster",
            )),
            _ => store(refused(&self.key_path(), &"it is damaged")),
        })?;
        self.check(&key).map_err(store)?;
        kernel::hold(&name, &key, time).map_err(|error| match error {
            Error::Absent { why, .. } | Error::Refused { why, .. } => NotUnlocked::Nowhere(why),
            other => NotUnlocked::Store(other),
        })
    }

    /// That the key is the other half of the recipient.
    fn check(&self, key: &[u8]) -> Result<(), Error> {
        let path = self.key_path();
        let key = parse(key).ok_or_else(|| refused(&path, &"it holds no key of age"))?;
        if key.to_public() == self.recipient()? {
            Ok(())
        } else {
            Err(refused(&path, &"it does not belong to `recipient` beside it"))
        }
    }

    fn identity(&self) -> Result<Identity, Error> {
        match self.key()? {
            None => Err(self.no_key_file()),
            Some(Key::Plain(identity)) => Ok(identity),
            Some(Key::Wrapped(_)) => self.held()?.ok_or(Error::Locked { store: STORE }),
        }
    }

    /// The key that somebody has unlocked; nothing where the kernel cannot hold any.
    fn held(&self) -> Result<Option<Identity>, Error> {
        let held = kernel::held(&self.held_name()?).unwrap_or(None);
        Ok(held.and_then(|key| parse(&key)))
    }

    /// The name by which the kernel holds the key: each store has its own.
    fn held_name(&self) -> Result<String, Error> {
        let recipient = self.recipient()?.to_string();
        Ok(format!("awsenv:identity:{}", hash(recipient.as_bytes())))
    }

    fn recipient(&self) -> Result<Recipient, Error> {
        let path = self.dir.join("recipient");
        let bytes = fs::read_regular(&path).map_err(|error| refused(&path, &error))?;
        let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
        text.trim()
            .parse()
            .map_err(|_| refused(&path, &"it holds no public key of age"))
    }

    fn key(&self) -> Result<Option<Key>, Error> {
        let path = self.key_path();
        let bytes = fs::read_regular(&path).map_err(|error| refused(&path, &error))?;
        let Some(bytes) = bytes.map(Zeroizing::new) else {
            return Ok(None);
        };
        check_access(&path)?;
        if bytes.starts_with(b"age-encryption.org/") {
            return Ok(Some(Key::Wrapped(bytes.to_vec())));
        }
        let key = parse(&bytes).ok_or_else(|| refused(&path, &"it holds no key of age"))?;
        Ok(Some(Key::Plain(key)))
    }

    fn require_key_file(&self) -> Result<(), Error> {
        if self.key_path().is_file() {
            Ok(())
        } else {
            Err(self.no_key_file())
        }
    }

    fn no_key_file(&self) -> Error {
        Error::Absent {
            store: STORE,
            why: format!("there is no key file `{}`", self.key_path().display()),
        }
    }

    fn item_path(&self, item: &str) -> PathBuf {
        self.dir.join(format!("{}.age", hash(item.as_bytes())))
    }

    fn lock(&self) -> Result<std::fs::File, Error> {
        let path = self.dir.join("lock");
        private::lock(&path).map_err(|error| refused(&path, &error))
    }
}

/// Half of a SHA-256: names differ by it also where file names do not differ in case.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What others can read is no secret.
fn check_access(path: &Path) -> Result<(), Error> {
    match fs::access(path) {
        Some(access) if access.mode & 0o077 != 0 => Err(refused(
            path,
            &format!("others can use it (mode {:03o}); chmod 600 mends that", access.mode),
        )),
        Some(access) if !access.is_trusted_owner => Err(refused(path, &"it belongs to another user")),
        _ => Ok(()),
    }
}

/// The key in a file that holds nothing else but comments.
fn parse(bytes: &[u8]) -> Option<Identity> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let key = lines.next()?.parse().ok()?;
    lines.next().is_none().then_some(key)
}

fn seal(recipient: &dyn age::Recipient, plain: &[u8]) -> io::Result<Vec<u8>> {
    let encryptor = age::Encryptor::with_recipients(iter::once(recipient)).map_err(io::Error::other)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(sealed)
}

fn open(identity: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    // Room for all of it: growing would leave copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    decryptor.decrypt(iter::once(identity))?.read_to_end(&mut plain)?;
    Ok(plain)
}

fn secret_string(passphrase: &Secret<String>) -> SecretString {
    SecretString::from(passphrase.expose().clone())
}

fn missing(item: &str) -> Error {
    Error::Missing {
        store: STORE,
        item: item.to_owned(),
    }
}

fn refused(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::Refused {
        store: STORE,
        why: format!("`{}`: {why}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, FileStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = FileStore::new(&dir.path().join("awsenv"));
        (dir, store)
    }

    #[test]
    fn items_come_back_and_no_file_shows_them() {
        let (_dir, store) = store();
        assert!(matches!(store.read("work"), Err(Error::Absent { .. })));
        store.create(None).unwrap();
        assert_eq!(store.key_file(), Ok(KeyFile::Plain));
        let names = ["work", "WORK", "ü\n\"", &"x".repeat(300), ""];
        for name in names {
            store.write(name, format!("hunter2 {name}").as_bytes()).unwrap();
        }
        for name in names {
            assert_eq!(
                store.read(name).unwrap().as_slice(),
                format!("hunter2 {name}").as_bytes()
            );
        }
        for file in fs::names_in(&store.dir) {
            let bytes = std::fs::read(store.dir.join(&file)).unwrap();
            assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{file:?}");
        }
        store.delete("work").unwrap();
        assert_eq!(store.read("work"), Err(missing("work")));
        assert_eq!(store.delete("work"), Err(missing("work")));
        assert!(store.read("WORK").is_ok());
        assert!(
            matches!(store.create(None), Err(Error::Refused { .. })),
            "a key file is never replaced"
        );
    }

    #[test]
    fn a_file_in_the_place_of_another_is_noticed() {
        let (_dir, store) = store();
        store.create(None).unwrap();
        store.write("a", b"keys of a").unwrap();
        std::fs::copy(store.item_path("a"), store.item_path("b")).unwrap();
        assert!(matches!(store.read("b"), Err(Error::Damaged { .. })));
        std::fs::write(store.item_path("a"), b"age-encryption.org/v1\nrubbish").unwrap();
        assert!(matches!(store.read("a"), Err(Error::Damaged { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, store) = store();
        store.create(None).unwrap();
        store.write("a", b"x").unwrap();
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(store.key_path()), mode(store.dir.clone())), (0o600, 0o700));
        assert_eq!(mode(store.item_path("a")), 0o600);
        std::fs::set_permissions(store.key_path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = store.read("a").unwrap_err();
        assert!(
            matches!(&error, Error::Refused { why, .. } if why.contains("mode 640")),
            "{error:?}"
        );
    }

    #[test]
    fn many_writers_at_once() {
        let (_dir, store) = store();
        store.create(None).unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let store = &store;
                scope.spawn(move || store.write("same", format!("{number}").as_bytes()).unwrap());
            }
        });
        assert_eq!(store.read("same").unwrap().len(), 1);
        let names = fs::names_in(&store.dir);
        assert_eq!(names.len(), 4, "identity, recipient, lock and the item: {names:?}");
    }

    #[test]
    fn a_wrapped_key_needs_its_passphrase_once() {
        let (_dir, store) = store();
        let passphrase = Secret::new("correct horse".to_owned());
        store.create(Some(&passphrase)).unwrap();
        store.write("a", b"keys").unwrap();
        assert_eq!(store.key_file(), Ok(KeyFile::Wrapped { is_unlocked: false }));
        assert_eq!(store.read("a"), Err(Error::Locked { store: STORE }));
        let wrong = Secret::new("wrong".to_owned());
        assert_eq!(
            store.unlock(&wrong, Duration::from_secs(60)),
            Err(NotUnlocked::Passphrase)
        );
        match store.unlock(&passphrase, Duration::from_secs(60)) {
            // Containers bar the kernel's keyring.
            Err(NotUnlocked::Nowhere(_)) => return,
            unlocked => assert_eq!(unlocked, Ok(())),
        }
        assert_eq!(store.read("a").unwrap().as_slice(), b"keys");
        assert_eq!(store.key_file(), Ok(KeyFile::Wrapped { is_unlocked: true }));
        #[cfg(target_os = "linux")]
        kernel::release(&store.held_name().unwrap());
        assert_eq!(store.read("a"), Err(Error::Locked { store: STORE }));
    }
}
