//! The file of recorded uses: many processes append lines at once, and now and then one rewrites it.
//!
//! No process waits long and no line is lost. An appender holds the lock shared, a rewriter holds it exclusively. An
//! appender that has waited too long appends anyway: the rewriter copies lines that came late, and the appender checks
//! whether the file was replaced meanwhile.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::env::Env;
use crate::sys::fs::{check_size, state_dir};
use crate::sys::private::{followed, make_dir, open, open_private};
use crate::sys::signals;

/// In bytes; a thousand entries are far smaller.
const MOST: u64 = 16 * 1024 * 1024;

/// How long a user at a prompt waits for the lock.
pub const A_MOMENT: Duration = Duration::from_millis(10);

/// The file need not exist.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// What to do with the file after reading it.
#[derive(Debug)]
pub enum New {
    /// Leave it.
    Nothing,
    /// Replace its content.
    Text(String),
    /// Replace its content, and keep the old file beside it.
    Mended(String),
}

/// The result of rewriting.
#[derive(Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// Another process holds the lock.
    Busy,
    Unchanged,
    Done,
    /// As `Done`; the old file is kept here.
    Kept(PathBuf),
}

impl Store {
    /// `None` without a home directory.
    pub fn of(env: &Env) -> Option<Self> {
        let path = state_dir(env)?.join("awsenv/history");
        Some(Self { path })
    }

    /// For people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Empty if the file does not exist. Takes no lock and changes nothing.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        if !fs::metadata(&self.path).is_ok_and(|meta| meta.is_file()) {
            return Ok(Vec::new());
        }
        let mut options = OpenOptions::new();
        options.read(true);
        read(&open(&mut options, &followed(&self.path)?)?)
    }

    /// Adds a line in one write, and returns the new length of the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn append(&self, line: &str) -> io::Result<u64> {
        make_dir(self.dir())?;
        let lock = self.lock(A_MOMENT, File::try_lock_shared);
        let path = followed(&self.path)?;
        // Another round is needed only if the file was replaced after it was opened.
        for _ in 0..8 {
            let mut options = OpenOptions::new();
            let mut file = open_private(options.read(true).append(true).create(true), &path)?;
            check_size(file.metadata()?.len())?;
            append(&mut file, line.as_bytes())?;
            if is_at(&file, &path) {
                let length = file.metadata()?.len();
                drop(lock);
                return Ok(length);
            }
        }
        Err(io::Error::other("it keeps being replaced"))
    }

    /// Replaces the content with the result of `change`. A link stays a link.
    ///
    /// # Errors
    /// What the system says; the old file is still there then.
    pub fn rewrite(&self, patience: Duration, change: &dyn Fn(&[u8]) -> New) -> io::Result<Rewritten> {
        if !fs::metadata(&self.path).is_ok_and(|meta| meta.is_file()) {
            return Ok(Rewritten::Unchanged);
        }
        make_dir(self.dir())?;
        let _lock = match self.lock(patience, File::try_lock) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Rewritten::Busy),
            Err(error) => return Err(error),
        };
        let path = followed(&self.path)?;
        let mut options = OpenOptions::new();
        let mut old = open(options.read(true), &path)?;
        let mut bytes = read(&old)?;
        let is_too_long = bytes.len() as u64 > MOST;
        if !is_too_long && bytes.last().is_some_and(|last| *last != b'\n') {
            // Another process may be writing this line right now, which takes no time; otherwise the line has been torn
            // since earlier.
            std::thread::sleep(Duration::from_millis(2));
            old.read_to_end(&mut bytes)?;
        }
        let (text, kept) = match change(&bytes) {
            New::Nothing => return Ok(Rewritten::Unchanged),
            New::Text(text) => (text, None),
            New::Mended(text) => (text, Some(path.with_file_name("history.damaged"))),
        };
        if let Some(kept) = &kept {
            replace(kept, &bytes)?;
        }
        let mut new = replace(&path, text.as_bytes())?;
        // Copies what was appended after reading; a file that is far too long loses its end.
        if !is_too_long {
            let mut late = Vec::new();
            old.seek(SeekFrom::Start(bytes.len() as u64))?;
            if old.read_to_end(&mut late)? > 0 {
                append(&mut new, &late)?;
            }
        }
        Ok(kept.map_or(Rewritten::Done, Rewritten::Kept))
    }

    fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The lock is a separate file, because the history itself is replaced. If the system has no locks, it is taken to
    /// be held.
    fn lock(&self, patience: Duration, take: fn(&File) -> Result<(), TryLockError>) -> io::Result<File> {
        // A limit on the size of files is told by a signal.
        signals::watch();
        let path = self.path.with_file_name("history.lock");
        let mut options = OpenOptions::new();
        let file = open_private(options.read(true).write(true).create(true), &path)?;
        let start = Instant::now();
        loop {
            match take(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if start.elapsed() >= patience => {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

/// In one write. If the last line is torn, perhaps by a full disk, this one starts on a new line.
fn append(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        // Reads nothing if the file was truncated meanwhile.
        let _ = file.read(&mut last)?;
    }
    let start: &[u8] = if last == *b"\n" { b"" } else { b"\n" };
    let line = [start, bytes].concat();
    file.seek(SeekFrom::End(0))?;
    if file.write(&line)? < line.len() {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

fn read(file: &File) -> io::Result<Vec<u8>> {
    check_size(file.metadata()?.len())?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Uses a fixed name for the new file, which is safe because the caller holds the lock.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let new = path.with_file_name("history.new");
    let written = write_new(&new, bytes).and_then(|file| fs::rename(&new, path).map(|()| file));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = open_private(options.read(true).append(true).create_new(true), path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Whether `path` still leads to the open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// The standard library cannot tell on Windows, so the lock must be enough there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/awsenv/history");
        (dir, Store { path })
    }

    fn text(store: &Store) -> String {
        String::from_utf8(store.read().unwrap()).unwrap()
    }

    fn says(new: &'static str) -> impl Fn(&[u8]) -> New {
        move |_| New::Text(new.to_owned())
    }

    #[test]
    fn lines_are_added_and_a_torn_one_is_closed() {
        let (_dir, store) = store();
        assert_eq!(store.read().unwrap(), b"");
        assert_eq!(store.append("one\n").unwrap(), 4);
        assert_eq!(store.append("two\n").unwrap(), 8);
        fs::write(store.path(), "one\ntw").unwrap();
        store.append("three\n").unwrap();
        assert_eq!(text(&store), "one\ntw\nthree\n");
    }

    #[test]
    fn the_file_is_replaced_and_nothing_else_is_left() {
        let (_dir, store) = store();
        assert_eq!(store.rewrite(A_MOMENT, &says("x")).unwrap(), Rewritten::Unchanged);
        assert!(!store.dir().exists(), "nothing is made for nothing");
        store.append("one\n").unwrap();
        let none = store.rewrite(A_MOMENT, &|_| New::Nothing).unwrap();
        assert_eq!((none, text(&store).as_str()), (Rewritten::Unchanged, "one\n"));
        assert_eq!(store.rewrite(A_MOMENT, &says("new\n")).unwrap(), Rewritten::Done);
        assert_eq!(text(&store), "new\n");
        let mended = |bytes: &[u8]| {
            assert_eq!(bytes, b"new\n");
            New::Mended("mended\n".to_owned())
        };
        let kept = store.path().with_file_name("history.damaged").canonicalize();
        assert!(kept.is_err());
        let Rewritten::Kept(kept) = store.rewrite(A_MOMENT, &mended).unwrap() else {
            panic!("it is kept")
        };
        assert_eq!(fs::read_to_string(&kept).unwrap(), "new\n");
        assert_eq!(text(&store), "mended\n");
        let mut names = crate::sys::fs::names_in(store.dir());
        names.sort();
        assert_eq!(names, ["history", "history.damaged", "history.lock"]);
    }

    #[test]
    fn what_comes_late_comes_along() {
        let (_dir, store) = store();
        store.append("one\n").unwrap();
        let late = |bytes: &[u8]| {
            assert_eq!(bytes, b"one\n");
            // Waits a moment for the lock that this test holds, then goes on without it.
            store.append("late\n").unwrap();
            New::Text("ONE\n".to_owned())
        };
        assert_eq!(store.rewrite(A_MOMENT, &late).unwrap(), Rewritten::Done);
        assert_eq!(text(&store), "ONE\nlate\n");
        // A torn line must not count as unfinished for ever.
        fs::write(store.path(), "one\nhal").unwrap();
        let half = |bytes: &[u8]| {
            assert_eq!(bytes, b"one\nhal");
            New::Text("ONE\n".to_owned())
        };
        store.rewrite(A_MOMENT, &half).unwrap();
        assert_eq!(text(&store), "ONE\n");
    }

    #[test]
    fn one_rewrites_at_a_time_and_nobody_waits_for_ever() {
        let (_dir, store) = store();
        store.append("one\n").unwrap();
        let start = Instant::now();
        let _lock = store.lock(A_MOMENT, File::try_lock).unwrap();
        assert_eq!(store.rewrite(A_MOMENT, &says("x")).unwrap(), Rewritten::Busy);
        store.append("two\n").unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(text(&store), "one\ntwo\n");
    }

    #[test]
    fn of_what_is_far_too_long_the_begin_is_read() {
        let (_dir, store) = store();
        store.append("one\n").unwrap();
        file_of(&store).set_len(3 * MOST).unwrap();
        assert_eq!(store.read().unwrap().len() as u64, MOST + 1);
        store.rewrite(A_MOMENT, &|_| New::Mended("one\n".to_owned())).unwrap();
        assert_eq!(text(&store), "one\n");
        file_of(&store).set_len((64 << 20) + 1).unwrap();
        let refused = [
            store.read().map(drop),
            store.append("two\n").map(drop),
            store.rewrite(A_MOMENT, &says("x")).map(drop),
        ];
        for refused in refused {
            assert!(refused.unwrap_err().to_string().contains("67108865 bytes"));
        }
    }

    fn file_of(store: &Store) -> File {
        OpenOptions::new().write(true).open(store.path()).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let (dir, store) = store();
        let real = dir.path().join("elsewhere");
        fs::create_dir_all(store.dir()).unwrap();
        fs::write(&real, "one\n").unwrap();
        std::os::unix::fs::symlink(&real, store.path()).unwrap();
        store.append("two\n").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "one\ntwo\n");
        store.rewrite(A_MOMENT, &says("new\n")).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new\n");
        assert!(fs::symlink_metadata(store.path()).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn modes_are_narrow_and_mended() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, store) = store();
        store.append("one\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.path()), 0o600);
        assert_eq!(mode(store.dir()), 0o700);
        assert_eq!(mode(store.dir().parent().unwrap()), 0o700);
        fs::set_permissions(store.path(), fs::Permissions::from_mode(0o666)).unwrap();
        fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o755)).unwrap();
        store.append("two\n").unwrap();
        assert_eq!((mode(store.path()), mode(store.dir())), (0o600, 0o700));
        fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o500)).unwrap();
        let _ = store.append("only root can\n");
        assert_eq!(mode(store.dir()), 0o500, "read-only on purpose");
        fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644)).unwrap();
        store.rewrite(A_MOMENT, &|_| New::Mended("x\n".to_owned())).unwrap();
        for name in ["history", "history.damaged", "history.lock"] {
            assert_eq!(mode(&store.path().with_file_name(name)), 0o600, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn neither_fifos_nor_devices_nor_directories() {
        let (dir, store) = store();
        fs::create_dir_all(store.dir()).unwrap();
        let refused = |what: &str| {
            assert!(store.append("one\n").is_err(), "{what}");
            assert_eq!(store.read().unwrap(), b"", "{what}");
            assert_eq!(
                store.rewrite(A_MOMENT, &says("x")).unwrap(),
                Rewritten::Unchanged,
                "{what}"
            );
        };
        let mkfifo = std::process::Command::new("mkfifo").arg(store.path()).status();
        assert!(mkfifo.unwrap().success());
        refused("a fifo");
        fs::remove_file(store.path()).unwrap();
        std::os::unix::fs::symlink("/dev/zero", store.path()).unwrap();
        refused("a device");
        fs::remove_file(store.path()).unwrap();
        fs::create_dir(store.path()).unwrap();
        refused("a directory");
        fs::remove_dir(store.path()).unwrap();
        std::os::unix::fs::symlink("/dev/full", store.path()).unwrap();
        refused("what is always full");
        let below_file = Store {
            path: dir.path().join("state/awsenv/history/awsenv/history"),
        };
        assert!(below_file.append("one\n").is_err());
    }
}
