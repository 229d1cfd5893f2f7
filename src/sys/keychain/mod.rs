//! Where keys are kept: three stores behind one door, and the index beside them.

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
mod file;
mod index;
mod kernel;
mod os;
mod translate;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use file::{KeyFile, NotUnlocked};

use crate::config::settings::KeychainSettings;
use crate::env::Env;
use crate::keychain::{Error, Index, Item, StoreKind};
use crate::secret::Secret;
use crate::sys::fs::state_dir;
use crate::sys::wait;
use file::FileStore;
use os::Place;

/// How long the system's keychain may take where nobody can answer a question.
const WITHOUT_DESKTOP: Duration = Duration::from_secs(5);

/// How long it may take where somebody can.
const WITH_DESKTOP: Duration = Duration::from_secs(60);

/// What a person is told who waits.
const AWAITED: &str =
    "waiting for the system's keychain: does a window ask for its password? (at most 60 s; Ctrl-C gives up)";

/// The stores of this environment.
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
    /// Nothing happens yet. `say` tells a person what is waited for.
    pub fn new(env: &'a Env, settings: &'a KeychainSettings, say: &'a dyn Fn(&str)) -> Self {
        Self { env, settings, say }
    }

    /// The store for new items, and why it is that one.
    ///
    /// # Errors
    /// A word that names no store, in a sentence.
    pub fn chosen(&self) -> Result<(StoreKind, &'static str), String> {
        if let Some(word) = self.env.os("AWSENV_KEYCHAIN").filter(|word| !word.is_empty()) {
            let store = word.to_str().and_then(StoreKind::parse);
            return store.map(|store| (store, "AWSENV_KEYCHAIN says so")).ok_or_else(|| {
                format!(
                    "AWSENV_KEYCHAIN is `{}`: it is `os`, `file` or `kernel`",
                    word.to_string_lossy()
                )
            });
        }
        // The settings refuse other words.
        Ok(match self.settings.store.as_deref().and_then(StoreKind::parse) {
            Some(store) => (store, "the settings say so"),
            None => (StoreKind::Os, "it is the default"),
        })
    }

    /// Where an item is: the index knows it, else it is where a new one would go.
    ///
    /// # Errors
    /// As [`Keychain::chosen`].
    pub fn locate(&self, item: &str) -> Result<StoreKind, String> {
        // A damaged index keeps nobody from the chosen store.
        let recorded = self
            .index()
            .ok()
            .and_then(|index| index.find(item).map(|record| record.store));
        match recorded {
            Some(store) => Ok(store),
            None => self.chosen().map(|(store, _)| store),
        }
    }

    /// Reads an item, by one access to the store.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is no such item.
    pub fn read(&self, store: StoreKind, item: &str) -> Result<Item, Error> {
        let content = match store {
            StoreKind::Os => self.os(item, |place| place.read()),
            StoreKind::File => self.files()?.read(item),
            StoreKind::Kernel => kernel::read(item),
        }?;
        Item::parse(&content).map_err(|why| Error::Damaged {
            store,
            item: item.to_owned(),
            why,
        })
    }

    /// Writes an item, in the place of the one that is there.
    ///
    /// # Errors
    /// The store's.
    pub fn write(&self, store: StoreKind, item: &str, keys: &Item) -> Result<(), Error> {
        let content = keys.to_json();
        match store {
            StoreKind::Os => self.os(item, move |place| place.write(&content)),
            StoreKind::File => self.files()?.write(item, &content),
            StoreKind::Kernel => kernel::write(item, &content),
        }
    }

    /// Deletes an item.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is no such item.
    pub fn delete(&self, store: StoreKind, item: &str) -> Result<(), Error> {
        match store {
            StoreKind::Os => self.os(item, |place| place.delete()),
            StoreKind::File => self.files()?.delete(item),
            StoreKind::Kernel => kernel::delete(item),
        }
    }

    /// The password that another program stored in the system's keychain.
    ///
    /// # Errors
    /// The store's; [`Error::Missing`] if there is none.
    pub fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error> {
        let place = Place {
            service: service.to_owned(),
            user: user.to_owned(),
            may_ask: self.has_desktop(),
        };
        self.wait(move || place.password())
    }

    /// The index of all keys, without opening a store. An absent file is an empty index.
    ///
    /// # Errors
    /// What the system says, or that the file is damaged; with its path.
    pub fn index(&self) -> io::Result<Index> {
        match self.dir() {
            Some(dir) => index::load(&index::path(&dir)),
            None => Ok(Index::default()),
        }
    }

    /// Changes the index; many at once lose nothing.
    ///
    /// # Errors
    /// As [`Keychain::index`], and what the system says on writing.
    pub fn change_index(&self, change: impl FnOnce(&mut Index)) -> io::Result<()> {
        let dir = self
            .dir()
            .ok_or_else(|| io::Error::other("there is no HOME to keep the index in"))?;
        index::change(&index::path(&dir), change)
    }

    /// Has the system unlock its keychain, which asks the person; says whether it was locked. Where the system does
    /// that by itself whenever a key is read, it never is.
    ///
    /// # Errors
    /// The store's.
    pub fn unlock_os(&self) -> Result<bool, Error> {
        let may_ask = self.has_desktop();
        self.wait(move || os::unlock(may_ask))
    }

    /// Whether a key file can be held unlocked here.
    ///
    /// # Errors
    /// The kernel's words.
    pub fn can_hold(&self) -> Result<(), Error> {
        kernel::held("awsenv:none").map(drop)
    }

    /// How the key file of the encrypted file store stands.
    ///
    /// # Errors
    /// It cannot be read, or others can read it.
    pub fn key_file(&self) -> Result<KeyFile, Error> {
        self.files()?.key_file()
    }

    /// Where the key file is, or will be.
    pub fn key_path(&self) -> Option<PathBuf> {
        Some(self.files().ok()?.key_path())
    }

    /// Makes the key file of the encrypted file store. Without a passphrase it lies there in plain text.
    ///
    /// # Errors
    /// There is one, or what the system says.
    pub fn create_key_file(&self, passphrase: Option<&Secret<String>>) -> Result<(), Error> {
        self.files()?.create(passphrase)
    }

    /// Unlocks the key file for the time that the settings name.
    ///
    /// # Errors
    /// A wrong passphrase, nowhere to hold the key, or the store's own.
    pub fn unlock_key_file(&self, passphrase: &Secret<String>) -> Result<(), NotUnlocked> {
        let files = self.files().map_err(NotUnlocked::Store)?;
        files.unlock(passphrase, self.settings.unlock_for)
    }

    fn os<T: Send + 'static>(
        &self,
        item: &str,
        access: impl FnOnce(&Place) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Place::of_item(item, self.has_desktop());
        self.wait(move || access(&place))
    }

    fn wait<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let store = StoreKind::Os;
        let has_desktop = self.has_desktop();
        let limit = if has_desktop { WITH_DESKTOP } else { WITHOUT_DESKTOP };
        let awaited = || {
            if has_desktop {
                (self.say)(AWAITED);
            }
        };
        wait::within(limit, awaited, work).unwrap_or_else(|no_answer| {
            Err(match no_answer {
                wait::NoAnswer::Late => Error::Timeout { store, after: limit },
                wait::NoAnswer::Gone => Error::Refused {
                    store,
                    why: "its library gave up".to_owned(),
                },
            })
        })
    }

    /// Whether a question of the system would be seen by this person. Over SSH it would open far away, if at all.
    fn has_desktop(&self) -> bool {
        if cfg!(any(target_os = "macos", windows)) {
            return true;
        }
        let is_set = |name: &str| self.env.filled(name).is_some();
        (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) && !is_set("SSH_CONNECTION")
    }

    fn files(&self) -> Result<FileStore, Error> {
        let dir = self.dir().ok_or_else(|| Error::Absent {
            store: StoreKind::File,
            why: "there is no HOME to keep it in".to_owned(),
        })?;
        Ok(FileStore::new(&dir))
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
            store: Some("file".into()),
            ..KeychainSettings::default()
        };
        let chosen = |pairs: &[(&str, &str)], settings: &KeychainSettings| {
            Keychain::new(&env(pairs), settings, &silent).chosen()
        };
        let default = KeychainSettings::default();
        assert_eq!(chosen(&[], &default), Ok((StoreKind::Os, "it is the default")));
        assert_eq!(chosen(&[], &file), Ok((StoreKind::File, "the settings say so")));
        let kernel = [("AWSENV_KEYCHAIN", "kernel")];
        assert_eq!(
            chosen(&kernel, &file),
            Ok((StoreKind::Kernel, "AWSENV_KEYCHAIN says so"))
        );
        assert_eq!(chosen(&[("AWSENV_KEYCHAIN", "")], &file).unwrap().0, StoreKind::File);
        let error = chosen(&[("AWSENV_KEYCHAIN", "File")], &file).unwrap_err();
        assert_eq!(error, "AWSENV_KEYCHAIN is `File`: it is `os`, `file` or `kernel`");
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

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_question_is_seen_at_a_desktop_only() {
        let settings = KeychainSettings::default();
        let has = |pairs: &[(&str, &str)]| Keychain::new(&env(pairs), &settings, &silent).has_desktop();
        assert!(has(&[("DISPLAY", ":0")]) && has(&[("WAYLAND_DISPLAY", "wayland-0")]));
        assert!(!has(&[]) && !has(&[("DISPLAY", "")]));
        assert!(!has(&[
            ("DISPLAY", "localhost:10.0"),
            ("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
        ]));
    }
}
