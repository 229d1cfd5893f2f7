//! Whose a file or directory is, and whether other users may write to it.

use std::fs::Metadata;

/// Why what is there may be another user's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Foreign,
    Shared,
}

/// The directory belongs to this user or root, and no other user can put files into it or replace them.
#[cfg(unix)]
pub(super) fn check_dir(meta: &Metadata) -> Result<(), Distrust> {
    use std::os::unix::fs::MetadataExt as _;
    const STICKY: u32 = 0o1000;
    if meta.uid() != me() && meta.uid() != 0 {
        return Err(Distrust::Foreign);
    }
    if meta.mode() & STICKY == 0 && is_shared(meta) {
        return Err(Distrust::Shared);
    }
    Ok(())
}

/// The file belongs to this user, and no other user can write to it.
#[cfg(unix)]
pub(super) fn check_file(meta: &Metadata) -> Result<(), Distrust> {
    use std::os::unix::fs::MetadataExt as _;
    if meta.uid() != me() {
        return Err(Distrust::Foreign);
    }
    if is_shared(meta) {
        return Err(Distrust::Shared);
    }
    Ok(())
}

/// Whether others may write. A group whose number equals the user's is the user's own and has no other members.
#[cfg(unix)]
fn is_shared(meta: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let has_own_group = me() != 0 && meta.gid() == me();
    meta.mode() & 0o002 != 0 || meta.mode() & 0o020 != 0 && !has_own_group
}

#[cfg(unix)]
pub(super) fn is_own(meta: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(meta) == me()
}

#[cfg(not(unix))]
pub(super) fn is_own(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Windows keeps other users out of a user's directory with access lists that a new file inherits.
#[cfg(not(unix))]
pub(super) fn check_dir(_: &Metadata) -> Result<(), Distrust> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_file(_: &Metadata) -> Result<(), Distrust> {
    Ok(())
}
