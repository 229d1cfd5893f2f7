//! The modes of awsenv's own files and directories, and file systems that keep none.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The file system keeps no modes, so no file on it can be private.
#[derive(Debug)]
struct NoModes;

impl fmt::Display for NoModes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its file system keeps no modes, so other users could read and write it")
    }
}

impl std::error::Error for NoModes {}

pub(super) fn no_modes() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, NoModes)
}

/// Whether the reason of an error is that the file system keeps no modes.
pub(super) fn is_no_modes(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|error| error.is::<NoModes>())
}

#[cfg(unix)]
pub(super) fn narrow_dir(path: &Path, is_new: bool) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    // The target of a link is the user's own choice.
    match narrower(&meta, if is_new { Some(0o700) } else { None }) {
        Some(mode) if meta.is_dir() => check_narrowed(fs::set_permissions(path, mode), || fs::symlink_metadata(path)),
        _ => Ok(()),
    }
}

#[cfg(unix)]
pub(super) fn narrow_file(file: &File, is_new: bool) -> io::Result<()> {
    match narrower(&file.metadata()?, if is_new { Some(0o600) } else { None }) {
        Some(mode) => check_narrowed(file.set_permissions(mode), || file.metadata()),
        None => Ok(()),
    }
}

/// Changes the mode of this user's own file to one that lets no other user in.
///
/// # Errors
/// What the system says; the file system keeps no modes.
#[cfg(unix)]
pub(super) fn narrow(path: &Path, mode: fs::Permissions) -> io::Result<()> {
    check_narrowed(fs::set_permissions(path, mode), || fs::metadata(path))
}

/// Whether the change of mode, of this user's own file, had its effect.
#[cfg(unix)]
fn check_narrowed(changed: io::Result<()>, look: impl FnOnce() -> io::Result<fs::Metadata>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match changed {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        // A mount may keep other users out in its own way.
        _ if look()?.permissions().mode() & 0o077 == 0 => Ok(()),
        _ => Err(no_modes()),
    }
}

/// The permissions to set: `wanted`, else the present ones without other users' rights. Never adds a right for the
/// owner, because a directory may be read-only on purpose.
#[cfg(unix)]
fn narrower(meta: &fs::Metadata, wanted: Option<u32>) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = meta.permissions().mode() & 0o777;
    let wanted = wanted.unwrap_or(mode & 0o700);
    (mode != wanted).then(|| fs::Permissions::from_mode(wanted))
}

/// Windows keeps other users out of a user's directory by itself.
#[cfg(not(unix))]
pub(super) fn narrow_dir(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn narrow_file(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}
