//! What keeps a file from being replaced, as far as the system tells before anything is written.

use std::path::Path;

use super::FileError;
use crate::sys::fs::parent;

/// # Errors
/// [`FileError::Mounted`] or [`FileError::Immutable`].
pub(in crate::sys) fn check(target: &Path) -> Result<(), FileError> {
    let marks = system::marks(target);
    if marks.is_mounted {
        return Err(FileError::Mounted(target.to_owned()));
    }
    let dir = parent(target);
    for (path, is_fixed) in [(target, marks.is_fixed), (dir, system::marks(dir).is_fixed)] {
        if is_fixed {
            return Err(FileError::Immutable(path.to_owned()));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    /// Something is mounted here: for a file, the file itself.
    is_mounted: bool,
    /// Nothing can be removed or renamed, not even by root: immutable, or append-only.
    is_fixed: bool,
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    use super::Marks;

    pub(super) fn marks(path: &Path) -> Marks {
        let found = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
        let has = |mark| found.is_ok_and(|found| found.stx_attributes.contains(mark));
        Marks {
            is_mounted: has(StatxAttributes::MOUNT_ROOT),
            is_fixed: has(StatxAttributes::IMMUTABLE) || has(StatxAttributes::APPEND),
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::os::macos::fs::MetadataExt as _;
    use std::path::Path;

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
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::path::Path;

    use super::Marks;

    pub(super) fn marks(_: &Path) -> Marks {
        Marks::default()
    }
}
