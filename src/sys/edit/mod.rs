//! Replacing an AWS file: completely or not at all, by one awsenv at a time, and only if it is still as it was read.
//!
//! The new text goes into a file beside the old one, which then takes its place and its mode, by an exchange where the
//! system has one: what another program writes at the last moment comes out of it. A link stays a link, and its target is
//! replaced. A file that other users could have written to is left alone.

mod access;
mod beside;
mod error;
pub mod journal;
mod lock;
mod swap;
mod through;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::fs::{behind_links, parent, read_regular, state_dir};
use super::modes;
use super::private;
use super::trust::Way;
use crate::env::Env;
use beside::Beside;
use lock::Handover;

pub use super::obstacle::UNFIX;
pub use error::FileError;

/// How long to wait for another edit; each takes only a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// Held while files are read, edited and written. One lock covers all AWS files of a user.
#[derive(Debug)]
pub struct EditLock {
    file: File,
    /// Those that are not at their end: at most one is under way, and others left a file that could not be removed.
    handovers: RefCell<Vec<Handover>>,
}

impl EditLock {
    /// Also removes what a killed run left.
    ///
    /// # Errors
    /// [`FileError::Busy`], or there is no place for the lock.
    pub fn take(env: &Env) -> Result<Self, FileError> {
        Self::take_within(env, PATIENCE)
    }

    /// Removes what a killed run left, if no other run is at work.
    pub fn tidy(env: &Env) {
        if path(env).is_some_and(|path| path.exists()) {
            drop(Self::take_within(env, Duration::ZERO));
        }
    }

    fn take_within(env: &Env, patience: Duration) -> Result<Self, FileError> {
        let path = path(env).ok_or(FileError::NoState)?;
        let dir = parent(&path);
        check_state_dir(dir)?;
        if let Err(error) = private::make_dir(dir) {
            check_free(&path)?;
            return Err(FileError::making(dir)(error));
        }
        match private::lock(&path, patience) {
            Ok(file) => {
                let Some(entry) = lock::read(&file) else {
                    let error = io::Error::other("it contains something that awsenv did not write: move it away");
                    return Err(FileError::system(&path, "lock")(error));
                };
                entry.handovers.iter().for_each(Handover::clear);
                let lock = Self {
                    file,
                    handovers: RefCell::default(),
                };
                // The process id is only for the message of a waiting run.
                let _ = lock.say();
                journal::remove_stale(env);
                Ok(lock)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(FileError::Busy {
                by: holder(&path),
                after: patience,
            }),
            Err(error) => {
                check_free(&path)?;
                Err(FileError::system(&path, "lock")(error))
            }
        }
    }

    /// Makes the next run finish the handover if this one is killed, or leaves a file that it cannot remove.
    fn during(
        &self,
        handover: &Handover,
        act: impl FnOnce() -> io::Result<Option<Option<PathBuf>>>,
    ) -> io::Result<Option<Option<PathBuf>>> {
        self.handovers.borrow_mut().push(handover.clone());
        let done = self.say().and_then(|()| act());
        if !matches!(done, Ok(Some(Some(_)))) {
            self.handovers.borrow_mut().pop();
            let _ = self.say();
        }
        done
    }

    fn say(&self) -> io::Result<()> {
        lock::write(&self.file, &self.handovers.borrow())
    }
}

fn path(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/edit.lock"))
}

fn check_state_dir(dir: &Path) -> Result<(), FileError> {
    access::check_dir(dir, Way::Name).map_err(|error| match error {
        FileError::Foreign(dir) => FileError::ForeignState(dir),
        error => error,
    })
}

/// Checks the state directory, and the locks of edits and of the keychain in it. They need not exist.
///
/// # Errors
/// What an edit or a new key would be refused for.
pub fn check_state(env: &Env) -> Result<(), FileError> {
    let Some(path) = path(env) else { return Ok(()) };
    let dir = parent(&path);
    check_state_dir(dir)?;
    check_free(&path)?;
    for name in ["edit.lock", "keychain.lock"] {
        let path = dir.join(name);
        match private::open(File::options().read(true), &path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(FileError::system(&path, "use")(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Nothing keeps a new file from taking this place, as far as the system tells before anything is written.
///
/// # Errors
/// What is in the way.
pub fn check_free(path: &Path) -> Result<(), FileError> {
    let target = behind_links(path).map_err(FileError::system(path, "follow"))?;
    access::check_replaceable(&target)?;
    access::check_open(parent(&target))
}

/// The process id in the lock.
fn holder(path: &Path) -> Option<u32> {
    lock::read(&File::open(path).ok()?)?.process
}

/// What a file lacks that has been written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Why a power cut may bring the old file back.
    pub unsynced: Option<String>,
    /// The old file, which could not be removed.
    pub left: Option<PathBuf>,
    /// Whether the file could not be replaced, so it was overwritten.
    pub in_place: bool,
}

/// Whether a file that cannot be replaced may be overwritten instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InPlace {
    Allowed,
    #[default]
    Refused,
}

/// Replaces the content `was` of the file at `path` with `now`; `None` means that the file did not exist. A new file or
/// directory is private to this user; an existing file keeps its mode.
///
/// # Errors
/// The file has changed since it was read, other users can write to it, or what the system says. It is unchanged then.
pub fn save(
    lock: &EditLock,
    path: &Path,
    was: Option<&[u8]>,
    now: &[u8],
    in_place: InPlace,
) -> Result<Written, FileError> {
    let target = check(path, was)?;
    if was == Some(now) {
        return Ok(Written::default());
    }
    let dir = parent(&target);
    if !dir.is_dir() {
        check_way(path, &target)?;
        private::make_dir(dir).map_err(FileError::making(dir))?;
    }
    beside::remove_stale(&target);
    let changed = || FileError::Changed(path.to_owned());
    let replaced = access::check_replaceable(&target)
        .and_then(|()| Beside::write(&target, now).map_err(FileError::beside(&target)))
        .and_then(|beside| {
            // One last look, because the lock does not keep other programs out.
            if !says(&target, was)? {
                return Err(changed());
            }
            let taken = beside.take_place_of(lock, &target, was, now);
            taken.map_err(FileError::replacing(&target))?.ok_or_else(changed)
        });
    match (replaced, was) {
        (Err(error), Some(was)) if in_place == InPlace::Allowed && error.leaves_the_file_writable() => {
            let is_written = through::write(&target, was, now).map_err(FileError::system(&target, "write into"))?;
            is_written.then_some(()).ok_or_else(changed)?;
            Ok(Written {
                in_place: true,
                ..Written::default()
            })
        }
        (replaced, _) => replaced,
    }
}

/// Checks that [`save`] can write the file, as far as that can be told without writing it. Takes no lock, so the
/// content does not matter: another awsenv may be writing it.
///
/// # Errors
/// As [`save`].
pub fn check_writable(path: &Path, in_place: InPlace) -> Result<(), FileError> {
    let target = examine(path)?;
    if !parent(&target).is_dir() {
        return check_way(path, &target);
    }
    let replaceable = access::check_replaceable(&target).and_then(|()| {
        Beside::write(&target, b"")
            .map(drop)
            .map_err(FileError::beside(&target))
    });
    match replaceable {
        Err(error) if in_place == InPlace::Allowed && error.leaves_the_file_writable() && target.exists() => {
            through::open(&target)
                .map(drop)
                .map_err(FileError::system(&target, "write into"))
        }
        replaceable => replaceable,
    }
}

/// Checks that the directories which the file lacks can be made; those that a link leads to are the user's to make.
fn check_way(path: &Path, target: &Path) -> Result<(), FileError> {
    if target != path {
        let error = io::Error::other("the link leads to a directory that does not exist");
        return Err(FileError::system(path, "write")(error));
    }
    match target.ancestors().skip(1).find(|dir| dir.is_dir()) {
        Some(dir) => access::check_usable(dir),
        None => Ok(()),
    }
}

/// Removes the file at `path` if its content is still `was`.
///
/// # Errors
/// As [`save`].
pub fn remove(lock: &EditLock, path: &Path, was: &[u8]) -> Result<Written, FileError> {
    let target = check(path, Some(was))?;
    access::check_replaceable(&target)?;
    let removed = beside::remove(lock, &target, was).map_err(FileError::system(&target, "remove"))?;
    removed.ok_or_else(|| FileError::Changed(path.to_owned()))
}

/// Whether the file system of the file at `path` keeps modes, so that `chmod` has an effect.
pub fn keeps_modes(path: &Path) -> bool {
    behind_links(path).map_or(true, |target| private::keeps_modes(parent(&target)))
}

/// Removes other users' rights to a file that is about to hold secrets; does nothing if the file does not exist.
///
/// # Errors
/// What the system says; the file system keeps no modes.
pub fn keep_private(path: &Path) -> Result<(), FileError> {
    match access::narrow(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if modes::is_no_modes(&error) => Err(FileError::NoModes(path.to_owned())),
        Err(error) => Err(FileError::system(path, "change the mode of")(error)),
        Ok(()) => Ok(()),
    }
}

/// As [`examine`], and checks that the target's content is `was`.
fn check(path: &Path, was: Option<&[u8]>) -> Result<PathBuf, FileError> {
    let target = examine(path)?;
    if says(&target, was)? {
        Ok(target)
    } else {
        Err(FileError::Changed(path.to_owned()))
    }
}

/// Follows links, and checks that the target may be written.
fn examine(path: &Path) -> Result<PathBuf, FileError> {
    access::check_usable(parent(path))?;
    let target = behind_links(path).map_err(FileError::system(path, "follow"))?;
    access::check_dir(parent(path), Way::Name)?;
    let way = if path.is_symlink() { Way::Link } else { Way::Name };
    access::check_dir(parent(&target), way)?;
    match fs::symlink_metadata(&target) {
        Ok(meta) if meta.is_file() => access::check_file(&target, &meta)?,
        Ok(_) => return Err(FileError::NotRegular(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::system(path, "read")(error)),
    }
    Ok(target)
}

fn says(target: &Path, was: Option<&[u8]>) -> Result<bool, FileError> {
    let bytes = read_regular(target).map_err(FileError::system(target, "read"))?;
    let bytes = bytes.map(Zeroizing::new);
    let is_there = fs::symlink_metadata(target).is_ok();
    Ok(match (&bytes, was) {
        (Some(bytes), Some(was)) => ***bytes == *was,
        (None, None) => !is_there,
        _ => false,
    })
}

/// Whether two paths lead to the same file; it need not exist.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let target = |path| behind_links(path).ok();
    one == other || target(one).is_some_and(|found| target(other) == Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::fs::names_in;

    struct Dir {
        dir: tempfile::TempDir,
        lock: EditLock,
    }

    impl Dir {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let env = Env::from_iter([("XDG_STATE_HOME", dir.path().join("state").to_str().unwrap())]);
            let lock = EditLock::take(&env).unwrap();
            Self { dir, lock }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        fn save(&self, name: &str, was: Option<&str>, now: &str) -> Result<(), FileError> {
            let was = was.map(str::as_bytes);
            save(&self.lock, &self.path(name), was, now.as_bytes(), InPlace::Refused).map(drop)
        }

        fn says(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).unwrap()
        }
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_file_is_made_replaced_and_removed() {
        let dir = Dir::new();
        dir.save("aws/config", None, "one").unwrap();
        dir.save("aws/config", Some("one"), "two").unwrap();
        assert_eq!(dir.says("aws/config"), "two");
        assert_eq!(names_in(&dir.path("aws")), ["config"]);
        let changed = FileError::Changed(dir.path("aws/config"));
        assert_eq!(dir.save("aws/config", Some("one"), "three"), Err(changed.clone()));
        assert_eq!(dir.save("aws/config", None, "three"), Err(changed.clone()));
        assert_eq!(
            dir.save("none", Some("one"), "three"),
            Err(FileError::Changed(dir.path("none")))
        );
        assert_eq!(dir.says("aws/config"), "two");
        assert_eq!(remove(&dir.lock, &dir.path("aws/config"), b"one"), Err(changed));
        remove(&dir.lock, &dir.path("aws/config"), b"two").unwrap();
        assert!(names_in(&dir.path("aws")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn modes_stay_and_new_files_are_private() {
        let dir = Dir::new();
        dir.save("aws/config", None, "one").unwrap();
        assert_eq!((mode(&dir.path("aws")), mode(&dir.path("aws/config"))), (0o700, 0o600));
        for wanted in [0o640, 0o644, 0o600, 0o700] {
            set_mode(&dir.path("aws/config"), wanted);
            let was = dir.says("aws/config");
            dir.save("aws/config", Some(&was), &format!("{wanted:o}")).unwrap();
            assert_eq!(mode(&dir.path("aws/config")), wanted);
        }
        set_mode(&dir.path("aws"), 0o755);
        dir.save("aws/credentials", None, "x").unwrap();
        assert_eq!(
            (mode(&dir.path("aws")), mode(&dir.path("aws/credentials"))),
            (0o755, 0o600)
        );
        set_mode(&dir.path("aws/config"), 0o644);
        keep_private(&dir.path("aws/config")).unwrap();
        keep_private(&dir.path("aws/none")).unwrap();
        assert_eq!(mode(&dir.path("aws/config")), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_can_write_is_left_alone() {
        let dir = Dir::new();
        dir.save("aws/config", None, "one").unwrap();
        let file = dir.path("aws/config");
        set_mode(&file, 0o602);
        assert_eq!(
            dir.save("aws/config", Some("one"), "two"),
            Err(FileError::Shared(file.clone()))
        );
        set_mode(&file, 0o400);
        assert_eq!(
            dir.save("aws/config", Some("one"), "two"),
            Err(FileError::ReadOnly(file.clone()))
        );
        set_mode(&file, 0o600);
        set_mode(&dir.path("aws"), 0o703);
        assert_eq!(
            dir.save("aws/config", Some("one"), "two"),
            Err(FileError::Shared(dir.path("aws")))
        );
        assert_eq!(
            dir.save("aws/new", None, "two"),
            Err(FileError::Shared(dir.path("aws")))
        );
        set_mode(&dir.path("aws"), 0o1777);
        dir.save("aws/config", Some("one"), "two").unwrap();
        if !rustix::process::geteuid().is_root() {
            return;
        }
        set_mode(&dir.path("aws"), 0o700);
        set_mode(&file, 0o660);
        assert_eq!(
            dir.save("aws/config", Some("two"), "three"),
            Err(FileError::Shared(file.clone()))
        );
        set_mode(&file, 0o600);
        std::os::unix::fs::chown(&file, Some(12345), None).unwrap();
        assert_eq!(
            dir.save("aws/config", Some("two"), "three"),
            Err(FileError::Foreign(file.clone()))
        );
        std::os::unix::fs::chown(&file, Some(0), Some(12345)).unwrap();
        set_mode(&file, 0o640);
        dir.save("aws/config", Some("two"), "three").unwrap();
        let meta = fs::metadata(&file).unwrap();
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!((meta.gid(), meta.mode() & 0o777), (12345, 0o640), "the group stays");
        std::os::unix::fs::chown(dir.path("aws"), Some(12345), None).unwrap();
        assert_eq!(
            dir.save("aws/new", None, "two"),
            Err(FileError::Foreign(dir.path("aws")))
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links() {
        use std::os::unix::fs::symlink;
        let dir = Dir::new();
        dir.save("real/config", None, "one").unwrap();
        fs::create_dir(dir.path("aws")).unwrap();
        set_mode(&dir.path("aws"), 0o700);
        symlink("../real/config", dir.path("aws/inner")).unwrap();
        symlink("inner", dir.path("aws/config")).unwrap();
        dir.save("aws/config", Some("one"), "two").unwrap();
        assert_eq!(
            (dir.says("real/config"), fs::read_link(dir.path("aws/config")).unwrap()),
            ("two".into(), "inner".into())
        );
        symlink("../real/new", dir.path("aws/credentials")).unwrap();
        dir.save("aws/credentials", None, "new").unwrap();
        assert_eq!(
            (dir.says("real/new"), mode(&dir.path("real/new"))),
            ("new".into(), 0o600)
        );
        symlink("../nowhere/new", dir.path("aws/lost")).unwrap();
        assert!(matches!(
            dir.save("aws/lost", None, "new"),
            Err(FileError::System { .. })
        ));
        assert!(!dir.path("nowhere").exists());
        symlink("circle", dir.path("aws/circle")).unwrap();
        assert!(dir.save("aws/circle", None, "new").is_err());
        assert_eq!(
            dir.save("real", None, "new"),
            Err(FileError::NotRegular(dir.path("real")))
        );
        set_mode(&dir.path("real"), 0o707);
        assert!(matches!(
            dir.save("aws/config", Some("two"), "x"),
            Err(FileError::Shared(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_written_stays() {
        let dir = Dir::new();
        std::os::unix::fs::symlink("/dev/full", dir.path("full")).unwrap();
        assert_eq!(
            dir.save("full", None, "x"),
            Err(FileError::NotRegular(dir.path("full")))
        );
        let below_file = dir.path("file/config");
        fs::write(dir.path("file"), "").unwrap();
        assert!(matches!(
            save(&dir.lock, &below_file, None, b"x", InPlace::Refused),
            Err(FileError::System { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn what_another_program_writes_at_the_last_moment_stays() {
        let dir = Dir::new();
        dir.save("config", None, "theirs").unwrap();
        let path = dir.path("config");
        // After the last look: the text is not what was read, or the file is gone, or has come.
        let taken = |was: Option<&str>| {
            let beside = Beside::write(&path, b"ours").unwrap();
            beside
                .take_place_of(&dir.lock, &path, was.map(str::as_bytes), b"ours")
                .unwrap()
        };
        for was in [Some("read"), None] {
            assert_eq!(taken(was), None, "{was:?}");
            assert_eq!(
                (dir.says("config").as_str(), names_in(dir.dir.path()).len()),
                ("theirs", 2)
            );
        }
        assert_eq!(beside::remove(&dir.lock, &path, b"read").unwrap(), None);
        assert_eq!(
            (dir.says("config").as_str(), names_in(dir.dir.path()).len()),
            ("theirs", 2)
        );
        fs::remove_file(&path).unwrap();
        assert_eq!(taken(Some("read")), None);
        let elsewhere = dir.path("state/elsewhere");
        fs::write(&elsewhere, "read").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(taken(Some("read")), None);
        assert_eq!(fs::read_link(&path).unwrap(), elsewhere);
        fs::remove_file(&path).unwrap();
        dir.save("config", None, "read").unwrap();
        assert_eq!(taken(Some("read")), Some(Written::default()));
        assert_eq!(
            (dir.says("config").as_str(), names_in(dir.dir.path()).len()),
            ("ours", 2)
        );
        let lock = fs::read(dir.path("state/awsenv/edit.lock")).unwrap();
        assert_eq!(
            lock,
            std::process::id().to_string().as_bytes(),
            "nothing is left to finish"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_handover_that_was_killed_is_finished_by_the_next_run() {
        let dir = Dir::new();
        dir.save("config", None, "now").unwrap();
        let (path, beside) = (dir.path("config"), dir.path(".config.awsenv-1"));
        let env = Env::from_iter([("XDG_STATE_HOME", dir.path("state").to_str().unwrap())]);
        let state = dir.path("state/awsenv/edit.lock");
        drop(dir.lock);
        for (left, then) in [("was", "now"), ("theirs", "theirs")] {
            fs::write(&path, "now").unwrap();
            fs::write(&beside, left).unwrap();
            let file = File::options().write(true).open(&state).unwrap();
            lock::write(&file, &[Handover::new(&path, &beside, b"was", b"now")]).unwrap();
            drop(file);
            EditLock::tidy(&env);
            assert_eq!(
                (fs::read_to_string(&path).unwrap().as_str(), beside.exists()),
                (then, false)
            );
        }
    }

    #[test]
    fn what_a_killed_run_left_is_removed() {
        let dir = Dir::new();
        dir.save("aws/config", None, "one").unwrap();
        for name in [".config.awsenv-4294967295", ".config.awsenv-1"] {
            fs::write(dir.path("aws").join(name), "stale").unwrap();
        }
        let others = [
            ".config.awsenv-",
            ".config.awsenv-1x",
            ".credentials.awsenv-1",
            "config.awsenv-1",
        ];
        for name in others {
            fs::write(dir.path("aws").join(name), "not ours").unwrap();
        }
        let busy = File::create(dir.path("aws/.config.awsenv-2")).unwrap();
        busy.try_lock().unwrap();
        dir.save("aws/config", Some("one"), "two").unwrap();
        let mut left = names_in(&dir.path("aws"));
        left.sort();
        let mut expected: Vec<std::ffi::OsString> = others.map(Into::into).into();
        expected.extend(["config".into(), ".config.awsenv-2".into()]);
        expected.sort();
        assert_eq!(left, expected);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_access_list_stays() {
        // user::rw- user:12345:r-- group::--- mask::r-- other::---
        let entry = |tag: u16, perm: u16, id: u32| {
            [
                tag.to_le_bytes().to_vec(),
                perm.to_le_bytes().to_vec(),
                id.to_le_bytes().to_vec(),
            ]
            .concat()
        };
        let none = u32::MAX;
        let list = [
            2u32.to_le_bytes().to_vec(),
            entry(1, 6, none),
            entry(2, 4, 12345),
            entry(4, 0, none),
            entry(16, 4, none),
            entry(32, 0, none),
        ]
        .concat();
        let dir = Dir::new();
        dir.save("config", None, "one").unwrap();
        let name = "system.posix_acl_access";
        if rustix::fs::setxattr(dir.path("config"), name, &list, rustix::fs::XattrFlags::empty()).is_err() {
            return;
        }
        dir.save("config", Some("one"), "two").unwrap();
        let mut found = [0; 256];
        let length = rustix::fs::getxattr(dir.path("config"), name, &mut found).unwrap();
        assert_eq!(found[..length], list[..]);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_never_costs_anyone_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let env = Env::from_iter([("XDG_STATE_HOME", dir.path().to_str().unwrap())]);
        drop(EditLock::take(&env).unwrap());
        let (lock, mine) = (dir.path().join("awsenv/edit.lock"), dir.path().join("mine"));
        for way in ["link", "hard link", "the file itself"] {
            fs::write(&mine, "precious").unwrap();
            fs::remove_file(&lock).unwrap();
            match way {
                "link" => std::os::unix::fs::symlink(&mine, &lock),
                "hard link" => fs::hard_link(&mine, &lock),
                _ => fs::copy(&mine, &lock).map(drop),
            }
            .unwrap();
            let refused = EditLock::take(&env).unwrap_err();
            assert!(
                matches!(refused, FileError::System { what: "lock", .. }),
                "{way}: {refused:?}"
            );
            assert_eq!(fs::read_to_string(&lock).unwrap(), "precious", "{way}");
        }
        fs::remove_file(&lock).unwrap();
        set_mode(&dir.path().join("awsenv"), 0o702);
        assert_eq!(
            EditLock::take(&env).unwrap_err(),
            FileError::Shared(dir.path().join("awsenv"))
        );
        assert_eq!(check_state(&env), Err(FileError::Shared(dir.path().join("awsenv"))));
        if rustix::process::geteuid().is_root() {
            set_mode(&dir.path().join("awsenv"), 0o700);
            std::os::unix::fs::chown(dir.path().join("awsenv"), Some(12345), None).unwrap();
            let foreign = FileError::ForeignState(dir.path().join("awsenv"));
            assert_eq!(EditLock::take(&env).unwrap_err(), foreign);
            assert_eq!(check_state(&env), Err(foreign));
        }
    }

    #[test]
    fn one_edits_at_a_time_and_who_waits_learns_for_whom() {
        let dir = tempfile::tempdir().unwrap();
        let env = Env::from_iter([("XDG_STATE_HOME", dir.path().to_str().unwrap())]);
        let lock = EditLock::take(&env).unwrap();
        assert_eq!(
            EditLock::take(&env).unwrap_err(),
            FileError::Busy {
                by: Some(std::process::id()),
                after: Duration::from_secs(5),
            }
        );
        drop(lock);
        EditLock::take(&env).unwrap();
        assert_eq!(EditLock::take(&Env::default()).unwrap_err(), FileError::NoState);
    }
}
