//! Where keys are kept: the stores behind one interface, and the index beside them.
//!
//! To add a store, add a file here with `impl Store`, an arm in `Keychain::store` and a row in
//! `crate::keychain::store`. To add a kind of item, add an `impl Content` in `crate::keychain`.

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
mod file;
mod index;
pub(super) mod items;
pub(super) mod kernel;
pub(super) mod key_pair;
mod os;
mod place;
pub(super) mod seal;
mod store;
mod translate;

use std::fmt;
use std::io;
use std::path::PathBuf;

use age::x25519::Identity;
pub use key_pair::{KeyFile, NotUnlocked};
pub use store::Lock;

use crate::config::settings::{KeychainSettings, choices};
use crate::env::Env;
use crate::keychain::{Content, Error, Index, Item, NO_HOME, StoreKind};
use crate::secret::Secret;
use crate::sys::fs::state_dir;
use file::FileStore;
use items::Items;
use kernel::KernelStore;
use os::OsStore;
use store::{Access, Store};

/// Where a key is, as far as that can be told without opening a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing says that it is not there.
    Unknown,
    /// Its store has no such key.
    Missing(StoreKind),
    /// The index lists none; only the store knows.
    Unlisted(StoreKind),
}

/// The stores of one environment.
pub struct Keychain<'a> {
    env: &'a Env,
    settings: &'a KeychainSettings,
    say: &'a dyn Fn(&str),
}

impl fmt::Debug for Keychain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keychain")
            .field("settings", self.settings)
            .finish_non_exhaustive()
    }
}

impl<'a> Keychain<'a> {
    /// Opens nothing yet. `say` tells the user what awsenv waits for.
    pub fn new(env: &'a Env, settings: &'a KeychainSettings, say: &'a dyn Fn(&str)) -> Self {
        Self { env, settings, say }
    }

    /// The store for new items, and why it was chosen.
    ///
    /// # Errors
    /// A word that names no store, or a mistake in the settings that hides the choice, as a sentence.
    pub fn chosen(&self) -> Result<(StoreKind, &'static str), String> {
        if let Some(word) = self.env.os("AWSENV_KEYCHAIN").filter(|word| !word.is_empty()) {
            let store = word.to_str().and_then(StoreKind::parse);
            return store
                .map(|store| (store, "AWSENV_KEYCHAIN is set to it"))
                .ok_or_else(|| {
                    let choices = choices(&StoreKind::words());
                    format!("AWSENV_KEYCHAIN must be {choices}, not `{}`", word.to_string_lossy())
                });
        }
        // The settings reject other words.
        let word = self.settings.store.as_ref().map_err(Clone::clone)?;
        Ok(match word.as_deref().and_then(StoreKind::parse) {
            Some(store) => (store, "the settings choose it"),
            None => (StoreKind::default(), "it is the default"),
        })
    }

    /// Where an item is: where the index says, else where a new one would go.
    ///
    /// # Errors
    /// As [`Keychain::chosen`].
    pub fn locate(&self, item: &str) -> Result<StoreKind, String> {
        // The chosen store can be asked even if the index is damaged.
        self.locate_in(self.index().ok().as_ref(), item)
    }

    /// As [`Keychain::locate`], with an index that was read already.
    ///
    /// # Errors
    /// As [`Keychain::chosen`].
    pub fn locate_in(&self, index: Option<&Index>, item: &str) -> Result<StoreKind, String> {
        match index.and_then(|index| index.find(item)) {
            Some(record) => Ok(record.store),
            None => self.chosen().map(|(store, _)| store),
        }
    }

    /// Looks at the index, and at the name of the file where each key has one.
    pub fn presence(&self, index: Option<&Index>, item: &str) -> Presence {
        let is_listed = index.is_some_and(|index| index.find(item).is_some());
        match self.locate_in(index, item) {
            Ok(store @ StoreKind::File) if self.files().is_ok_and(|files| files.lacks(item)) => {
                Presence::Missing(store)
            }
            Ok(store @ (StoreKind::Os | StoreKind::Kernel)) if index.is_some() && !is_listed => {
                Presence::Unlisted(store)
            }
            _ => Presence::Unknown,
        }
    }

    /// The keys of the encrypted file store that the index does not list; without a name if its key file does not open
    /// them.
    pub fn unlisted(&self, index: &Index) -> Vec<Option<String>> {
        self.files().map(|files| files.unlisted(index)).unwrap_or_default()
    }

    /// Accesses the store once.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is no such item.
    pub fn read(&self, store: StoreKind, item: &str) -> Result<Item, Error> {
        self.items(store)?.read(item)
    }

    /// Replaces the key of the same name, if there is one.
    ///
    /// # Errors
    /// The store's.
    pub fn write(&self, store: StoreKind, item: &str, keys: &Item) -> Result<(), Error> {
        self.items(store)?.write(item, keys)
    }

    /// # Errors
    /// The store's; [`Error::Missing`] if there is no such item.
    pub fn delete(&self, store: StoreKind, item: &str) -> Result<(), Error> {
        self.items::<Item>(store)?.delete(item)
    }

    /// Checks what can be known before [`Keychain::write`].
    ///
    /// # Errors
    /// As [`Keychain::write`].
    pub fn check_writable(&self, store: StoreKind, item: &str) -> Result<(), Error> {
        self.items::<Item>(store)?.check(item, Access::Write)
    }

    /// Checks what can be known before [`Keychain::delete`], and returns whether there is such an item.
    ///
    /// # Errors
    /// As [`Keychain::delete`].
    pub fn check_deletable(&self, store: StoreKind, item: &str) -> Result<bool, Error> {
        match self.items::<Item>(store)?.check(item, Access::Delete) {
            Err(Error::Missing { .. }) => Ok(false),
            checked => checked.map(|()| true),
        }
    }

    /// A password that another program stored in the system's keychain.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is none.
    pub fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error> {
        OsStore::new(self.env, self.say).password(service, user)
    }

    /// Opens no store. A missing file is an empty index.
    ///
    /// # Errors
    /// What the system says, or that the file is damaged; with its path.
    pub fn index(&self) -> io::Result<Index> {
        match self.dir() {
            Some(dir) => index::load(&index::path(&dir)),
            None => Ok(Index::default()),
        }
    }

    /// Checks what can be known before [`Keychain::change_index`].
    ///
    /// # Errors
    /// As [`Keychain::change_index`].
    pub fn check_index(&self) -> io::Result<()> {
        index::check(&index::path(&self.index_dir()?))
    }

    /// Concurrent changes are not lost.
    ///
    /// # Errors
    /// As [`Keychain::index`], and what the system says about writing.
    pub fn change_index(&self, change: impl FnOnce(&mut Index)) -> io::Result<()> {
        index::change(&index::path(&self.index_dir()?), change)
    }

    /// Makes a store readable as far as it can do that by itself; the system may ask the user.
    ///
    /// # Errors
    /// The store's.
    pub fn unlock(&self, store: StoreKind) -> Result<Lock, Error> {
        self.store(store)?.unlock()
    }

    /// Checks that the kernel can hold an unlocked key file here.
    ///
    /// # Errors
    /// The kernel's words.
    pub fn can_hold(&self) -> Result<(), Error> {
        kernel::held("awsenv:none").map(drop)
    }

    /// Whether the key file of the encrypted file store can be used now.
    ///
    /// # Errors
    /// It cannot be read, or others can read it.
    pub fn key_file(&self) -> Result<KeyFile, Error> {
        self.files()?.key.state()
    }

    /// The key file need not exist.
    pub fn key_path(&self) -> Option<PathBuf> {
        Some(self.files().ok()?.key.path())
    }

    /// The key of the encrypted file store, if it needs no passphrase.
    ///
    /// # Errors
    /// As [`Keychain::key_file`]; there is no such key file, or it is encrypted.
    pub(super) fn plain_key(&self) -> Result<Identity, Error> {
        self.files()?.key.plain()
    }

    /// Creates the key file of the encrypted file store, in plain text if there is no passphrase.
    ///
    /// # Errors
    /// It already exists, or what the system says.
    pub fn create_key_file(&self, passphrase: Option<&Secret<String>>) -> Result<(), Error> {
        self.files()?.key.create(passphrase)
    }

    /// Unlocks the key file for the time in the settings.
    ///
    /// # Errors
    /// A wrong passphrase, no place to hold the key, or the store's own.
    pub fn unlock_key_file(&self, passphrase: &Secret<String>) -> Result<(), NotUnlocked> {
        let files = self.files().map_err(NotUnlocked::Store)?;
        files.key.unlock(passphrase, self.settings.unlock_for)
    }

    /// The items of one kind in a store.
    ///
    /// # Errors
    /// The store cannot exist here.
    pub(super) fn items<T: Content>(&self, store: StoreKind) -> Result<Items<'_, T>, Error> {
        self.store(store).map(Items::new)
    }

    fn store(&self, kind: StoreKind) -> Result<Box<dyn Store + '_>, Error> {
        Ok(match kind {
            StoreKind::Os => Box::new(OsStore::new(self.env, self.say)),
            StoreKind::File => Box::new(self.files()?),
            StoreKind::Kernel => Box::new(KernelStore),
        })
    }

    fn files(&self) -> Result<FileStore, Error> {
        let dir = self.dir().ok_or_else(|| Error::Absent {
            store: StoreKind::File,
            why: NO_HOME.to_owned(),
        })?;
        Ok(FileStore::new(&dir))
    }

    fn index_dir(&self) -> io::Result<PathBuf> {
        self.dir().ok_or_else(|| {
            io::Error::other("HOME is not set to an absolute path, so there is no directory for the index")
        })
    }

    fn dir(&self) -> Option<PathBuf> {
        state_dir(self.env).map(|dir| dir.join("awsenv"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Timestamp;
    use crate::keychain::Record;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().copied().collect()
    }

    fn silent(_: &str) {}

    #[test]
    fn the_store_is_chosen_by_the_environment_then_the_settings() {
        let file = KeychainSettings {
            store: Ok(Some("file".into())),
            ..KeychainSettings::default()
        };
        let chosen = |pairs: &[(&str, &str)], settings: &KeychainSettings| {
            Keychain::new(&env(pairs), settings, &silent).chosen()
        };
        let default = KeychainSettings::default();
        assert_eq!(chosen(&[], &default), Ok((StoreKind::Os, "it is the default")));
        assert_eq!(chosen(&[], &file), Ok((StoreKind::File, "the settings choose it")));
        let kernel = [("AWSENV_KEYCHAIN", "kernel")];
        assert_eq!(
            chosen(&kernel, &file),
            Ok((StoreKind::Kernel, "AWSENV_KEYCHAIN is set to it"))
        );
        assert_eq!(chosen(&[("AWSENV_KEYCHAIN", "")], &file).unwrap().0, StoreKind::File);
        let error = chosen(&[("AWSENV_KEYCHAIN", "File")], &file).unwrap_err();
        assert_eq!(error, "AWSENV_KEYCHAIN must be `os`, `file` or `kernel`, not `File`");
    }

    #[test]
    fn an_item_is_where_the_index_says() {
        let home = tempfile::tempdir().unwrap();
        let env = env(&[
            ("HOME", &home.path().to_string_lossy()),
            ("XDG_STATE_HOME", &home.path().to_string_lossy()),
        ]);
        let settings = KeychainSettings::default();
        let keychain = Keychain::new(&env, &settings, &silent);
        assert_eq!(keychain.locate("work"), Ok(StoreKind::Os));
        let record = Record {
            profile: "work".into(),
            item: "work".into(),
            last_four: "MPLE".into(),
            account_id: None,
            since: Timestamp(0),
            store: StoreKind::File,
        };
        keychain.change_index(|index| index.put(record.clone())).unwrap();
        assert_eq!(keychain.locate("work"), Ok(StoreKind::File));
        assert_eq!(keychain.index().unwrap().find("work"), Some(&record));
        keychain.create_key_file(None).unwrap();
        assert_eq!(keychain.key_file(), Ok(KeyFile::Plain));
        let item = Item {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("hunter2".into()),
            account_id: None,
            since: Timestamp(1),
            layout: Vec::new(),
        };
        keychain.write(StoreKind::File, "work", &item).unwrap();
        assert_eq!(keychain.read(StoreKind::File, "work"), Ok(item));
    }
}
