//! Writing an AWS file anew: whole or not at all, by one awsenv at a time, and only over what was read.
//!
//! The new text goes into a file beside the old one, which then takes its place and its mode. A link stays a link, and
//! what it leads to is replaced. A file that others could have written to is left alone.

mod access;
mod beside;
pub mod journal;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::fs::{read_regular, state_dir};
use super::private;
use crate::env::Env;
use beside::Beside;

/// Why a file was not written. It is as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Another awsenv edits files and does not come to an end.
    Busy {
        /// Its process, if it said so.
        by: Option<u32>,
    },
    /// The file is no longer what was read.
    Changed(PathBuf),
    /// It, or its directory, belongs to another user.
    Foreign(PathBuf),
    /// There is no directory for awsenv's state, where the lock would be.
    NoState,
    /// Something else stands there: a directory, a device.
    NotRegular(PathBuf),
    /// Its owner may not write it.
    ReadOnly(PathBuf),
    /// Others may write to it, or put another one in its place.
    Shared(PathBuf),
    /// What the system says.
    System {
        /// The file.
        path: PathBuf,
        /// What was tried, as in "cannot write".
        what: &'static str,
        /// Its words.
        why: String,
    },
}

impl FileError {
    fn system(path: &Path, what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::System {
            path: path.to_owned(),
            what,
            why: error.to_string(),
        }
    }
}

/// Held while files are read, edited and written. There is one for all AWS files of a user.
#[derive(Debug)]
pub struct EditLock {
    _file: File,
}

impl EditLock {
    /// Waits for those before us, but not for ever.
    ///
    /// # Errors
    /// [`FileError::Busy`], or there is no place for the lock.
    pub fn take(env: &Env) -> Result<Self, FileError> {
        let path = state_dir(env).ok_or(FileError::NoState)?.join("awsenv/edit.lock");
        private::make_dir(parent(&path)).map_err(FileError::system(parent(&path), "make"))?;
        match private::lock(&path) {
            Ok(mut file) => {
                // Who waits wants to know for whom; that it cannot be said is no reason to stop.
                let _ = file
                    .set_len(0)
                    .and_then(|()| file.rewind())
                    .and_then(|()| write!(file, "{}", std::process::id()));
                Ok(Self { _file: file })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(FileError::Busy { by: holder(&path) }),
            Err(error) => Err(FileError::system(&path, "lock")(error)),
        }
    }
}

/// The process that wrote its number into the lock.
fn holder(path: &Path) -> Option<u32> {
    let mut text = String::new();
    File::open(path).ok()?.take(32).read_to_string(&mut text).ok()?;
    text.parse().ok()
}

/// Replaces the file at `path`, which said `was` (`None`: was not there), by one that says `now`. A new file and a new
/// directory are for this user alone; an old file keeps its mode.
///
/// # Errors
/// The file is not what was read, or others can write to it; or what the system says. It is as it was then.
pub fn save(_lock: &EditLock, path: &Path, was: Option<&[u8]>, now: &[u8]) -> Result<(), FileError> {
    let target = check(path, was)?;
    if was == Some(now) {
        return Ok(());
    }
    let dir = parent(&target);
    if !dir.is_dir() {
        if target != path {
            let error = io::Error::other("the link leads to a directory that is not there");
            return Err(FileError::system(path, "write")(error));
        }
        private::make_dir(dir).map_err(FileError::system(dir, "make"))?;
    }
    beside::remove_stale(&target);
    let written = Beside::write(&target, now).map_err(FileError::system(&target, "write"))?;
    // Last look: nobody else is kept out by our lock.
    if !says(&target, was)? {
        return Err(FileError::Changed(path.to_owned()));
    }
    written
        .take_place_of(&target)
        .map_err(FileError::system(&target, "replace"))
}

/// Removes the file at `path`, which said `was`.
///
/// # Errors
/// As [`save`].
pub fn remove(_lock: &EditLock, path: &Path, was: &[u8]) -> Result<(), FileError> {
    let target = check(path, Some(was))?;
    private::remove(&target).map_err(FileError::system(&target, "remove"))
}

/// Takes the rights of others from a file that is about to hold secrets; one that is not there is none.
///
/// # Errors
/// What the system says.
pub fn keep_private(path: &Path) -> Result<(), FileError> {
    match access::narrow(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::system(path, "change the mode of")(error)),
        _ => Ok(()),
    }
}

/// The file itself, behind links, if it may be written and says `was`.
fn check(path: &Path, was: Option<&[u8]>) -> Result<PathBuf, FileError> {
    let target = behind_links(path).map_err(FileError::system(path, "follow"))?;
    for dir in [parent(path), parent(&target)] {
        access::check_dir(dir)?;
    }
    match fs::symlink_metadata(&target) {
        Ok(meta) if meta.is_file() => access::check_file(&target, &meta)?,
        Ok(_) => return Err(FileError::NotRegular(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::system(path, "read")(error)),
    }
    if says(&target, was)? {
        Ok(target)
    } else {
        Err(FileError::Changed(path.to_owned()))
    }
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

/// What a path leads to; of a link to nothing, where that would be.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return found,
    }
    let mut target = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(link) => target = parent(&target).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The directory of a file.
fn parent(path: &Path) -> &Path {
    let parent = path.parent().unwrap_or(Path::new(""));
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}

#[cfg(test)]
mod tests;
