//! Whose a file or directory is, and whether other users may write to it.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// Why what is there may be another user's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Foreign,
    Shared,
}

/// How a directory was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Link,
    Name,
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

/// The first directory through which other users could put another one in the place of `dir`: `dir` itself, or one that
/// holds it. `dir` need not exist.
///
/// A directory above that this user does not own is left to its owner, unless a link leads there, in `dir` or to it: then
/// nothing but the link says that this user meant it.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub(super) fn distrusted(dir: &Path, way: Way) -> io::Result<Option<(PathBuf, Distrust)>> {
    let path = std::path::absolute(dir)?;
    let is_there = |dir: &&Path| std::fs::symlink_metadata(dir).is_ok();
    let Some(first) = path.ancestors().find(is_there) else {
        return Ok(None);
    };
    let found = |dir: &Path, is_bad: &dyn Fn(&Metadata, Distrust) -> bool| {
        let meta = std::fs::metadata(dir)?;
        let distrust = check_dir(&meta).err().filter(|distrust| is_bad(&meta, *distrust));
        Ok::<_, io::Error>(distrust.map(|distrust| (dir.to_owned(), distrust)))
    };
    if first == path
        && let bad @ Some(_) = found(dir, &|_, _| true)?
    {
        return Ok(bad);
    }
    for above in path.ancestors().skip_while(|dir| *dir != first) {
        if let bad @ Some(_) = found(above, &|meta, distrust| distrust == Distrust::Shared && is_own(meta))? {
            return Ok(bad);
        }
    }
    let real = std::fs::canonicalize(first)?;
    if real != first || way == Way::Link {
        for above in real.ancestors().skip(1) {
            let bad = found(above, &|meta, distrust| {
                distrust == Distrust::Shared || !is_outside(meta)
            })?;
            if bad.is_some() {
                return Ok(bad);
            }
        }
    }
    Ok(None)
}

/// Whether a user namespace does not show the owner: root's directories around a container look like this.
#[cfg(unix)]
fn is_outside(meta: &Metadata) -> bool {
    /// The kernel's id for such owners (proc_sys_kernel(5), `overflowuid`).
    const UNKNOWN: u32 = 65534;
    let is_whole = |map: String| map.split_whitespace().eq(["0", "0", "4294967295"]);
    std::os::unix::fs::MetadataExt::uid(meta) == UNKNOWN
        && std::fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| !is_whole(map))
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

/// The permission bits.
#[cfg(unix)]
pub(super) fn mode(meta: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(meta) & 0o777
}

#[cfg(not(unix))]
pub(super) fn mode(_: &Metadata) -> u32 {
    0
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
pub(super) fn distrusted(_: &Path, _: Way) -> io::Result<Option<(PathBuf, Distrust)>> {
    Ok(None)
}

#[cfg(not(unix))]
pub(super) fn check_file(_: &Metadata) -> Result<(), Distrust> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    use super::*;

    #[test]
    fn what_holds_a_directory_counts_too() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let at = |name: &str| root.join(name);
        fs::create_dir_all(at("home/.aws")).unwrap();
        fs::create_dir_all(at("x/st/keys")).unwrap();
        symlink(at("x/st"), at("home/link")).unwrap();
        symlink(at("x"), at("home/deep")).unwrap();
        let set_mode = |name: &str, mode| fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        let bad = |name: &str, way| distrusted(&at(name), way).unwrap().map(|(path, _)| path);
        let all = [
            "home/.aws",
            "home/.aws/none/deeper",
            "home/link",
            "home/link/keys",
            "home/deep/st",
        ];
        for name in all {
            assert_eq!(bad(name, Way::Name), None, "{name}");
        }
        for mode in [0o777, 0o775, 0o707] {
            set_mode("home", mode);
            for name in all {
                assert_eq!(bad(name, Way::Name), Some(at("home")), "{name}");
            }
            set_mode("home", 0o1777);
            assert_eq!(bad("home/.aws", Way::Name), None);
            set_mode("home", 0o755);
            set_mode("x", mode);
            for name in ["home/link", "home/link/keys", "home/deep/st"] {
                assert!(bad(name, Way::Name).is_some_and(|path| path.ends_with("x") || path.ends_with("deep")));
            }
            assert_eq!(bad("home/.aws", Way::Name), None);
            set_mode("x", 0o755);
        }
        if !rustix::process::geteuid().is_root() {
            return;
        }
        chown(at("x"), Some(12345), None).unwrap();
        assert_eq!(bad("home/link", Way::Name), Some(at("x")));
        // Without a link, a directory above is its owner's concern.
        assert_eq!(bad("x/st", Way::Name), None);
        assert_eq!(bad("x/st", Way::Link), Some(at("x")));
        set_mode("x", 0o777);
        assert_eq!(bad("x/st", Way::Name), None);
        assert_eq!(bad("x", Way::Name), Some(at("x")));
    }
}
