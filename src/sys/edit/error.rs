//! Why a file was not written.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::sys::fs::parent;
use crate::sys::modes;
use crate::sys::trust::is_own;

/// Why a file was not written. It is unchanged then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Another awsenv is editing files and does not finish.
    Busy {
        /// The other process, if it wrote its id into the lock.
        by: Option<u32>,
        /// How long awsenv waited.
        after: Duration,
    },
    /// No new file can be put into the directory, which is where a file is replaced.
    Barred {
        dir: PathBuf,
        /// In the system's words.
        why: String,
        /// Whether this user may change that.
        is_own: bool,
    },
    /// The file has changed since it was read.
    Changed(PathBuf),
    /// The file or its directory belongs to another user.
    Foreign(PathBuf),
    /// The state directory belongs to another user.
    ForeignState(PathBuf),
    /// The file or its directory can be neither replaced nor removed, by anyone.
    Immutable(PathBuf),
    /// The file is a mount of its own, so nothing can take its place.
    Mounted(PathBuf),
    /// The mount that has the file or directory allows no change.
    MountedReadOnly(PathBuf),
    /// The file cannot be private, because its file system keeps no modes.
    NoModes(PathBuf),
    /// There is no state directory, where the lock would be.
    NoState,
    /// Not a regular file: a directory or a device.
    NotRegular(PathBuf),
    ReadOnly(PathBuf),
    /// Other users may write to the file, or replace it.
    Shared(PathBuf),
    System {
        path: PathBuf,
        /// Completes "cannot …".
        what: &'static str,
        /// In the system's words.
        why: String,
    },
}

impl FileError {
    pub(super) fn system(path: &Path, what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::System {
            path: path.to_owned(),
            what,
            why: error.to_string(),
        }
    }
    /// For a directory that takes no new file.
    pub(super) fn barred(dir: &Path, error: &io::Error) -> Self {
        if error.kind() == ErrorKind::ReadOnlyFilesystem {
            return Self::MountedReadOnly(dir.to_owned());
        }
        let is_own = fs::metadata(dir).is_ok_and(|meta| is_own(&meta));
        Self::Barred {
            dir: dir.to_owned(),
            why: error.to_string(),
            is_own,
        }
    }

    /// For a directory that was not made.
    pub(super) fn making(dir: &Path) -> impl Fn(io::Error) -> Self {
        move |error| match modes::is_no_modes(&error) {
            true => Self::NoModes(dir.to_owned()),
            false => Self::system(dir, "make")(error),
        }
    }

    /// For a new file that was not written beside `target`.
    pub(super) fn beside(target: &Path) -> impl Fn(io::Error) -> Self {
        move |error| match error.kind() {
            _ if modes::is_no_modes(&error) => Self::NoModes(target.to_owned()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::barred(parent(target), &error),
            _ => Self::system(target, "write")(error),
        }
    }

    /// For a new file that did not take the place of `target`.
    pub(super) fn replacing(target: &Path) -> impl Fn(io::Error) -> Self {
        move |error| match error.kind() {
            ErrorKind::ResourceBusy => Self::Mounted(target.to_owned()),
            _ => Self::system(target, "replace")(error),
        }
    }

    /// Whether only the directory, or the mount, is in the way.
    pub(super) fn leaves_the_file_writable(&self) -> bool {
        matches!(self, Self::Mounted(_) | Self::Barred { .. })
    }
}
