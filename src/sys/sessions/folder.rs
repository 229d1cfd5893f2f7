//! The files of sessions: one for each, encrypted, with its end as the time of its last change. Those of one key are in
//! one directory, so that machines and containers with the same HOME leave each other's alone.

use std::ffi::OsStr;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use age::x25519::Identity;

use crate::credentials::Timestamp;
use crate::session::{Key, Session, document};
use crate::sys::fs::{is_older, names_in};
use crate::sys::keychain::key_pair::hash;
use crate::sys::keychain::seal;
use crate::sys::trust::Way;
use crate::sys::{lock, private};

const SESSION: &str = "age";
const LOCK: &str = "lock";

/// How much the clocks of two machines with the same HOME may differ.
const APART: i64 = 24 * 60 * 60;

/// After this long without use, no process waits for a lock.
pub(super) const UNUSED: Duration = Duration::from_secs(24 * 60 * 60);

/// A write takes a moment, so an older unfinished file was left by a kill.
const UNFINISHED: Duration = Duration::from_secs(60 * 60);

/// The sessions of one key.
pub(super) struct Folder {
    identity: Identity,
    root: PathBuf,
    path: PathBuf,
}

impl Folder {
    /// `root` holds the directories of all keys; neither need exist.
    pub(super) fn new(root: &Path, identity: Identity) -> Self {
        let recipient = identity.to_public().to_string();
        let path = root.join(&hash(recipient.as_bytes())[..8]);
        let root = root.to_owned();
        Self { identity, root, path }
    }

    /// Creates the directory.
    ///
    /// # Errors
    /// What the system says; other users could change it.
    pub(super) fn create(&self) -> io::Result<()> {
        private::make_dir(&self.path).map_err(|error| at(&self.path, &error))
    }

    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }

    pub(super) fn lock_path(&self, key: &Key) -> PathBuf {
        self.file(key, LOCK)
    }

    fn file(&self, key: &Key, ending: &str) -> PathBuf {
        self.path.join(format!("{}.{ending}", &key.as_str()[..32]))
    }

    /// A file that is not this session's is of no use, and removed.
    pub(super) fn read(&self, key: &Key) -> Option<Session> {
        let path = self.file(key, SESSION);
        let bytes = private::read(&path).ok()??;
        let session = self.opened(&bytes, |json| document::read(key, json));
        if session.is_none() {
            let _ = private::remove(&path);
        }
        session
    }

    fn opened<T>(&self, bytes: &[u8], read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        read(&seal::open(&self.identity, bytes).ok()?)
    }

    /// Every session that opens.
    pub(super) fn all(&self) -> Vec<(Key, Session)> {
        let paths = with_ending(&self.path, SESSION);
        let read = |path: PathBuf| self.opened(&private::read(&path).ok()??, document::read_any);
        paths.filter_map(read).collect()
    }

    /// The caller has the turn for this key, if there are locks.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn write(&self, key: &Key, session: &Session) -> io::Result<()> {
        let path = self.file(key, SESSION);
        let failed = |error: io::Error| at(&path, &error);
        let plain =
            document::write(key, session).ok_or_else(|| failed(io::Error::other("its time is out of range")))?;
        let sealed = seal::seal(&self.identity.to_public(), &plain).map_err(failed)?;
        let ends = u64::try_from(session.ends().0).unwrap_or_default();
        let times = FileTimes::new().set_modified(UNIX_EPOCH + Duration::from_secs(ends));
        private::replace_checked(&path, &sealed, |new| {
            OpenOptions::new().write(true).open(new)?.set_times(times)
        })
        .map_err(failed)
    }

    /// # Errors
    /// What the system says, unless there is no such session.
    pub(super) fn remove(&self, key: &Key) -> io::Result<()> {
        remove(&self.file(key, SESSION))
    }

    /// Removes what has expired, and what killed or finished processes left. What cannot be removed stays.
    pub(super) fn sweep(&self, now: Timestamp) {
        let _ = sweep(&self.path, now);
        let strict = Timestamp(now.0.saturating_sub(APART));
        for other in folders(&self.root).filter(|path| *path != self.path) {
            let _ = sweep(&other, strict);
            // One with something in it stays.
            let _ = fs::remove_dir(other);
        }
    }
}

/// The directories of all keys.
pub(super) fn folders(root: &Path) -> impl Iterator<Item = PathBuf> {
    let is_hash = |name: &OsStr| name.len() == 8 && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit);
    let names = names_in(root).into_iter().filter(move |name| is_hash(name));
    let is_dir = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    names.map(|name| root.join(name)).filter(is_dir)
}

/// The sessions in a directory, whether or not they can be opened.
pub(super) fn sessions(dir: &Path) -> impl Iterator<Item = PathBuf> {
    with_ending(dir, SESSION)
}

/// Removes the sessions that ended before `now`, and what is left of old ones; returns how many sessions those were.
///
/// # Errors
/// What the system says about one; the others are removed.
pub(super) fn sweep(dir: &Path, now: Timestamp) -> io::Result<usize> {
    let ended = sessions(dir).filter(|path| ends(path).is_some_and(|end| end < now));
    let removed = remove_all(ended);
    let unfinished = with_ending(dir, "new").filter(|path| is_older(path, UNFINISHED));
    unfinished.for_each(|path| drop(fs::remove_file(path)));
    let unused = with_ending(dir, LOCK).filter(|path| is_older(path, UNUSED));
    unused.for_each(|path| lock::remove(&path));
    removed
}

/// Removes every session of a directory, and the locks that no process holds; returns how many sessions those were.
///
/// # Errors
/// As [`sweep`].
pub(super) fn empty(dir: &Path) -> io::Result<usize> {
    let removed = remove_all(sessions(dir));
    with_ending(dir, "new").for_each(|path| drop(fs::remove_file(path)));
    with_ending(dir, LOCK).for_each(|path| lock::remove(&path));
    let _ = fs::remove_dir(dir);
    removed
}

fn remove_all(paths: impl Iterator<Item = PathBuf>) -> io::Result<usize> {
    let (mut count, mut failed) = (0, None);
    for path in paths {
        match remove(&path) {
            Ok(()) => count += 1,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(count), Err)
}

/// Another process may have removed it.
fn remove(path: &Path) -> io::Result<()> {
    match private::remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path, &error)),
        _ => Ok(()),
    }
}

fn ends(path: &Path) -> Option<Timestamp> {
    let modified = fs::symlink_metadata(path).and_then(|meta| meta.modified()).ok()?;
    let seconds = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    i64::try_from(seconds).ok().map(Timestamp)
}

fn with_ending(dir: &Path, ending: &'static str) -> impl Iterator<Item = PathBuf> {
    let names = names_in(dir).into_iter();
    let dir = dir.to_owned();
    names
        .map(move |name| dir.join(name))
        .filter(move |path| path.extension() == Some(ending.as_ref()))
}

/// Creates the directory of all keys, if other users cannot change it or put another one in its place.
///
/// # Errors
/// What the system says, or which directory other users can change.
pub(super) fn create_root(root: &Path) -> io::Result<()> {
    for dir in [root.parent().unwrap_or(root), root] {
        private::make_dir(dir)
            .and_then(|()| private::check_way(dir, Way::Name))
            .map_err(|error| at(dir, &error))?;
    }
    Ok(())
}

/// Checks that files can be put into a directory, or that it can be made. Changes nothing.
///
/// # Errors
/// What the system says of which directory.
pub(super) fn check_change(dir: &Path) -> io::Result<()> {
    let mut way = dir.ancestors();
    let Some(there) = way.find(|path| fs::symlink_metadata(path).is_ok()) else {
        return Ok(());
    };
    let changed = match there.is_dir() {
        true => try_change(there),
        false => Err(io::ErrorKind::NotADirectory.into()),
    };
    changed.map_err(|error| at(there, &error))
}

#[cfg(unix)]
fn try_change(dir: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    Ok(rustix::fs::access(dir, Access::EXEC_OK | Access::WRITE_OK)?)
}

/// Access lists say more than can be asked for there.
#[cfg(not(unix))]
fn try_change(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Held while the key is made or given up.
///
/// # Errors
/// What the system says.
pub(super) fn lock_key(root: &Path) -> io::Result<File> {
    let path = root.join("lock");
    private::lock(&path, Duration::from_secs(5)).map_err(|error| at(&path, &error))
}

pub(super) fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}
