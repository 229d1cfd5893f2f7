//! The key of the encrypted file store: `identity` in its directory, in plain text or encrypted with a passphrase, and
//! its public half `recipient` beside it. All of them, and their directory, are this user's alone.
//!
//! Nothing here asks for a passphrase, and only creating and unlocking take long. The kernel holds an unlocked key.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kernel;
use super::seal::{open, parse, seal, secret_string};
use crate::keychain::{Error, StoreKind};
use crate::secret::Secret;
use crate::sys::trust::Way;
use crate::sys::{fs, modes, private};

const STORE: StoreKind = StoreKind::File;

/// How long to wait for another awsenv that is writing, which takes only a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// The key pair need not exist.
#[derive(Clone, Debug)]
pub(super) struct KeyPair {
    pub(super) dir: PathBuf,
}

/// Whether items can be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFile {
    Absent,
    /// It needs no passphrase.
    Plain,
    /// It is encrypted with a passphrase.
    Wrapped {
        is_unlocked: bool,
    },
}

/// Why the key file was not unlocked.
#[derive(Debug, PartialEq, Eq)]
pub enum NotUnlocked {
    /// The passphrase is wrong.
    Passphrase,
    /// The kernel cannot hold keys here; the reason.
    Nowhere(String),
    Store(Error),
}

enum Key {
    Plain(Identity),
    Wrapped(Vec<u8>),
}

impl KeyPair {
    pub(super) fn path(&self) -> PathBuf {
        self.dir.join("identity")
    }

    fn recipient_path(&self) -> PathBuf {
        self.dir.join("recipient")
    }

    pub(super) fn state(&self) -> Result<KeyFile, Error> {
        Ok(match self.key()? {
            None => {
                self.check_new()?;
                KeyFile::Absent
            }
            Some(Key::Plain(identity)) => {
                self.check(&identity)?;
                KeyFile::Plain
            }
            Some(Key::Wrapped(_)) => KeyFile::Wrapped {
                is_unlocked: self.held()?.is_some(),
            },
        })
    }

    /// Encrypts the key if there is a passphrase.
    pub(super) fn create(&self, passphrase: Option<&Secret<String>>) -> Result<(), Error> {
        let path = self.path();
        // A user who can write to the directory above could put another one there.
        for dir in [fs::parent(&self.dir), &self.dir] {
            let made = private::make_dir(dir).and_then(|()| private::check_way(dir, Way::Name));
            made.map_err(|error| failed(dir, &error))?;
        }
        let _lock = self.lock()?;
        if is_there(&path) {
            return Err(refused(&path, &"the key file already exists"));
        }
        self.check_new()?;
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
        // The public half comes first, because without it nothing can be written for the key.
        let recipient = self.recipient_path();
        let write = |path: &Path, bytes: &[u8]| {
            private::replace_checked(path, bytes, |_| Ok(())).map_err(|error| failed(path, &error))
        };
        write(&recipient, format!("{}\n", identity.to_public()).as_bytes())?;
        write(&path, &bytes)
    }

    /// Decrypts the key, and makes the kernel hold it for a time.
    pub(super) fn unlock(&self, passphrase: &Secret<String>, time: Duration) -> Result<(), NotUnlocked> {
        let store = |error| NotUnlocked::Store(error);
        let Some(Key::Wrapped(bytes)) = self.key().map_err(store)? else {
            return Err(NotUnlocked::Store(self.absent()));
        };
        let name = self.held_name().map_err(store)?;
        let identity = age::scrypt::Identity::new(secret_string(passphrase));
        let key = open(&identity, &bytes).map_err(|error| match error {
            age::DecryptError::DecryptionFailed
            | age::DecryptError::KeyDecryptionFailed
            | age::DecryptError::NoMatchingKeys => NotUnlocked::Passphrase,
            age::DecryptError::ExcessiveWork { .. } => {
                store(refused(&self.path(), &"it was created on a much faster machine"))
            }
            _ => store(refused(&self.path(), &"it is damaged")),
        })?;
        let identity = parse(&key).ok_or_else(|| store(refused(&self.path(), &"it does not contain an age key")))?;
        self.check(&identity).map_err(store)?;
        kernel::hold(&name, &key, time).map_err(|error| match error {
            Error::Absent { why, .. } | Error::Refused { why, .. } => NotUnlocked::Nowhere(why),
            other => NotUnlocked::Store(other),
        })
    }

    /// What opens items.
    ///
    /// # Errors
    /// There is no key, or it is locked.
    pub(super) fn identity(&self) -> Result<Identity, Error> {
        match self.key()? {
            None => Err(self.absent()),
            Some(Key::Plain(identity)) => Ok(identity),
            Some(Key::Wrapped(_)) => self.held()?.ok_or(Error::Locked { store: STORE }),
        }
    }

    /// As [`KeyPair::whole`], but only a key that is in plain text.
    ///
    /// # Errors
    /// As [`KeyPair::whole`]; the key is encrypted.
    pub(super) fn plain(&self) -> Result<Identity, Error> {
        match self.key()? {
            None => Err(self.absent()),
            Some(Key::Plain(identity)) => self.check(&identity).map(|()| identity),
            Some(Key::Wrapped(_)) => Err(refused(&self.path(), &"it has a passphrase")),
        }
    }

    /// What seals items.
    ///
    /// # Errors
    /// As [`KeyPair::identity`], and that its public half has been replaced.
    pub(super) fn whole(&self) -> Result<Identity, Error> {
        let identity = self.identity()?;
        self.check(&identity).map(|()| identity)
    }

    fn recipient(&self) -> Result<Recipient, Error> {
        let path = self.recipient_path();
        let bytes = private::read(&path).map_err(|error| refused(&path, &error))?;
        let wrong = |what: &str| {
            let why =
                format!("it {what}: put back the one of the key file `identity` beside it (`age-keygen -y` prints it)");
            refused(&path, &why)
        };
        let text = String::from_utf8(bytes.ok_or_else(|| wrong("does not exist"))?).unwrap_or_default();
        text.trim()
            .parse()
            .map_err(|_| wrong("does not contain an age public key"))
    }

    pub(super) fn require(&self) -> Result<(), Error> {
        if !is_there(&self.path()) {
            return Err(self.absent());
        }
        if self.dir.is_symlink() {
            private::check_way(&self.dir, Way::Name).map_err(|error| failed(&self.dir, &error))?;
        }
        check_access(&self.dir, &self.dir)
    }

    /// Held while something in the directory is written.
    pub(super) fn lock(&self) -> Result<File, Error> {
        let path = self.dir.join("lock");
        private::lock(&path, PATIENCE).map_err(|error| failed(&path, &error))
    }

    /// A user who could replace the recipient could read what is written for it.
    fn check(&self, identity: &Identity) -> Result<(), Error> {
        if identity.to_public() == self.recipient()? {
            return Ok(());
        }
        let why = "it does not belong to the key file `identity` beside it: put back the one that does (`age-keygen -y` prints it)";
        Err(refused(&self.recipient_path(), &why))
    }

    /// The unlocked key; `None` also if the kernel cannot hold any.
    fn held(&self) -> Result<Option<Identity>, Error> {
        let held = kernel::held(&self.held_name()?).unwrap_or(None);
        Ok(held.and_then(|key| parse(&key)))
    }

    /// The kernel's name for the key; different for each directory.
    pub(super) fn held_name(&self) -> Result<String, Error> {
        let recipient = self.recipient()?.to_string();
        Ok(format!("awsenv:identity:{}", hash(recipient.as_bytes())))
    }

    fn key(&self) -> Result<Option<Key>, Error> {
        let path = self.path();
        let bytes = private::read(&path).map_err(|error| refused(&path, &error))?;
        let Some(bytes) = bytes.map(Zeroizing::new) else {
            return Ok(None);
        };
        for part in [&self.dir, &path, &self.recipient_path()] {
            if part != &self.dir {
                private::check_regular(part).map_err(|error| refused(part, &error))?;
            }
            check_access(part, &self.dir)?;
        }
        if bytes.starts_with(b"age-encryption.org/") {
            return Ok(Some(Key::Wrapped(bytes.to_vec())));
        }
        let key = parse(&bytes).ok_or_else(|| refused(&path, &"it does not contain an age key"))?;
        Ok(Some(Key::Plain(key)))
    }

    fn absent(&self) -> Error {
        self.check_new().err().unwrap_or_else(|| Error::Absent {
            store: STORE,
            why: format!("there is no key file `{}`", self.path().display()),
        })
    }

    /// A new key opens none of the items that are there.
    fn check_new(&self) -> Result<(), Error> {
        let is_item = |name: &OsString| Path::new(name).extension() == Some("age".as_ref());
        match fs::names_in(&self.dir).iter().filter(|name| is_item(name)).count() {
            0 => Ok(()),
            items => Err(Error::KeyLost {
                path: self.path(),
                items,
            }),
        }
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Half of a SHA-256 in hex: distinct even where file names ignore case.
pub(in crate::sys) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

pub(in crate::sys) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rejects what others can read, because it is no longer secret, or write, because it may be theirs.
fn check_access(path: &Path, dir: &Path) -> Result<(), Error> {
    match fs::access(path) {
        Some(access) if !access.is_trusted_owner => Err(refused(path, &"it belongs to another user")),
        Some(access) if access.mode & 0o077 == 0 => Ok(()),
        Some(_) if !private::keeps_modes(dir) => Err(Error::NoModes { path: path.to_owned() }),
        Some(access) => {
            let mode = access.mode;
            let why = match path == dir {
                true => format!("other users can use it (mode {mode:03o}); run chmod 700 on it"),
                false => format!("other users can use it (mode {mode:03o}); run chmod 600 on it"),
            };
            Err(refused(path, &why))
        }
        None => Ok(()),
    }
}

/// As [`refused`], for what the system says.
pub(super) fn failed(path: &Path, error: &io::Error) -> Error {
    if modes::is_no_modes(error) {
        return Error::NoModes { path: path.to_owned() };
    }
    refused(path, error)
}

pub(super) fn refused(path: &Path, why: &dyn Display) -> Error {
    Error::Refused {
        store: STORE,
        why: format!("`{}`: {why}", path.display()),
    }
}
