//! Files and directories that only this user can read: what awsenv writes for itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::sys::fs::{behind_links, follow_nothing, is_root, parent, read_whole};
use crate::sys::modes::{is_no_modes, narrow_dir, narrow_file, no_modes};
use crate::sys::obstacle;
use crate::sys::replace;
use crate::sys::trust::{self, Distrust, Way};

/// Replaces the file at `path` completely or not at all, and makes it private to this user. The caller holds the
/// directory's lock, so the name beside it is free.
///
/// # Errors
/// What the system says; the old file is still there then.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_file(path, bytes, |_| Ok(()))?;
    // Without it, a power cut may bring the old file back, and that one is complete too.
    let _ = sync_dir(path);
    Ok(())
}

/// As [`replace`], and the new file takes the place of the old one only if `check` accepts it.
///
/// # Errors
/// As [`replace`]; also if only the new name may be lost in a power cut, because something else is deleted next.
pub(super) fn replace_checked(
    path: &Path,
    bytes: &[u8],
    check: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    replace_file(path, bytes, check)?;
    sync_dir(path)
}

fn replace_file(path: &Path, bytes: &[u8], check: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let create = |new: &Path| open_private(OpenOptions::new().write(true).create_new(true), new);
    replace::replace(path, bytes, create, check).map_err(|error| obstacle::explained(path, error))
}

/// Removes what [`replace`] leaves beside `path` if it is killed. The caller holds the directory's lock.
pub(super) fn remove_stale(path: &Path) {
    let _ = replace::remove_stale(path);
}

/// Checks that [`replace`] and [`remove`] can do their work, as far as that can be told. The caller holds the directory's
/// lock.
///
/// # Errors
/// What the system says.
pub(super) fn check_replaceable(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return refused(NOT_REGULAR);
    }
    let new = replace::unfinished(path);
    let made = replace::remove_stale(path)
        .and_then(|()| open_private(OpenOptions::new().write(true).create_new(true), &new))
        .map_err(|error| obstacle::explained(path, error));
    made.and_then(|_| fs::remove_file(&new))?;
    match obstacle::of(path).is_fixed {
        true => Err(obstacle::explained(path, io::ErrorKind::PermissionDenied.into())),
        false => Ok(()),
    }
}

/// The removal survives a power cut, if the file system can do that.
///
/// # Errors
/// What the system says, also if there is no such file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).map_err(|error| obstacle::explained(path, error))?;
    let _ = sync_dir(path);
    Ok(())
}

/// Locks the file at `path`, which is never removed, until the result is dropped. Waits up to `patience` for another
/// process; if the file system has no locks, it returns at once.
///
/// # Errors
/// What the system says; [`io::ErrorKind::WouldBlock`] if another process still holds the lock.
pub(super) fn lock(path: &Path, patience: Duration) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = open_private(options.read(true).write(true).create(true), path)
        .map_err(|error| obstacle::explained(path, error))?;
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

/// Makes a new or removed name survive a power cut. A file system without such a call has done what it can.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    let synced = File::open(parent(path))?.sync_all();
    match synced.as_ref().map_err(io::Error::kind) {
        Err(io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        _ => synced,
    }
}

/// Windows has no such call for a directory.
#[cfg(not(unix))]
pub(super) fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Opens only a regular file of this user's, because a pipe would block, and another user's link or file may lead
/// anywhere. Follows no link.
pub(super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let (file, meta) = open_regular(options, path)?;
    if has_other_names(&meta) {
        return refused("it is a hard link, so it may be the file of another program: remove the link");
    }
    check_owner_of(&meta).map(|()| file)
}

/// The content of a file that only this user can write; `None` if it does not exist or cannot be examined. Follows no
/// link. A hard link is no danger to a file that is only read, and backups make them.
///
/// # Errors
/// It is not such a file, or what the system says.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    read_if(path, |meta| check_owner_of(meta).and_then(|()| check_writers_of(meta)))
}

/// As [`read`], but root may read the file of any user.
///
/// # Errors
/// As [`read`].
pub(super) fn read_as_root(path: &Path) -> io::Result<Option<Vec<u8>>> {
    read_if(path, |meta| {
        let owned = if is_root() { Ok(()) } else { check_owner_of(meta) };
        owned.and_then(|()| check_writers_of(meta))
    })
}

fn read_if(path: &Path, check: impl FnOnce(&fs::Metadata) -> io::Result<()>) -> io::Result<Option<Vec<u8>>> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    let (file, meta) = match open_regular(OpenOptions::new().read(true), path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    check(&meta)?;
    read_whole(file).map(Some)
}

fn open_regular(options: &mut OpenOptions, path: &Path) -> io::Result<(File, fs::Metadata)> {
    check_regular(path)?;
    follow_nothing(options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    let meta = file.metadata()?;
    match meta.is_file() {
        true => Ok((file, meta)),
        false => refused(NOT_REGULAR),
    }
}

const NOT_REGULAR: &str = "it is not a regular file: move it away";

/// Whether the file, if it exists, is one, and not a link to one.
///
/// # Errors
/// What it is instead.
pub(super) fn check_regular(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => {
            refused("it is a symbolic link, which awsenv does not follow here: remove the link")
        }
        Ok(meta) if !meta.is_file() => refused(NOT_REGULAR),
        _ => Ok(()),
    }
}

fn refused<T>(why: &str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

fn check_owner_of(meta: &fs::Metadata) -> io::Result<()> {
    match trust::check_file(meta) {
        // Its mode is repaired, because no other user can reach into the directory.
        Ok(()) | Err(Distrust::Shared) => Ok(()),
        Err(Distrust::Foreign) => barred("it belongs to another user: move it away"),
    }
}

/// What is only read keeps its mode, so other users may have written it.
fn check_writers_of(meta: &fs::Metadata) -> io::Result<()> {
    match trust::check_file(meta) {
        Err(Distrust::Shared) => {
            let mode = trust::mode(meta);
            barred(&format!(
                "other users can use it (mode {mode:03o}), so it may be theirs; run chmod 600 on it"
            ))
        }
        _ => Ok(()),
    }
}

fn barred<T>(why: &str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

/// As [`open`], for a file that may be created: private to this user, whatever the umask is.
pub(super) fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let is_new = !path.exists();
    let file = open(options, path)?;
    narrow_file(&file, is_new)?;
    Ok(file)
}

/// `path`, or the file to which the user's own link of that name leads; its directory is checked like awsenv's own.
///
/// # Errors
/// What the system says; other users could replace the file.
pub(super) fn followed(path: &Path) -> io::Result<PathBuf> {
    if !fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return Ok(path.to_owned());
    }
    let target = behind_links(path)?;
    check_way(parent(&target), Way::Link)?;
    Ok(target)
}

/// Checks that no other user can put another directory in the place of this one, which need not exist.
///
/// # Errors
/// What the system says, or which directory other users can change.
pub(super) fn check_way(dir: &Path, way: Way) -> io::Result<()> {
    match trust::distrusted(dir, way)? {
        None => Ok(()),
        Some((path, distrust)) if path == dir => Err(untrusted(distrust)),
        Some((path, distrust)) => {
            let why = untrusted(distrust);
            let why = format!("in `{}`, which leads to it: {why}", path.display());
            Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
        }
    }
}

/// Creates a directory and its parents, private to this user whatever the umask is; also removes other users' rights to
/// read an existing directory of this user.
///
/// # Errors
/// What the system says; other users could have put files there.
pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return match trust::check_dir(&fs::metadata(path)?) {
            Err(Distrust::Shared) if !keeps_modes(path) => Err(no_modes()),
            Err(distrust) => Err(untrusted(distrust)),
            Ok(()) => narrow_dir(path, false),
        };
    }
    make_dirs(path)
}

/// As the rest of a sentence about the file or directory.
fn untrusted(distrust: Distrust) -> io::Error {
    let why = match distrust {
        Distrust::Foreign => "it belongs to another user",
        Distrust::Shared => "other users can write to it; run chmod go-w on it",
    };
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

/// Whether a file in this directory can be made private; `true` if none can be made at all.
pub(super) fn keeps_modes(dir: &Path) -> bool {
    let path = dir.join(format!(".awsenv-mode-{}", std::process::id()));
    let made = open_private(OpenOptions::new().write(true).create_new(true), &path);
    let _ = fs::remove_file(&path);
    !made.is_err_and(|error| is_no_modes(&error))
}

/// A file that awsenv has made has one.
#[cfg(unix)]
fn has_other_names(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(meta) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &fs::Metadata) -> bool {
    false
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
        Err(error) => Err(obstacle::explained(path, error)),
    }
}

/// With `sudo`, HOME may still be the user's, who could not read what root leaves there.
#[cfg(unix)]
fn check_owner(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if rustix::process::geteuid().is_root() && fs::metadata(dir)?.uid() != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "its directory belongs to another user",
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> io::Result<()> {
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

    #[cfg(unix)]
    #[test]
    fn what_another_user_could_have_put_there_is_not_opened() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mine = at("mine");
        fs::write(&mine, "precious").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(&mine, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&mine, at("link")).unwrap();
        symlink(at("none"), at("dangling")).unwrap();
        fs::hard_link(&mine, at("hard")).unwrap();
        for name in ["link", "dangling", "hard"] {
            assert!(lock(&at(name), Duration::ZERO).is_err(), "{name}");
            assert_eq!(
                (fs::read_to_string(&mine).unwrap().as_str(), mode(&mine)),
                ("precious", 0o644)
            );
        }
        assert!(!at("none").exists());

        let state = at("state");
        make_dir(&state).unwrap();
        let set_mode = |mode| fs::set_permissions(&state, fs::Permissions::from_mode(mode)).unwrap();
        symlink(&state, at("way")).unwrap();
        for path in [&state, &at("way")] {
            for (wanted, is_made) in [(0o755, true), (0o703, false), (0o1777, true)] {
                set_mode(wanted);
                assert_eq!(make_dir(path).is_ok(), is_made, "{wanted:o} {}", path.display());
            }
        }
        set_mode(0o700);
        fs::write(at("state/history"), "").unwrap();
        symlink(at("state/history"), at("history")).unwrap();
        assert_eq!(
            followed(&at("history")).unwrap(),
            at("state/history").canonicalize().unwrap()
        );
        assert_eq!(followed(&at("mine")).unwrap(), mine);
        set_mode(0o702);
        assert!(followed(&at("history")).is_err());
        if rustix::process::geteuid().is_root() {
            set_mode(0o700);
            std::os::unix::fs::chown(&state, Some(12345), None).unwrap();
            assert!(make_dir(&at("way")).is_err() && followed(&at("history")).is_err());
            fs::write(at("theirs"), "precious").unwrap();
            std::os::unix::fs::chown(at("theirs"), Some(12345), None).unwrap();
            assert!(lock(&at("theirs"), Duration::ZERO).is_err());
        }
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
