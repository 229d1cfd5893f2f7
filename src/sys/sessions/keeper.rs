//! Where the key that opens sessions may be: in the kernel or another memory of this machine, so that it is gone after a
//! reboot, else in a keychain.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::config::settings::KeychainSettings;
use crate::env::Env;
use crate::keychain::{Content, Error, StoreKind};
use crate::sys::keychain::key_pair::hash;
use crate::sys::keychain::{Keychain, kernel};
use crate::sys::{private, trust};

/// Keeps one key. What it says of itself, and why it cannot, are parts of a sentence.
pub(super) trait Keeper {
    fn described(&self) -> String;

    /// Whether it may wait for the user.
    fn may_wait(&self) -> bool {
        false
    }

    /// `Ok(None)` if it has no key, but may keep one.
    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String>;

    fn put(&self, key: &[u8]) -> Result<(), String>;

    /// Gives the key up, if there is one and awsenv made it for sessions alone.
    fn forget(&self);
}

/// In the order in which they are asked.
pub(super) struct Keepers<'a> {
    /// Those that the machine forgets; they never wait.
    pub(super) quick: Vec<Box<dyn Keeper + 'a>>,
    /// They are asked only where none of the quick ones can keep a key.
    pub(super) slow: Vec<Box<dyn Keeper + 'a>>,
}

impl<'a> Keepers<'a> {
    /// Those of the user's machine, for the sessions in the state directory `dir`.
    pub(super) fn of(dir: &Path, env: &'a Env, settings: &'a KeychainSettings, say: &'a dyn Fn(&str)) -> Self {
        // Each directory has a key of its own, because a key is of no use where the files are not.
        let name = hash(dir.as_os_str().as_encoded_bytes());
        let mut quick: Vec<Box<dyn Keeper + 'a>> = vec![Box::new(Kernel::new(&name))];
        for (base, folder) in memories(env) {
            let name = name.clone();
            quick.push(Box::new(Memory { base, folder, name }));
        }
        let keychain = Keychain::new(env, settings, say);
        let slow: Vec<Box<dyn Keeper + 'a>> = match keychain.chosen() {
            Ok((StoreKind::Os, _)) => vec![Box::new(System { keychain, name })],
            Ok((StoreKind::File, _)) => vec![Box::new(KeyFile { keychain })],
            Ok((StoreKind::Kernel, _)) | Err(_) => Vec::new(),
        };
        Self { quick, slow }
    }

    /// Gives the key up wherever it may be.
    pub(super) fn forget(&self) {
        let mut is_possible = false;
        for keeper in self.quick.iter().filter(|keeper| keeper.find().is_ok()) {
            keeper.forget();
            is_possible = true;
        }
        if !is_possible {
            self.slow.iter().for_each(|keeper| keeper.forget());
        }
    }
}

/// A session of the longest day outlives it; so the key lasts while it is used daily.
const UNUSED: Duration = Duration::from_secs(12 * 60 * 60);

/// The user's persistent keyring.
struct Kernel {
    name: String,
}

impl Kernel {
    fn new(name: &str) -> Self {
        let name = format!("awsenv:sessions:{name}");
        Self { name }
    }
}

impl Keeper for Kernel {
    fn described(&self) -> String {
        StoreKind::Kernel.described().to_owned()
    }

    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        kernel::lasts().and_then(|()| kernel::held(&self.name)).map_or_else(
            |error| Err(words(error)),
            |found| {
                // One call to the kernel costs less than knowing whether it is needed.
                if found.is_some() {
                    kernel::renew(&self.name, UNUSED);
                }
                Ok(found)
            },
        )
    }

    fn put(&self, key: &[u8]) -> Result<(), String> {
        kernel::hold(&self.name, key, UNUSED).map_err(words)
    }

    fn forget(&self) {
        kernel::release(&self.name);
    }
}

/// A file in a directory of memory that is this user's alone.
struct Memory {
    /// What must be in memory.
    base: PathBuf,
    folder: PathBuf,
    name: String,
}

/// The directories that may be in memory, each with awsenv's own folder in it.
fn memories(env: &Env) -> Vec<(PathBuf, PathBuf)> {
    let runtime = env.filled("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|dir| dir.is_absolute());
    let own = |dir: PathBuf| (dir.clone(), dir.join("awsenv"));
    runtime.map(own).into_iter().chain(shared_memory()).collect()
}

/// Every user may write there, so the folder has the user's number.
#[cfg(target_os = "linux")]
fn shared_memory() -> Option<(PathBuf, PathBuf)> {
    let base = PathBuf::from("/dev/shm");
    let folder = base.join(format!("awsenv-{}", rustix::process::geteuid().as_raw()));
    Some((base, folder))
}

#[cfg(not(target_os = "linux"))]
fn shared_memory() -> Option<(PathBuf, PathBuf)> {
    None
}

#[cfg(target_os = "linux")]
fn is_in_memory(dir: &Path) -> bool {
    /// statfs(2), `TMPFS_MAGIC`.
    const TMPFS: u64 = 0x0102_1994;
    rustix::fs::statfs(dir).is_ok_and(|found| u64::try_from(found.f_type) == Ok(TMPFS))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &Path) -> bool {
    false
}

impl Memory {
    fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    fn check_base(&self) -> Result<(), String> {
        if !is_in_memory(&self.base) {
            return Err("it is not in memory".to_owned());
        }
        let meta = fs::metadata(&self.base).map_err(|error| error.to_string())?;
        trust::check_dir(&meta).map_err(|_| "other users can change it".to_owned())
    }
}

impl Keeper for Memory {
    fn described(&self) -> String {
        format!("`{}`", self.folder.display())
    }

    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        self.check_base()?;
        let is_ours = |meta: &Metadata| trust::is_own(meta) && trust::mode(meta) & 0o077 == 0;
        let absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        match fs::symlink_metadata(&self.folder) {
            Err(error) if absent(&error) => return Ok(None),
            Ok(meta) if meta.is_dir() && is_ours(&meta) => {}
            Ok(_) => return Err("it is not a directory of this user alone".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
        let path = self.path();
        match fs::symlink_metadata(&path) {
            Ok(meta) if !is_ours(&meta) => return Err("other users can read the key in it".to_owned()),
            _ => {}
        }
        let found = private::read(&path).map_err(|error| error.to_string())?;
        Ok(found.map(Zeroizing::new))
    }

    fn put(&self, key: &[u8]) -> Result<(), String> {
        let put = private::make_dir(&self.folder).and_then(|()| private::replace(&self.path(), key));
        put.map_err(|error| error.to_string())
    }

    fn forget(&self) {
        let _ = private::remove(&self.path());
        // Stays where it has the keys of other directories.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// An item of the system's keychain.
struct System<'a> {
    keychain: Keychain<'a>,
    name: String,
}

/// The key as the system's keychain has it.
struct SessionsKey(Zeroizing<Vec<u8>>);

impl Content for SessionsKey {
    const SERVICE: &'static str = "awsenv:sessions";
    const LABEL: &'static str = "the key of the sessions";

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.0.clone()
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }
}

impl Keeper for System<'_> {
    fn described(&self) -> String {
        StoreKind::Os.described().to_owned()
    }

    fn may_wait(&self) -> bool {
        true
    }

    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        let items = self.keychain.items::<SessionsKey>(StoreKind::Os).map_err(words)?;
        match items.read(&self.name) {
            Ok(SessionsKey(key)) => Ok(Some(key)),
            Err(Error::Missing { .. }) => Ok(None),
            Err(error) => Err(words(error)),
        }
    }

    fn put(&self, key: &[u8]) -> Result<(), String> {
        let key = SessionsKey(Zeroizing::new(key.to_vec()));
        let items = self.keychain.items(StoreKind::Os).map_err(words)?;
        items.write(&self.name, &key).map_err(words)
    }

    fn forget(&self) {
        let items = self.keychain.items::<SessionsKey>(StoreKind::Os);
        let _ = items.map(|items| items.delete(&self.name));
    }
}

/// The key file of the encrypted file store, which machines without anything else have.
struct KeyFile<'a> {
    keychain: Keychain<'a>,
}

impl Keeper for KeyFile<'_> {
    fn described(&self) -> String {
        let path = self.keychain.key_path().unwrap_or_default();
        format!("the key file `{}`", path.display())
    }

    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        let identity = self.keychain.plain_key().map_err(words)?;
        let text = identity.to_string();
        Ok(Some(Zeroizing::new(text.expose_secret().as_bytes().to_vec())))
    }

    fn put(&self, _: &[u8]) -> Result<(), String> {
        Err("only `awsenv key unlock` makes it".to_owned())
    }

    /// It opens the user's own keys.
    fn forget(&self) {}
}

/// Why a keychain cannot keep the key.
fn words(error: Error) -> String {
    match error {
        Error::Absent { why, .. } | Error::Refused { why, .. } => why,
        Error::Damaged { why, .. } => why.to_owned(),
        Error::KeyLost { path, .. } => format!("there is no key file `{}`", path.display()),
        Error::Locked { .. } => "it is locked".to_owned(),
        Error::Missing { .. } => "there is no key in it".to_owned(),
        Error::NoModes { path } => format!("`{}` cannot be private: its file system keeps no modes", path.display()),
        Error::Timeout { after, .. } => format!("it did not answer within {} s", after.as_secs()),
        Error::TooLarge { limit, .. } => format!("it takes no more than {limit} bytes"),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn keeps(keeper: &dyn Keeper) {
        assert_eq!(keeper.find(), Ok(None));
        keeper.put(b"one").unwrap();
        assert_eq!(keeper.find().unwrap().unwrap().as_slice(), b"one");
        keeper.forget();
        assert_eq!(keeper.find(), Ok(None));
        keeper.forget();
    }

    #[test]
    fn the_kernel_keeps_a_key() {
        let kernel = Kernel::new(&format!("test-{}", std::process::id()));
        // Containers may bar it.
        if kernel.find().is_ok() {
            keeps(&kernel);
        }
    }

    /// A folder in memory, if this machine has such a directory.
    fn memory() -> Option<(tempfile::TempDir, Memory)> {
        let dir = tempfile::tempdir_in("/dev/shm").ok()?;
        let base = dir.path().to_owned();
        let folder = base.join("awsenv");
        let name = "name".to_owned();
        is_in_memory(&base).then_some((dir, Memory { base, folder, name }))
    }

    #[test]
    fn a_folder_in_memory_keeps_a_key() {
        let Some((dir, memory)) = memory() else { return };
        keeps(&memory);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        memory.put(b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&memory.folder), mode(&memory.path())), (0o700, 0o600));
    }

    #[test]
    fn what_others_could_have_put_there_is_not_taken() {
        let Some((dir, memory)) = memory() else { return };
        let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        memory.put(b"one").unwrap();
        for (path, mode, words) in [
            (memory.path(), 0o640, "can read the key"),
            (memory.path(), 0o602, "can read the key"),
            (memory.folder.clone(), 0o750, "this user alone"),
            (dir.path().to_owned(), 0o777, "can change it"),
        ] {
            let good = fs::metadata(&path).unwrap().permissions().mode();
            set_mode(&path, mode);
            let refused = memory.find().unwrap_err();
            assert!(refused.contains(words), "{mode:o}: {refused}");
            set_mode(&path, good);
            assert!(memory.find().unwrap().is_some());
        }
        let away = dir.path().join("away");
        fs::rename(&memory.folder, &away).unwrap();
        symlink(&away, &memory.folder).unwrap();
        assert!(memory.find().unwrap_err().contains("not a directory"));
    }

    #[test]
    fn a_disk_is_no_memory() {
        let base = PathBuf::from("/proc/self");
        let folder = base.join("awsenv");
        let name = String::new();
        let refused = Memory { base, folder, name }.find();
        assert_eq!(refused, Err("it is not in memory".to_owned()));
    }

    #[test]
    fn a_keychain_is_asked_last_and_only_the_chosen_one() {
        let home = tempfile::tempdir().unwrap();
        let settings = KeychainSettings::default();
        let slow = |store: &str| {
            let env: Env = [
                ("HOME", home.path().as_os_str()),
                ("AWSENV_KEYCHAIN", OsStr::new(store)),
            ]
            .into_iter()
            .collect();
            let keepers = Keepers::of(home.path(), &env, &settings, &|_| {});
            let described: Vec<String> = keepers.slow.iter().map(|keeper| keeper.described()).collect();
            described.join(", ")
        };
        assert_eq!(slow(""), StoreKind::Os.described());
        assert!(slow("file").starts_with("the key file `"));
        assert_eq!((slow("kernel").as_str(), slow("none").as_str()), ("", ""));
    }

    #[test]
    fn only_a_key_file_without_a_passphrase_opens_sessions() {
        let home = tempfile::tempdir().unwrap();
        let env: Env = [("HOME", home.path())].into_iter().collect();
        let settings = KeychainSettings::default();
        let keychain = || Keychain::new(&env, &settings, &|_| {});
        let file = KeyFile { keychain: keychain() };
        assert!(file.find().unwrap_err().contains("there is no key file"));
        keychain().create_key_file(None).unwrap();
        let key = file.find().unwrap().unwrap();
        assert!(key.starts_with(b"AGE-SECRET-KEY-"));
        file.forget();
        assert_eq!(file.find().unwrap(), Some(key));
        let path = file.keychain.key_path().unwrap();
        fs::write(&path, "age-encryption.org/v1\n").unwrap();
        assert!(file.find().unwrap_err().contains("passphrase"));
    }
}
