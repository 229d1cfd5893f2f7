//! Files and directories that only this user can read: what awsenv writes for itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::sys::fs::do_not_wait;
use crate::sys::replace;

/// Replaces the file at `path` completely or not at all, and makes it private to this user. The caller holds the
/// directory's lock, so the name beside it is free.
///
/// # Errors
/// What the system says; the old file is still there then.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = |new: &Path| open_private(OpenOptions::new().write(true).create_new(true), new);
    replace::replace(path, bytes, create).and_then(|()| sync_dir(path))
}

/// Removes what [`replace`] leaves beside `path` if it is killed. The caller holds the directory's lock.
pub(super) fn remove_stale(path: &Path) {
    let _ = replace::remove_stale(path);
}

/// The removal survives a power cut.
///
/// # Errors
/// What the system says, also if there is no such file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).and_then(|()| sync_dir(path))
}

/// Locks the file at `path`, which is never removed, until the result is dropped. Waits up to `patience` for another
/// process; if the file system has no locks, it returns at once.
///
/// # Errors
/// What the system says; [`io::ErrorKind::WouldBlock`] if another process still holds the lock.
pub(super) fn lock(path: &Path, patience: Duration) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = open_private(options.read(true).write(true).create(true), path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() >= patience => {
                let why = format!("another awsenv has held the lock for {} s", patience.as_secs_f64());
                return Err(io::Error::new(io::ErrorKind::WouldBlock, why));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// Makes a new or removed name survive a power cut, as far as the file system can.
#[cfg(unix)]
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    let dir = File::open(path.parent().unwrap_or(Path::new(".")))?;
    let _ = dir.sync_all();
    Ok(())
}

/// Windows has no such call for a directory.
#[cfg(not(unix))]
pub(super) fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Opens only a regular file, because a pipe would block.
pub(super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(refused());
    }
    do_not_wait(options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(refused())
    }
}

/// As [`open`], for a file that may be created: private to this user, whatever the umask is.
pub(super) fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let is_new = !path.exists();
    let file = open(options, path)?;
    narrow_file(&file, is_new)?;
    Ok(file)
}

/// Creates a directory and its parents, private to this user whatever the umask is; also removes other users' rights to
/// an existing directory of this user.
pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return check_owner(path).and_then(|()| narrow_dir(path, false));
    }
    make_dirs(path)
}

fn make_dirs(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if parent.is_dir() => check_owner(parent)?,
        Some(parent) => make_dirs(parent)?,
        None => {}
    }
    match fs::create_dir(path) {
        Ok(()) => narrow_dir(path, true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn narrow_dir(path: &Path, is_new: bool) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    // The target of a link is the user's own choice.
    match narrower(&meta, if is_new { Some(0o700) } else { None }) {
        Some(mode) if meta.is_dir() => fs::set_permissions(path, mode),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn narrow_file(file: &File, is_new: bool) -> io::Result<()> {
    match narrower(&file.metadata()?, if is_new { Some(0o600) } else { None }) {
        Some(mode) => file.set_permissions(mode),
        None => Ok(()),
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

/// With `sudo`, HOME may still be the user's, who could not read what root leaves there.
#[cfg(unix)]
pub(super) fn check_owner(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if rustix::process::geteuid().is_root() && fs::metadata(dir)?.uid() != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "its directory belongs to another user",
        ));
    }
    Ok(())
}

/// Windows keeps other users out of a user's directory by itself.
#[cfg(not(unix))]
fn narrow_dir(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn narrow_file(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/file");
        make_dir(path.parent().unwrap()).unwrap();
        replace(&path, b"one").unwrap();
        fs::write(replace::unfinished(&path), "left by a kill").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(crate::sys::fs::names_in(path.parent().unwrap()), ["file"]);
        assert_eq!(
            remove(&path).and_then(|()| remove(&path)).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert!(replace(&dir.path().join("none/file"), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn files_and_directories_are_narrow() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/file");
        make_dir(path.parent().unwrap()).unwrap();
        replace(&path, b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn one_holds_a_lock_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = lock(&path, Duration::from_secs(5)).unwrap();
        let second = std::thread::spawn({
            let path = path.clone();
            move || lock(&path, Duration::from_secs(5)).map(|_| Instant::now())
        });
        std::thread::sleep(Duration::from_millis(50));
        let released = Instant::now();
        drop(held);
        assert!(second.join().unwrap().unwrap() >= released);
    }

    #[test]
    fn a_lock_is_waited_for_as_long_as_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let _held = lock(&path, Duration::ZERO).unwrap();
        let start = Instant::now();
        let error = lock(&path, Duration::from_millis(250)).unwrap_err();
        assert!(start.elapsed() >= Duration::from_millis(250));
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(error.to_string(), "another awsenv has held the lock for 0.25 s");
    }
}
