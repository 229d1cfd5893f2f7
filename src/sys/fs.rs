//! Reads files without ever blocking on one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(unix)]
use rustix::fs::OFlags;

use crate::env::Env;
use crate::sys::replace::replace;

/// `None` if there is no such file or it is a directory, FIFO, socket or device: botocore treats all of these as
/// absent.
///
/// # Errors
/// A regular file cannot be opened or read, or is larger than any real one.
pub fn read_regular(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Like `os.path.isfile`: a file that cannot be examined (a barred directory, a loop of links) does not exist.
    if !fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    read_whole(file).map(Some)
}

/// # Errors
/// As [`read_regular`].
pub(super) fn read_whole(file: File) -> io::Result<Vec<u8>> {
    let meta = file.metadata()?;
    check_size(meta.len())?;
    let length = usize::try_from(meta.len()).unwrap_or(0).saturating_add(1);
    // Without memory for what is made of the file, a later allocation would end the program without a word.
    if length > LARGE {
        black_box(Vec::<u8>::new()).try_reserve_exact(length * SHARE)?;
    }
    // One allocation, because growing would leave copies of secrets behind.
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    // It may have grown since.
    check_size(bytes.len() as u64)?;
    Ok(bytes)
}

/// [`read_regular`], but a directory that this user may not enter is no missing file.
///
/// # Errors
/// As [`read_regular`].
pub fn read_accessible(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(error),
        _ => read_regular(path),
    }
}

/// [`read_regular`], for a file that the user names: one that is absent is an error too.
///
/// # Errors
/// As [`read_regular`], and what is there instead, as the rest of a sentence.
pub fn read_named(path: &Path) -> io::Result<Vec<u8>> {
    let absent = || match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => io::Error::new(ErrorKind::IsADirectory, "it is a directory"),
        Ok(_) => io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"),
        Err(error) if error.kind() == ErrorKind::NotFound => io::Error::new(error.kind(), "there is no such file"),
        Err(error) => error,
    };
    read_regular(path)?.ok_or_else(absent)
}

/// Why a file cannot be read, or even examined, by this user; `None` also for what is no regular file.
pub fn unreadable(path: &Path) -> Option<io::Error> {
    match fs::metadata(path) {
        Err(error) => Some(error),
        Ok(meta) if meta.is_file() => open(path).err(),
        Ok(_) => None,
    }
}

/// In bytes; ten thousand profiles take about one megabyte.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// # Errors
/// [`ErrorKind::FileTooLarge`] with the size, as the rest of a sentence about the file.
pub(super) fn check_size(bytes: u64) -> io::Result<()> {
    if bytes <= MAX_FILE {
        return Ok(());
    }
    let most = MAX_FILE / (1024 * 1024);
    let why = format!("it is too large: {bytes} bytes, where awsenv reads at most {most} MiB");
    Err(io::Error::new(ErrorKind::FileTooLarge, why))
}

/// In bytes; what is made of a smaller file takes little.
const LARGE: usize = 256 * 1024;

/// How many times its length a file takes, with all that is made of it.
const SHARE: usize = 8;

/// Reads at most `limit` bytes from the start. `None` as in [`read_regular`].
///
/// # Errors
/// As [`read_regular`].
pub fn read_start(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if !fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let file = open(path)?;
    let length = file.metadata()?.len().min(limit);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1));
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces a file that is not private, completely or not at all, and creates its directories. A link is replaced, not
/// followed.
///
/// # Errors
/// What the system says.
pub fn write_public(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    replace(path, text.as_bytes(), |new| File::create_new(new), |_| Ok(()))
}

/// Whether a file's last change is longer ago than this. `false` if the clock was set back.
pub fn is_older(path: &Path, than: Duration) -> bool {
    let written = fs::symlink_metadata(path).and_then(|meta| meta.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > than))
}

/// Empty if the directory cannot be listed.
pub fn names_in(dir: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect()
}

/// For a link to a missing file, the path of that file.
pub(super) fn behind_links(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return found,
    }
    let mut target = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(link) => target = parent(&target).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The current directory for a bare name.
pub(super) fn parent(path: &Path) -> &Path {
    let parent = path.parent().unwrap_or(Path::new(""));
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// The id of the owner.
    pub owner: u32,
    /// Whether the owner is this user or root.
    pub is_trusted_owner: bool,
    /// Whether this user may change the mode.
    pub may_change: bool,
}

/// Follows links; `None` if the file does not exist or the system has no permission bits.
#[cfg(unix)]
pub fn access(path: &Path) -> Option<Access> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = fs::metadata(path).ok()?;
    let me = rustix::process::geteuid().as_raw();
    Some(Access {
        mode: meta.mode() & 0o777,
        owner: meta.uid(),
        is_trusted_owner: meta.uid() == me || meta.uid() == 0,
        may_change: meta.uid() == me || me == 0,
    })
}

/// Windows has access lists instead of permission bits.
#[cfg(not(unix))]
pub fn access(_path: &Path) -> Option<Access> {
    None
}

#[cfg(unix)]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
pub fn is_root() -> bool {
    false
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: u32,
    /// The number if the name is unknown.
    pub name: String,
}

/// The owner of HOME, if that is another user and this runs as root.
pub fn foreign_home(env: &Env) -> Option<User> {
    let id = access(Path::new(env.filled("HOME")?))?.owner;
    (is_root() && id != 0).then(|| User {
        id,
        name: name_of(id).unwrap_or_else(|| id.to_string()),
    })
}

fn name_of(id: u32) -> Option<String> {
    let id = id.to_string();
    let user = user(|fields| fields.get(2) == Some(&id.as_str()))?;
    user.into_iter().next()
}

/// The fields of the first line of /etc/passwd that fits.
fn user(fits: impl Fn(&[&str]) -> bool) -> Option<Vec<String>> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut users = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = users.find(|fields| fits(fields))?;
    Some(fields.into_iter().map(str::to_owned).collect())
}

/// Where programs keep settings: XDG_CONFIG_HOME or `~/.config` on Linux, the system's directory elsewhere.
pub fn config_dir(env: &Env) -> Option<PathBuf> {
    if cfg!(any(target_os = "macos", windows)) {
        return dirs::config_dir();
    }
    xdg_config_dir(env)
}

/// Where fish keeps its settings on every system: XDG_CONFIG_HOME or `~/.config`.
pub fn xdg_config_dir(env: &Env) -> Option<PathBuf> {
    let named = env
        .filled("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    named.or_else(|| env.filled("HOME").map(|home| Path::new(home).join(".config")))
}

/// Where programs keep state: XDG_STATE_HOME or `~/.local/state` on Linux, the system's directory elsewhere.
pub fn state_dir(env: &Env) -> Option<PathBuf> {
    if cfg!(any(target_os = "macos", windows)) {
        return dirs::state_dir().or_else(dirs::data_local_dir);
    }
    let named = env
        .os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || env.os("HOME").map(Path::new).filter(|home| home.is_absolute());
    named.or_else(|| home().map(|home| home.join(".local/state")))
}

/// Without links; `None` if the directory was removed.
pub fn current_dir() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// An empty name is the current user; others are looked up in /etc/passwd.
pub fn home_of(name: &str) -> Option<PathBuf> {
    if name.is_empty() {
        return dirs::home_dir();
    }
    let fields = user(|fields| fields[0] == name)?;
    fields.get(5).map(PathBuf::from)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    do_not_wait(&mut options);
    options.open(path)
}

/// Opens without blocking, in case a FIFO has replaced the file since it was checked. Has no effect on regular files.
pub(super) fn do_not_wait(options: &mut OpenOptions) {
    #[cfg(unix)]
    set_flags(options, OFlags::NONBLOCK);
    #[cfg(not(unix))]
    let _ = options;
}

/// As [`do_not_wait`], and a link is an error.
pub(super) fn follow_nothing(options: &mut OpenOptions) {
    #[cfg(unix)]
    set_flags(options, OFlags::NONBLOCK | OFlags::NOFOLLOW);
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(unix)]
fn set_flags(options: &mut OpenOptions, flags: OFlags) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_public_file_takes_the_place_of_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let [page, other] = ["man1/page", "other"].map(|name| dir.path().join(name));
        fs::write(&other, "mine").unwrap();
        fs::create_dir(dir.path().join("man1")).unwrap();
        std::os::unix::fs::symlink(&other, &page).unwrap();
        for text in ["one", "two"] {
            write_public(&page, text).unwrap();
            assert_eq!(fs::read_to_string(&page).unwrap(), text);
        }
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
        assert_eq!(names_in(&dir.path().join("man1")), ["page"]);
    }

    #[test]
    fn regular_files_only() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"\xffx").unwrap();
        assert_eq!(read_regular(&file).unwrap().unwrap(), b"\xffx");
        assert_eq!(read_regular(&dir.path().join("none")).unwrap(), None);
        assert_eq!(read_regular(&file.join("below")).unwrap(), None);
        assert_eq!(read_regular(dir.path()).unwrap(), None);
        assert_eq!(read_regular(Path::new("")).unwrap(), None);
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let file = File::create(&path).unwrap();
        for (length, is_read) in [(MAX_FILE, true), (MAX_FILE + 1, false), (1 << 40, false)] {
            if file.set_len(length).is_err() {
                continue;
            }
            match read_regular(&path) {
                Ok(bytes) => assert_eq!((bytes.unwrap().len() as u64, true), (length, is_read)),
                Err(error) => {
                    assert_eq!((error.kind(), is_read), (ErrorKind::FileTooLarge, false));
                    assert!(error.to_string().contains(&format!("{length} bytes")), "{error}");
                }
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn neither_devices_nor_fifos_nor_sockets_are_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&fifo)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(read_regular(&fifo).unwrap(), None);
        assert_eq!(read_regular(Path::new("/dev/zero")).unwrap(), None);
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(read_regular(&socket).unwrap(), None);
        let circle = dir.path().join("circle");
        std::os::unix::fs::symlink(&circle, &circle).unwrap();
        assert_eq!(read_regular(&circle).unwrap(), None);
    }
}
