//! Who owns a file, and who may write to it.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::Path;

use super::FileError;
use crate::sys::fs::parent;
use crate::sys::obstacle;
use crate::sys::private;
use crate::sys::trust::{self, Distrust, Way};

#[cfg(unix)]
use unix as system;
#[cfg(not(unix))]
use windows as system;

pub(super) use system::{keep, narrow};

/// The directory belongs to this user or root, and no other user can put files into it, or another one in its place.
pub(super) fn check_dir(dir: &Path, way: Way) -> Result<(), FileError> {
    match trust::distrusted(dir, way).map_err(FileError::system(dir, "look at"))? {
        Some((path, distrust)) => Err(untrusted(&path)(distrust)),
        None => Ok(()),
    }
}

/// The file belongs to this user, no other user can write to it, and it is not read-only.
pub(super) fn check_file(path: &Path, meta: &Metadata) -> Result<(), FileError> {
    trust::check_file(meta).map_err(untrusted(path))?;
    if system::is_read_only(meta) {
        return Err(FileError::ReadOnly(path.to_owned()));
    }
    Ok(())
}

/// Nothing keeps a new file from taking the place of the target, as far as the system tells before anything is written.
pub(super) fn check_replaceable(target: &Path) -> Result<(), FileError> {
    let marks = obstacle::of(target);
    if target.exists() && obstacle::is_read_only(target) {
        return Err(FileError::MountedReadOnly(target.to_owned()));
    }
    if marks.is_mounted {
        return Err(FileError::Mounted(target.to_owned()));
    }
    let dir = parent(target);
    if obstacle::is_read_only(dir) {
        return Err(FileError::MountedReadOnly(dir.to_owned()));
    }
    for (path, is_fixed) in [(target, marks.is_fixed), (dir, obstacle::of(dir).is_fixed)] {
        if is_fixed {
            return Err(FileError::Immutable(path.to_owned()));
        }
    }
    Ok(())
}

/// The directory, if it exists, lets this user look at its files and put new ones beside them.
pub(super) fn check_usable(dir: &Path) -> Result<(), FileError> {
    match system::try_access(dir) {
        Err(error) if dir.is_dir() && error.kind() == ErrorKind::PermissionDenied => {
            Err(FileError::barred(dir, &error))
        }
        _ => Ok(()),
    }
}

/// The directory, if it exists, takes new files of this user's.
pub(super) fn check_open(dir: &Path) -> Result<(), FileError> {
    match system::try_change(dir) {
        Err(error) if dir.is_dir() => Err(FileError::barred(dir, &error)),
        _ => Ok(()),
    }
}

fn untrusted(path: &Path) -> impl Fn(Distrust) -> FileError {
    move |distrust| match distrust {
        Distrust::Foreign => FileError::Foreign(path.to_owned()),
        Distrust::Shared if !private::keeps_modes(if path.is_dir() { path } else { parent(path) }) => {
            FileError::NoModes(path.to_owned())
        }
        Distrust::Shared => FileError::Shared(path.to_owned()),
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, Metadata, Permissions};
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    use crate::sys::modes;

    /// Whether the mode allows no user to write.
    pub(super) fn is_read_only(meta: &Metadata) -> bool {
        meta.mode() & 0o200 == 0
    }

    /// Gives a new file the mode, group and access list of the old one; if there is none, it stays private to this
    /// user.
    pub(in crate::sys::edit) fn keep(old: &Path, new: &File) -> io::Result<()> {
        let meta = match fs::symlink_metadata(old) {
            Ok(meta) => meta,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut mode = meta.mode() & 0o777;
        if new.metadata()?.gid() != meta.gid() {
            let group = rustix::fs::Gid::from_raw(meta.gid());
            if rustix::fs::fchown(new, None, Some(group)).is_err() {
                // Another group must not get the rights of the old group.
                mode &= 0o707;
            }
        }
        if new.metadata()?.mode() & 0o777 != mode {
            new.set_permissions(Permissions::from_mode(mode))?;
        }
        keep_list(old, new)
    }

    /// The access list says more than the mode, and without it the group bits would mean something else.
    #[cfg(target_os = "linux")]
    fn keep_list(old: &Path, new: &File) -> io::Result<()> {
        const NAME: &str = "system.posix_acl_access";
        let mut list = [0; 4096];
        match rustix::fs::getxattr(old, NAME, &mut list) {
            Ok(length) => Ok(rustix::fs::fsetxattr(
                new,
                NAME,
                &list[..length],
                rustix::fs::XattrFlags::empty(),
            )?),
            // There is no list, or the file system does not support them.
            Err(rustix::io::Errno::NODATA | rustix::io::Errno::OPNOTSUPP) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn keep_list(_old: &Path, _new: &File) -> io::Result<()> {
        Ok(())
    }

    /// Removes the rights of all other users.
    pub(in crate::sys::edit) fn narrow(path: &Path) -> io::Result<()> {
        let mode = fs::metadata(path)?.mode() & 0o777;
        if mode & 0o077 == 0 {
            return Ok(());
        }
        modes::narrow(path, Permissions::from_mode(mode & 0o600))
    }

    /// Whether this user may find files in the directory.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn try_access(dir: &Path) -> io::Result<()> {
        Ok(rustix::fs::access(dir, rustix::fs::Access::EXEC_OK)?)
    }

    /// Whether this user may put files into the directory.
    pub(super) fn try_change(dir: &Path) -> io::Result<()> {
        let both = rustix::fs::Access::EXEC_OK | rustix::fs::Access::WRITE_OK;
        Ok(rustix::fs::access(dir, both)?)
    }
}

/// Windows keeps other users out of a user's directory with access lists that a new file inherits.
#[cfg(not(unix))]
mod windows {
    use std::fs::{self, File, Metadata};
    use std::io;
    use std::path::Path;

    pub(super) fn is_read_only(meta: &Metadata) -> bool {
        meta.permissions().readonly()
    }

    pub(in crate::sys::edit) fn keep(_old: &Path, _new: &File) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::sys::edit) fn narrow(path: &Path) -> io::Result<()> {
        fs::metadata(path).map(drop)
    }

    pub(super) fn try_access(_dir: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn try_change(_dir: &Path) -> io::Result<()> {
        Ok(())
    }
}
