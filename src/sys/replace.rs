//! A file takes the place of another, completely or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a new file, which `create` makes, and gives it the name `path` if `check` accepts it. A link of that name is replaced, not followed.
/// Nobody else may replace the same file meanwhile.
///
/// # Errors
/// What the system says; the old file is still there then.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    create: impl FnOnce(&Path) -> io::Result<File>,
    check: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let new = unfinished(path);
    let written = remove_stale(path)
        .and_then(|()| create(&new))
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| check(&new))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Removes what [`replace`] leaves if it is killed.
///
/// # Errors
/// What the system says, unless there is nothing.
pub(super) fn remove_stale(path: &Path) -> io::Result<()> {
    let new = unfinished(path);
    match fs::remove_file(&new) {
        Err(error) if fs::symlink_metadata(&new).is_ok_and(|meta| meta.is_dir()) => {
            let why = format!("`{}` is in the way ({error}): move it away", new.display());
            Err(io::Error::new(error.kind(), why))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where the new file is before it is complete.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}
