//! The lock of something that one process gets for all that want it: one has it, and the others wait. The kernel frees it
//! when its process dies.
//!
//! The file says which process holds it, and when one was last ended by its user.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::provider::{NoTurn, Turn};
use crate::sys::signals::{self, Leaving};
use crate::sys::terminal::Terminal;
use crate::sys::wait::{self, NoAnswer};
use crate::sys::{clock, private};

/// What the file says.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
struct Mark {
    /// The process that holds the lock, or held it last; 0 if it has said that it lets go.
    pid: u32,
    /// In microseconds since 1970: when the user of a process that held it did not want to go on.
    cancelled: Option<u64>,
}

/// In bytes. Each mark is as long, so that one write replaces the one before.
const LENGTH: usize = 80;

/// The lock, until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    file: File,
    /// Whether the process before has not said that it lets go.
    is_left: bool,
    /// Dropped before the lock is let go.
    leaving: Option<Leaving>,
}

impl Held {
    /// Whether the process that held the lock before was killed. Only where all that hold it say that they let go.
    pub(super) fn is_left(&self) -> bool {
        self.is_left
    }

    /// Says that what the lock is for is as it was before.
    pub(super) fn let_go(&self) {
        let mark = read(&self.file).unwrap_or_default();
        let _ = write(&self.file, &Mark { pid: 0, ..mark });
    }
}

impl Turn for Held {
    fn cancel(&self) {
        cancel(&self.file);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.leaving = None;
        // What is to happen on leaving has the file open too.
        let _ = self.file.unlock();
    }
}

/// The turn where there are no locks.
struct Alone;

impl Turn for Alone {}

/// Why there is no lock.
#[derive(Debug, PartialEq, Eq)]
enum NoLock {
    Turn(NoTurn),
    /// The system has none here.
    Nowhere,
}

/// The turn where there is no file for a lock.
pub(super) fn alone() -> Box<dyn Turn> {
    Box::new(Alone)
}

/// Waits for the lock at `path` for at most `limit`, or, with a person at the terminal, for ever; `say` tells the user
/// what for. Where there can be no lock, each process goes on alone.
///
/// # Errors
/// The time is up, or another process's user has cancelled what this one waited for.
pub(super) fn turn(path: &Path, limit: Option<Duration>, say: &dyn Fn(&str)) -> Result<Box<dyn Turn>, NoTurn> {
    let held = held(path, limit, say)?;
    Ok(held.map_or_else(alone, |held| Box::new(held)))
}

/// As [`turn`]; `None` where there can be no lock.
///
/// # Errors
/// As [`turn`].
pub(super) fn held(path: &Path, limit: Option<Duration>, say: &dyn Fn(&str)) -> Result<Option<Held>, NoTurn> {
    match take(path, limit, say) {
        Ok(held) => Ok(Some(held)),
        Err(NoLock::Turn(why)) => Err(why),
        Err(NoLock::Nowhere) => Ok(None),
    }
}

fn take(path: &Path, limit: Option<Duration>, say: &dyn Fn(&str)) -> Result<Held, NoLock> {
    let until = limit.map(|limit| Instant::now() + limit);
    for _ in 0..TRIES {
        let file = open(path)?;
        let before = read(&file);
        let file = match file.try_lock() {
            Ok(()) => file,
            Err(TryLockError::WouldBlock) => wait(file, path, until, say)?,
            Err(TryLockError::Error(_)) => return Err(NoLock::Nowhere),
        };
        // A file that was removed while this process waited is no longer what others lock.
        if !is_at(&file, path) {
            continue;
        }
        let now = read(&file).unwrap_or_default();
        if before.is_some_and(|before| is_cancelled(&before, &now)) {
            return Err(NoLock::Turn(NoTurn::Cancelled));
        }
        return hold(file, now).map_err(|_| NoLock::Nowhere);
    }
    Err(NoLock::Nowhere)
}

/// How long a process without a terminal waits, such as a job of the night: nobody sees what it waits for, and another
/// user's question may be open for days.
const UNSEEN: Duration = Duration::from_secs(55);

/// How often the file of a lock may be removed while this process waits. More often means that the file system gives the
/// same file several numbers.
const TRIES: u32 = 10;

/// Whether a user has ended a process that held the lock since the first mark was read.
fn is_cancelled(before: &Mark, now: &Mark) -> bool {
    now.cancelled.is_some() && now.cancelled != before.cancelled
}

fn open(path: &Path) -> Result<File, NoLock> {
    let mut options = OpenOptions::new();
    private::open_private(options.read(true).write(true).create(true), path).map_err(|_| NoLock::Nowhere)
}

fn wait(file: File, path: &Path, until: Option<Instant>, say: &dyn Fn(&str)) -> Result<File, NoLock> {
    let start = Instant::now();
    let limit = until.map(|until| until.saturating_duration_since(start));
    let limit = limit.unwrap_or_else(|| patience(Terminal::open().is_ok()));
    let awaited = || match holder(path) {
        Some(pid) => say(&format!("waiting for another awsenv (pid {pid})")),
        None => say("waiting for another awsenv"),
    };
    let locked = wait::within(limit, awaited, move || file.lock().map(|()| file));
    match locked {
        Ok(locked) => locked.map_err(|_| NoLock::Nowhere),
        Err(NoAnswer::Late) => Err(NoLock::Turn(NoTurn::Late(start.elapsed().as_secs()))),
        // No thread can wait for it.
        Err(NoAnswer::Gone) => Err(NoLock::Nowhere),
    }
}

fn patience(is_seen: bool) -> Duration {
    if is_seen { Duration::MAX } else { UNSEEN }
}

/// The process that holds the lock at `path`, or held it last and has not said that it lets go.
pub(super) fn holder(path: &Path) -> Option<u32> {
    let file = File::open(path).ok()?;
    read(&file).map(|mark| mark.pid).filter(|pid| *pid > 0)
}

/// Says whose the lock is; if its user ends the process, those who wait learn of that.
fn hold(file: File, mark: Mark) -> io::Result<Held> {
    let pid = std::process::id();
    let is_left = mark.pid > 0;
    let mark = Mark { pid, ..mark };
    write(&file, &mark)?;
    let twin = file.try_clone()?;
    let leaving = Some(signals::at_leave(move || cancel(&twin)));
    Ok(Held { file, is_left, leaving })
}

/// Notes in the file of a lock that this process holds that its user does not want to go on.
fn cancel(file: &File) {
    let cancelled = Some(clock::micros());
    let pid = std::process::id();
    let _ = write(file, &Mark { pid, cancelled });
}

/// `None` if it cannot be read, as on Windows while another process holds the lock; an empty file has no mark yet.
fn read(mut file: &File) -> Option<Mark> {
    let mut text = String::with_capacity(LENGTH + 1);
    file.rewind().ok()?;
    file.take(LENGTH as u64).read_to_string(&mut text).ok()?;
    match text.trim() {
        "" => Some(Mark::default()),
        text => serde_json::from_str(text).ok(),
    }
}

fn write(mut file: &File, mark: &Mark) -> io::Result<()> {
    let mark = serde_json::to_string(mark).map_err(io::Error::other)?;
    file.rewind()?;
    file.write_all(format!("{mark:<width$}\n", width = LENGTH - 1).as_bytes())
}

/// Removes the file of a lock that no process holds. One that waits for it meanwhile notices, and takes the next one.
pub(super) fn remove(path: &PathBuf) {
    let mut options = OpenOptions::new();
    let Ok(file) = private::open(options.read(true).write(true), path) else {
        return;
    };
    if CAN_TELL && file.try_lock().is_ok() && is_at(&file, path) {
        let _ = fs::remove_file(path);
    }
}

/// Whether the system tells that the file of a name is another one than before.
const CAN_TELL: bool = cfg!(unix);

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |meta: fs::Metadata| (meta.dev(), meta.ino());
    let (here, there) = (file.metadata().map(id), fs::symlink_metadata(path).map(id));
    matches!((here, there), (Ok(here), Ok(there)) if here == there)
}

/// No lock is removed there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_seen_waits_for_ever() {
        assert_eq!(patience(true), Duration::MAX);
        assert!(
            patience(false) < Duration::from_secs(60),
            "as long as an SDK waits for a program"
        );
    }
}
