//! The new file beside the old one: written and synced to disk before it replaces the old one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::lock::Handover;
use super::{EditLock, Written, access, swap};
use crate::sys::fs::{names_in, parent, read_regular};
use crate::sys::private;

/// Removed on drop, unless it has replaced the old file.
pub(super) struct Beside {
    path: PathBuf,
    /// Locked, so that other runs see that the file is in use.
    _file: File,
    is_in_place: bool,
}

impl Beside {
    /// Writes the new content for `target`, with the mode of the old file; without one it is private to this user.
    pub(super) fn write(target: &Path, bytes: &[u8]) -> io::Result<Self> {
        let path = free_name(target);
        let mut options = OpenOptions::new();
        let mut file = private::open_private(options.write(true).create_new(true), &path)?;
        // If the system has no locks, no other run can find the file stale.
        let _ = file.try_lock();
        let written = file
            .write_all(bytes)
            .and_then(|()| access::keep(target, &file))
            .and_then(|()| file.sync_all());
        let beside = Self {
            path,
            _file: file,
            is_in_place: false,
        };
        written.map(|()| beside)
    }

    /// Replaces `target`, which still has to hold `was`; `None` if another program has written it.
    ///
    /// # Errors
    /// What the system says; the old file is still there then.
    pub(super) fn take_place_of(
        mut self,
        lock: &EditLock,
        target: &Path,
        was: Option<&[u8]>,
        now: &[u8],
    ) -> io::Result<Option<Written>> {
        let left = match was {
            None => self.take_free_place(target)?.then_some(None),
            Some(was) => {
                let handover = Handover::new(target, &self.path, was, now);
                lock.during(&handover, || self.exchange(&handover, was))?
            }
        };
        Ok(left.map(|left| Written { left, ..synced(target) }))
    }

    fn take_free_place(&mut self, target: &Path) -> io::Result<bool> {
        match swap::rename_to_free(&self.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            // Not every file system can do both in one step.
            Err(_) if fs::symlink_metadata(target).is_ok() => return Ok(false),
            Err(_) => fs::rename(&self.path, target)?,
        }
        self.is_in_place = true;
        Ok(true)
    }

    /// What another program writes until the very moment comes out of the exchange, and goes back. `None` if it did;
    /// else the old file, if it could not be removed.
    fn exchange(&mut self, handover: &Handover, was: &[u8]) -> io::Result<Option<Left>> {
        let target = &handover.target;
        match swap::exchange(&self.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // Not every file system can exchange, so the look is as late as it can be.
            Err(_) if !holds(target, was)? => return Ok(None),
            Err(_) => {
                fs::rename(&self.path, target)?;
                self.is_in_place = true;
                return Ok(Some(None));
            }
        }
        self.is_in_place = true;
        match holds(&self.path, was) {
            Ok(true) => Ok(Some(removed(&self.path))),
            Ok(false) => {
                handover.clear();
                Ok(None)
            }
            // Whose text came out cannot be told, so nothing must have happened.
            Err(error) => match swap::exchange(&self.path, target) {
                Ok(()) => {
                    self.is_in_place = false;
                    Err(error)
                }
                Err(_) => Ok(Some(Some(self.path.clone()))),
            },
        }
    }
}

/// A file that could not be removed.
type Left = Option<PathBuf>;

fn removed(path: &Path) -> Left {
    fs::remove_file(path).is_err().then(|| path.to_owned())
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_in_place {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes `target`, which still has to hold `was`; `None` if another program has written it.
///
/// # Errors
/// What the system says; the file is still there then.
pub(super) fn remove(lock: &EditLock, target: &Path, was: &[u8]) -> io::Result<Option<Written>> {
    let aside = free_name(target);
    let handover = Handover::new(target, &aside, was, was);
    let left = lock.during(&handover, || {
        fs::rename(target, &aside)?;
        match holds(&aside, was) {
            Ok(true) => Ok(Some(removed(&aside))),
            Ok(false) => {
                handover.clear();
                Ok(None)
            }
            Err(error) => match swap::rename_to_free(&aside, target) {
                Ok(()) => Err(error),
                Err(_) => Ok(Some(Some(aside.clone()))),
            },
        }
    })?;
    Ok(left.map(|left| Written { left, ..synced(target) }))
}

/// Whether the new name survives a power cut.
fn synced(target: &Path) -> Written {
    let unsynced = private::sync_dir(target).err();
    Written {
        unsynced: unsynced.map(|error| error.to_string()),
        ..Written::default()
    }
}

/// # Errors
/// It is a file that cannot be read.
fn holds(path: &Path, text: &[u8]) -> io::Result<bool> {
    if !fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()) {
        return Ok(false);
    }
    let bytes = read_regular(path)?.map(Zeroizing::new);
    Ok(bytes.is_some_and(|bytes| **bytes == *text))
}

/// Removes what a killed run left; such a file is no longer locked.
pub(super) fn remove_stale(target: &Path) {
    let prefix = prefix(target);
    let is_ours = |name: &OsString| {
        let number = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    };
    for name in names_in(parent(target)).into_iter().filter(is_ours) {
        let path = target.with_file_name(name);
        let mut options = OpenOptions::new();
        let file = private::open(options.write(true), &path);
        if file.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn free_name(target: &Path) -> PathBuf {
    let mut name = prefix(target);
    name.push(std::process::id().to_string());
    target.with_file_name(name)
}

/// The file name without the process id at its end.
fn prefix(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".awsenv-");
    name
}
