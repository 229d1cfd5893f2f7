//! What keeps a file from being replaced or removed, as far as the system tells, and what to do about it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::sys::fs::parent;
use crate::sys::trust;

pub(super) use system::is_read_only;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// Something is mounted here: for a file, the file itself.
    pub(super) is_mounted: bool,
    /// Nothing can be removed or renamed, not even by root: immutable, or append-only.
    pub(super) is_fixed: bool,
}

/// The command that removes what makes a file immutable; only root can run it.
pub const UNFIX: &str = if cfg!(target_os = "macos") {
    "chflags nouchg,nouappnd,noschg,nosappnd"
} else {
    "chattr -i -a"
};

pub(super) const MOUNTED_READ_ONLY: &str = "it is mounted read-only: mount it writable";

/// Does not follow links.
pub(super) fn of(path: &Path) -> Marks {
    system::marks(path)
}

/// With the remedy, if the system barred a change of a file in one of awsenv's own directories.
pub(super) fn explained(path: &Path, error: io::Error) -> io::Error {
    if error.get_ref().is_some() {
        return error;
    }
    let remedy = match error.kind() {
        ErrorKind::ReadOnlyFilesystem => MOUNTED_READ_ONLY.to_owned(),
        ErrorKind::PermissionDenied => match barred(path) {
            Some(remedy) => remedy,
            None => return error,
        },
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{error}; {remedy}"))
}

fn barred(path: &Path) -> Option<String> {
    let dir = parent(path);
    let fixed = |what| format!("{what} is immutable or append-only: as root, run {UNFIX} on it");
    if of(path).is_fixed {
        Some(fixed("it"))
    } else if of(dir).is_fixed {
        Some(fixed("its directory"))
    } else {
        let meta = fs::metadata(dir).ok()?;
        trust::is_own(&meta).then(|| "run chmod u+rwx on its directory".to_owned())
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, StatVfsMountFlags, StatxAttributes, StatxFlags, statvfs, statx};

    use super::Marks;

    pub(super) fn marks(path: &Path) -> Marks {
        let found = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
        let has = |mark| found.is_ok_and(|found| found.stx_attributes.contains(mark));
        Marks {
            is_mounted: has(StatxAttributes::MOUNT_ROOT),
            is_fixed: has(StatxAttributes::IMMUTABLE) || has(StatxAttributes::APPEND),
        }
    }

    /// Whether the mount that has the file allows no change at all.
    pub(in crate::sys) fn is_read_only(path: &Path) -> bool {
        statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::os::macos::fs::MetadataExt as _;
    use std::path::Path;

    use rustix::fs::{StatVfsMountFlags, statvfs};

    use super::Marks;

    /// UF_IMMUTABLE, UF_APPEND, SF_IMMUTABLE and SF_APPEND of chflags(2).
    const FIXED: u32 = 0x2 | 0x4 | 0x2_0000 | 0x4_0000;

    pub(super) fn marks(path: &Path) -> Marks {
        let found = std::fs::symlink_metadata(path);
        Marks {
            is_mounted: false,
            is_fixed: found.is_ok_and(|found| found.st_flags() & FIXED != 0),
        }
    }

    pub(in crate::sys) fn is_read_only(path: &Path) -> bool {
        statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::path::Path;

    use super::Marks;

    pub(super) fn marks(_: &Path) -> Marks {
        Marks::default()
    }

    pub(in crate::sys) fn is_read_only(_: &Path) -> bool {
        false
    }
}
