//! The encrypted file store: one file for each item, encrypted to the key beside it and named by a hash of the item's
//! name.
//!
//! A file starts with a line that names its item and proves that it was written with the secret half of the key: its
//! public half is enough to encrypt, but not to put a key into the store. Nothing here asks or takes long.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::key_pair::{KeyPair, failed, hash, hex, refused};
use super::seal::{self, open, seal};
use super::store::{Access, Lock, Name, Store};
use crate::keychain::{Error, Index, Item, SERVICE, StoreKind};
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

    /// Whether there is surely no such key.
    pub(super) fn lacks(&self, item: &str) -> bool {
        is_missing(&self.item_path(&Name::of::<Item>(item)))
    }

    /// The keys that the index does not list; without a name if the key file does not open them.
    pub(super) fn unlisted(&self, index: &Index) -> Vec<Option<String>> {
        let listed: HashSet<PathBuf> = index
            .records()
            .map(|record| self.item_path(&Name::of::<Item>(&record.item)))
            .collect();
        let mut found: Vec<_> = self
            .items()
            .filter(|path| !listed.contains(path))
            .map(|path| name_in(&self.key.identity().ok()?, &private::read(&path).ok()??))
            .collect();
        found.sort();
        found
    }

    /// Another key file would store keys beside items that it cannot open, and replace one of them for ever.
    ///
    /// # Errors
    /// The item that is to be replaced, or all that are there, were written with another key file.
    fn check_opens(&self, identity: &Identity, replaced: &Path) -> Result<(), Error> {
        let fits = |path: &Path| seal::fits(identity, &private::read(path).ok()??);
        let opens = fits(replaced).or_else(|| {
            // The first one that opens says enough, because an import writes thousands.
            let mut opens = None;
            for fits in self.items().filter_map(|path| fits(&path)) {
                opens = Some(fits);
                if fits {
                    break;
                }
            }
            opens
        });
        if opens != Some(false) {
            return Ok(());
        }
        let why = "it does not open the items beside it: put back the `identity` and `recipient` they were written with; `awsenv key remove` gives an item up";
        Err(refused(&self.key.path(), &why))
    }

    /// The files of all keys.
    fn items(&self) -> impl Iterator<Item = PathBuf> {
        let entries = std::fs::read_dir(&self.key.dir).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| is_key(path))
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
        let bytes = private::read(&path).map_err(|error| refused(&path, &error))?;
        let bytes = bytes.ok_or_else(|| missing(name))?;
        unpack(&self.key.identity()?, name, &bytes).map_err(damaged)
    }

    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error> {
        self.key.require()?;
        let identity = self.key.whole()?;
        let path = self.item_path(name);
        self.check_opens(&identity, &path)?;
        let packed = pack(&identity, name, content).map_err(|error| refused(&path, &error))?;
        let _lock = self.key.lock()?;
        // The item that is there is replaced only by one that can be opened.
        let check = |new: &Path| {
            let bytes = fs::read_regular(new)?.unwrap_or_default();
            let opened = unpack(&identity, name, &bytes).map_err(io::Error::other)?;
            let is_same = opened.as_slice() == content;
            is_same
                .then_some(())
                .ok_or_else(|| io::Error::other("the file system returned something else than was written"))
        };
        private::replace_checked(&path, &packed, check).map_err(|error| failed(&path, &error))
    }

    fn delete(&self, name: &Name) -> Result<(), Error> {
        let path = self.item_path(name);
        if is_missing(&path) {
            return Err(missing(name));
        }
        self.key.require()?;
        let _lock = self.key.lock()?;
        private::remove(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(name),
            _ => refused(&path, &error),
        })
    }

    fn check(&self, name: &Name, access: Access) -> Result<(), Error> {
        let path = self.item_path(name);
        if access != Access::Write && is_missing(&path) {
            return Err(missing(name));
        }
        self.key.require()?;
        if access == Access::Write {
            self.check_opens(&self.key.whole()?, &path)?;
        }
        let _lock = self.key.lock()?;
        private::check_replaceable(&path).map_err(|error| failed(&path, &error))
    }

    fn unlock(&self) -> Result<Lock, Error> {
        Ok(Lock::KeyFile)
    }
}

fn is_missing(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// The first line of an item's file.
#[derive(Deserialize, Serialize)]
struct Header {
    item: String,
    /// In hex; see [`proof`].
    proof: String,
}

fn pack(identity: &Identity, name: &Name, content: &[u8]) -> io::Result<Vec<u8>> {
    let header = Header {
        item: name.user.clone(),
        proof: hex(&proof(identity, name, content).finalize().into_bytes()),
    };
    let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
    let mut plain = Zeroizing::new(Vec::with_capacity(header.len() + 1 + content.len()));
    plain.extend_from_slice(&header);
    plain.push(b'\n');
    plain.extend_from_slice(content);
    seal(&identity.to_public(), &plain)
}

/// # Errors
/// Why the file cannot be what [`pack`] made for this name.
fn unpack(identity: &Identity, name: &Name, packed: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    const FOREIGN: &str = "its file was not written with this key file, so the key in it may be anyone's";
    let plain = open(identity, packed).map_err(|_| match seal::fits(identity, packed) {
        Some(false) => "its file was written with another key file: put that one back",
        _ => "the key file does not decrypt its file",
    })?;
    let end = plain.iter().position(|byte| *byte == b'\n').ok_or(FOREIGN)?;
    let (header, content) = (&plain[..end], &plain[end + 1..]);
    let header: Header = serde_json::from_slice(header).map_err(|_| FOREIGN)?;
    if header.item != name.user {
        return Err("its file belongs to another item");
    }
    let told = header.proof.as_bytes();
    let wanted = hex(&proof(identity, name, content).finalize().into_bytes());
    if told != wanted.as_bytes() {
        return Err(FOREIGN);
    }
    Ok(Zeroizing::new(content.to_vec()))
}

/// Only the holder of the secret half can compute it; it covers the content and both parts of the name.
fn proof(identity: &Identity, name: &Name, content: &[u8]) -> Hmac<Sha256> {
    let secret = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(identity.to_string().expose_secret())));
    let mut key = Zeroizing::new([0; 64]);
    key[..32].copy_from_slice(&*secret);
    let mut proof = Hmac::<Sha256>::new(&(*key).into());
    for part in [
        "awsenv item 1".as_bytes(),
        name.service.as_bytes(),
        name.user.as_bytes(),
        content,
    ] {
        proof.update(&(part.len() as u64).to_le_bytes());
        proof.update(part);
    }
    proof
}

/// Whether a file is named as that of a key is.
fn is_key(name: &Path) -> bool {
    let stem = name.file_stem().unwrap_or_default().as_encoded_bytes();
    name.extension() == Some("age".as_ref()) && stem.len() == 32 && stem.iter().all(u8::is_ascii_hexdigit)
}

/// The name of an item, as its file says.
fn name_in(identity: &Identity, packed: &[u8]) -> Option<String> {
    let plain = open(identity, packed).ok()?;
    let header = plain.split(|byte| *byte == b'\n').next()?;
    serde_json::from_slice(header).ok().map(|header: Header| header.item)
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

    #[test]
    fn what_others_have_encrypted_to_the_key_is_not_taken() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        let (a, b) = (key("a"), key("b"));
        store.write(&a, b"keys of a").unwrap();
        store.write(&b, b"keys of b").unwrap();
        let [at_a, at_b] = [&a, &b].map(|name| store.item_path(name));
        let good = std::fs::read(&at_a).unwrap();
        // Swapped.
        std::fs::rename(&at_b, &at_a).unwrap();
        std::fs::write(&at_b, &good).unwrap();
        for name in [&a, &b] {
            assert!(matches!(store.read(name), Err(Error::Damaged { why, .. }) if why.contains("another item")));
        }
        // Anyone who knows the public half can encrypt, but cannot make this proof.
        let public = store.key.identity().unwrap().to_public();
        let other = Identity::generate();
        let forged = |header: &str| seal(&public, format!("{header}\nkeys of an attacker").as_bytes()).unwrap();
        let of_other = hex(&proof(&other, &a, b"keys of an attacker").finalize().into_bytes());
        let of_content = hex(&proof(&store.key.identity().unwrap(), &a, b"keys of a")
            .finalize()
            .into_bytes());
        for header in [
            "\"a\"".to_owned(),
            "{\"item\":\"a\"}".to_owned(),
            "{\"item\":\"a\",\"proof\":\"\"}".to_owned(),
            format!("{{\"item\":\"a\",\"proof\":\"{of_other}\"}}"),
            format!("{{\"item\":\"a\",\"proof\":\"{of_content}\"}}"),
        ] {
            std::fs::write(&at_a, forged(&header)).unwrap();
            assert!(matches!(store.read(&a), Err(Error::Damaged { .. })), "{header}");
        }
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut changed = good.clone();
            changed[at] ^= 1;
            std::fs::write(&at_a, changed).unwrap();
            assert!(matches!(store.read(&a), Err(Error::Damaged { .. })), "byte {at}");
        }
        std::fs::write(&at_a, good).unwrap();
        assert_eq!(store.read(&a).unwrap().as_slice(), b"keys of a");
        // Another kind of item is another name.
        let note = Name {
            service: "awsenv-note".to_owned(),
            ..a.clone()
        };
        std::fs::copy(&at_a, store.item_path(&note)).unwrap();
        assert!(matches!(store.read(&note), Err(Error::Damaged { .. })));
    }

    #[test]
    fn a_replaced_public_half_is_found_before_anything_is_written() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        store.write(&key("a"), b"keys").unwrap();
        let recipient = store.key.dir.join("recipient");
        let (good, item) = (
            std::fs::read(&recipient).unwrap(),
            std::fs::read(store.item_path(&key("a"))).unwrap(),
        );
        std::fs::write(&recipient, Identity::generate().to_public().to_string()).unwrap();
        for name in ["a", "b"] {
            let refused = store.write(&key(name), b"new").unwrap_err();
            assert!(
                matches!(&refused, Error::Refused { why, .. } if why.contains("recipient")),
                "{refused:?}"
            );
        }
        assert!(store.key.state().is_err());
        assert!(!store.item_path(&key("b")).exists());
        assert_eq!(std::fs::read(store.item_path(&key("a"))).unwrap(), item);
        std::fs::write(&recipient, good).unwrap();
        assert_eq!(store.read(&key("a")).unwrap().as_slice(), b"keys");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_its_public_half_and_the_directory_are_checked_alike() {
        use std::os::unix::fs::{PermissionsExt as _, chown};
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        store.write(&key("a"), b"keys").unwrap();
        let parts = [
            (store.key.path(), 0o600),
            (store.key.dir.join("recipient"), 0o600),
            (store.key.dir.clone(), 0o700),
        ];
        let set_mode =
            |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (path, mode) in &parts {
            let is_refused = |what: &str| {
                for refused in [store.read(&key("a")).map(drop), store.write(&key("b"), b"x")] {
                    assert!(
                        matches!(&refused, Err(Error::Refused { why, .. }) if why.contains(what)),
                        "{refused:?}"
                    );
                }
            };
            for more in [0o040, 0o022, 0o004] {
                set_mode(path, mode | more);
                is_refused(&format!("mode {:03o}", mode | more));
            }
            set_mode(path, *mode);
            if rustix::process::geteuid().is_root() {
                chown(path, Some(12345), None).unwrap();
                is_refused("another user");
                chown(path, Some(0), None).unwrap();
            }
        }
        assert!(store.read(&key("a")).is_ok() && store.write(&key("b"), b"x").is_ok());
    }

    #[test]
    fn another_pair_of_keys_writes_no_item_beside_those_it_cannot_open() {
        let (dir, store) = store();
        store.key.create(None).unwrap();
        for item in ["a", "b"] {
            store.write(&key(item), b"keys").unwrap();
        }
        let parts = ["identity", "recipient"];
        let away = |name: &str| dir.path().join(name);
        for name in parts {
            std::fs::rename(store.key.dir.join(name), away(name)).unwrap();
        }
        let other = FileStore::new(&away("other"));
        other.key.create(None).unwrap();
        for name in parts {
            std::fs::rename(other.key.dir.join(name), store.key.dir.join(name)).unwrap();
        }
        let is_refused = |item: &str| {
            for refused in [store.write(&key(item), b"new"), store.check(&key(item), Access::Write)] {
                assert!(
                    matches!(&refused, Err(Error::Refused { why, .. }) if why.contains("does not open the items")),
                    "{item}: {refused:?}"
                );
            }
        };
        ["a", "c"].into_iter().for_each(is_refused);
        assert!(matches!(store.read(&key("a")), Err(Error::Damaged { why, .. }) if why.contains("another key file")));
        // One that is given up makes room, and one that is damaged is none of another key file's.
        store.delete(&key("a")).unwrap();
        is_refused("a");
        std::fs::write(store.item_path(&key("b")), "torn").unwrap();
        store.write(&key("b"), b"new").unwrap();
        store.write(&key("c"), b"new").unwrap();
        // Beside one that opens, only the other key file's own item is kept.
        std::fs::rename(store.item_path(&key("c")), away("c")).unwrap();
        for name in parts {
            std::fs::rename(store.key.dir.join(name), away("other/keys").join(name)).unwrap();
            std::fs::rename(away(name), store.key.dir.join(name)).unwrap();
        }
        std::fs::rename(away("c"), store.item_path(&key("c"))).unwrap();
        std::fs::remove_file(store.item_path(&key("b"))).unwrap();
        is_refused("c");
        store.delete(&key("c")).unwrap();
        store.write(&key("a"), b"old").unwrap();
    }

    #[test]
    fn a_good_item_is_replaced_only_by_one_that_can_be_opened() {
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        store.write(&key("a"), b"old").unwrap();
        let path = store.item_path(&key("a"));
        let identity = store.key.identity().unwrap();
        let refused = private::replace_checked(&path, b"torn", |new| {
            let bytes = fs::read_regular(new)?.unwrap_or_default();
            unpack(&identity, &key("a"), &bytes).map(drop).map_err(io::Error::other)
        });
        assert!(refused.is_err());
        assert_eq!(store.read(&key("a")).unwrap().as_slice(), b"old");
        assert_eq!(fs::names_in(&store.key.dir).len(), 4, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_and_no_other_thing_is_taken_for_a_file_of_the_store() {
        use std::os::unix::fs::{chown, symlink};
        let refused = |name: &str, ways: &[&str], words: &str| {
            for way in ways {
                let (dir, store) = store();
                store.key.create(None).unwrap();
                store.write(&key("a"), b"keys").unwrap();
                let path = match name {
                    "item" => store.item_path(&key("a")),
                    name => store.key.dir.join(name),
                };
                let away = dir.path().join("away");
                std::fs::rename(&path, &away).unwrap();
                match *way {
                    "link" => symlink(&away, &path).unwrap(),
                    "directory" => std::fs::create_dir(&path).unwrap(),
                    "fifo" => {
                        let mode = rustix::fs::Mode::from_raw_mode(0o644);
                        let kind = rustix::fs::FileType::Fifo;
                        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
                    }
                    _ => {
                        std::fs::rename(&away, &path).unwrap();
                        chown(&path, Some(12345), None).unwrap();
                    }
                }
                let read = store.read(&key("a"));
                let state = store.key.state();
                for found in [Some(read.map(drop)), (name != "item").then_some(state.map(drop))]
                    .into_iter()
                    .flatten()
                {
                    let is_told = matches!(
                        &found,
                        Err(Error::Refused { why, .. }) if why.contains(words) && !why.contains("chmod")
                    );
                    assert!(is_told, "{name} {way}: {found:?}");
                }
            }
        };
        for name in ["identity", "recipient", "item"] {
            refused(name, &["link"], "symbolic link");
            refused(name, &["directory", "fifo"], "is not a regular file: move it away");
            if rustix::process::geteuid().is_root() {
                refused(name, &["foreign"], "another user");
            }
        }
        let (_dir, store) = store();
        store.key.create(None).unwrap();
        for (text, words) in [
            (None, "does not exist: put back"),
            (Some("x"), "age public key: put back"),
        ] {
            let path = store.key.dir.join("recipient");
            match text {
                None => std::fs::remove_file(&path).unwrap(),
                Some(text) => private::replace(&path, text.as_bytes()).unwrap(),
            }
            let found = store.key.state();
            assert!(
                matches!(&found, Err(Error::Refused { why, .. }) if why.contains(words)),
                "{found:?}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_key_file_is_made_where_other_users_could_replace_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, store) = store();
        let above = fs::parent(&store.key.dir);
        std::fs::create_dir(above).unwrap();
        std::fs::set_permissions(above, std::fs::Permissions::from_mode(0o777)).unwrap();
        let refused = store.key.create(None).unwrap_err();
        let named = format!("`{}`: other users can write to it", above.display());
        assert!(
            matches!(&refused, Error::Refused { why, .. } if why.starts_with(&named)),
            "{refused:?}"
        );
    }

    #[test]
    fn a_new_key_file_is_not_put_beside_items_that_it_cannot_open() {
        let (dir, store) = store();
        store.key.create(None).unwrap();
        for item in ["a", "b"] {
            store.write(&key(item), b"keys").unwrap();
        }
        let away = dir.path().join("identity");
        std::fs::rename(store.key.path(), &away).unwrap();
        let recipient = std::fs::read(store.key.dir.join("recipient")).unwrap();
        let lost = Error::KeyLost {
            path: store.key.path(),
            items: 2,
        };
        assert_eq!(store.key.create(None), Err(lost.clone()));
        assert_eq!(store.key.state(), Err(lost.clone()));
        assert_eq!(store.read(&key("a")), Err(lost));
        assert_eq!(std::fs::read(store.key.dir.join("recipient")).unwrap(), recipient);
        std::fs::rename(&away, store.key.path()).unwrap();
        assert!(store.read(&key("a")).is_ok());
        std::fs::remove_file(store.key.path()).unwrap();
        for item in ["a", "b"] {
            std::fs::remove_file(store.item_path(&key(item))).unwrap();
        }
        assert_eq!(store.key.create(None), Ok(()));
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
        let locked = Error::Locked { store: STORE };
        assert_eq!(
            store.write(&key("a"), b"keys"),
            Err(locked),
            "before anything is written"
        );
        assert_eq!(store.key.state(), Ok(KeyFile::Wrapped { is_unlocked: false }));
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
        store.write(&key("a"), b"keys").unwrap();
        assert_eq!(store.read(&key("a")).unwrap().as_slice(), b"keys");
        assert_eq!(store.key.state(), Ok(KeyFile::Wrapped { is_unlocked: true }));
        #[cfg(target_os = "linux")]
        kernel::release(&store.key.held_name().unwrap());
        assert_eq!(store.read(&key("a")), Err(Error::Locked { store: STORE }));
    }
}
