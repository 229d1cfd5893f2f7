//! The new file beside the old one: written and synced to disk before it replaces the old one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::access;
use crate::sys::fs::{names_in, parent};
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
        let mut name = prefix(target);
        name.push(std::process::id().to_string());
        let path = target.with_file_name(name);
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

    /// Survives a power cut.
    pub(super) fn take_place_of(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_in_place = true;
        private::sync_dir(target)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_in_place {
            let _ = fs::remove_file(&self.path);
        }
    }
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

/// The file name without the process id at its end.
fn prefix(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".awsenv-");
    name
}
