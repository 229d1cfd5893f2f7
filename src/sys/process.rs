//! Processes: this one, and running others.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::env::Env;
use crate::env::limits::Limits;
use crate::process::{Captured, Launch};
use crate::sys::signals;

#[derive(Debug)]
pub struct NotStarted {
    /// As shells report it: 127 not found, 126 not executable.
    pub status: u8,
    pub error: io::Error,
}

/// Replaces this process; returns only if that failed.
#[cfg(unix)]
pub fn launch(launch: Launch) -> Result<u8, NotStarted> {
    use std::os::unix::process::CommandExt as _;
    Err(NotStarted::from(command(launch).exec()))
}

/// Windows cannot replace a process, so this waits for the program's status.
#[cfg(not(unix))]
pub fn launch(launch: Launch) -> Result<u8, NotStarted> {
    let status = command(launch).status().map_err(NotStarted::from)?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code & 0xff).ok())
        .unwrap_or(1))
}

fn command(launch: Launch) -> Command {
    let mut command = Command::new(launch.program);
    command.args(launch.args).env_clear().envs(launch.env);
    command
}

impl From<io::Error> for NotStarted {
    fn from(error: io::Error) -> Self {
        let status = if error.kind() == io::ErrorKind::NotFound {
            127
        } else {
            126
        };
        Self { status, error }
    }
}

/// In bytes. Far more than any credential_process prints, so one that never stops cannot fill the memory.
const MAX_OUTPUT: usize = 1024 * 1024;

/// In bytes, for a credential_process.
const USUAL_OUTPUT: usize = 16 * 1024;

/// Who gets what a program prints to stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stderr {
    /// Only the caller.
    Captured,
    /// The user, as it comes: a program may ask there for a touch or a code. The caller gets it too, unless stderr is a
    /// terminal, which the program may want to see as one.
    Shown,
}

/// Runs a credential_process without a shell, with the same stdin and terminal, and captures its output.
///
/// # Errors
/// What the system says if it cannot be started, that it prints more than a megabyte, or that it takes longer than
/// `limit`; then it is killed.
pub fn capture(argv: &[String], env: &Env, stderr: Stderr, limit: Option<Duration>) -> io::Result<Captured> {
    let is_inherited = stderr == Stderr::Shown && io::stderr().is_terminal();
    let (program, args) = argv
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env.iter());
    command
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(if is_inherited { Stdio::inherit() } else { Stdio::piped() });
    signals::watch();
    let mut child = command.spawn()?;
    // Reads both at once, because a program that fills one pipe waits for its reader.
    let (ended, ends) = mpsc::channel();
    let stdout = Output::read(child.stdout.take(), None, ended.clone())?;
    let shown = (stderr == Stderr::Shown).then(io::stderr);
    let stderr = Output::read(child.stderr.take(), shown, ended)?;
    if let Err(error) = wait_for_output(&mut child, &ends, 2, limit) {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    let (stdout, stderr) = (stdout.taken()?, stderr.taken()?);
    if stdout.len() > MAX_OUTPUT {
        let _ = child.kill();
        let _ = child.wait();
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it prints too much"));
    }
    let status = child.wait()?;
    Ok(Captured {
        failure: (!status.success()).then(|| status.to_string()),
        stdout,
        stderr,
    })
}

/// How often to look whether a program has ended whose output has not.
const GLANCE: Duration = Duration::from_millis(50);

/// How long a program that has ended may leave its output open: something that it started may hold it for ever.
const GRACE: Duration = Duration::from_millis(500);

/// Returns when so many outputs have ended, or shortly after the program has.
pub(super) fn wait_for_output(
    child: &mut Child,
    ends: &Receiver<()>,
    mut open: u32,
    limit: Option<Duration>,
) -> io::Result<()> {
    let start = Instant::now();
    let mut deadline = None;
    while open > 0 {
        match ends.recv_timeout(GLANCE) {
            Ok(()) => open -= 1,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(limit) = limit.filter(|limit| start.elapsed() > *limit && deadline.is_none()) {
            let why = format!("it takes longer than {} s", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, why));
        }
        if deadline.is_none() && child.try_wait()?.is_some() {
            deadline = Some(Instant::now() + GRACE);
        }
    }
    Ok(())
}

/// What a pipe has brought so far. The thread that reads it goes on until the pipe ends.
pub(super) struct Output(Arc<Mutex<io::Result<Zeroizing<Vec<u8>>>>>);

impl Output {
    /// Sends a word when the pipe ends, or has brought one byte more than allowed; then the pipe is closed, so that the
    /// writer ends.
    pub(super) fn read(
        pipe: Option<impl Read + Send + 'static>,
        shown: Option<io::Stderr>,
        ended: Sender<()>,
    ) -> io::Result<Self> {
        // Large enough for any secret, because growing would leave copies behind.
        let bytes = Zeroizing::new(Vec::with_capacity(USUAL_OUTPUT));
        let output = Self(Arc::new(Mutex::new(Ok(bytes))));
        let shared = Self(Arc::clone(&output.0));
        let read = move || {
            if let Some(Err(error)) = pipe.map(|pipe| shared.fill(pipe, shown)) {
                *shared.lock() = Err(error);
            }
            // After the wait, the receiver is gone.
            let _ = ended.send(());
        };
        std::thread::Builder::new().spawn(read)?;
        Ok(output)
    }

    fn fill(&self, mut pipe: impl Read, mut shown: Option<io::Stderr>) -> io::Result<()> {
        let mut part = Zeroizing::new([0; 4096]);
        loop {
            let length = match pipe.read(&mut *part) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                length => length?,
            };
            // Nobody may read it, which is no reason to fail.
            let _ = shown.as_mut().map(|shown| shown.write_all(&part[..length]));
            let Ok(bytes) = &mut *self.lock() else { return Ok(()) };
            bytes.extend_from_slice(&part[..length]);
            if length == 0 || bytes.len() > MAX_OUTPUT {
                return Ok(());
            }
        }
    }

    pub(super) fn taken(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        std::mem::replace(&mut *self.lock(), Ok(Zeroizing::default()))
    }

    fn lock(&self) -> MutexGuard<'_, io::Result<Zeroizing<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A program by its path or from the PATH, whose relative directories do not count.
pub(super) fn absolute(word: &str, env: &Env) -> Option<PathBuf> {
    let path = env.os("PATH").unwrap_or_default();
    let whole = std::env::split_paths(path).filter(|dir| dir.is_absolute());
    let env = env.clone().with("PATH", &std::env::join_paths(whole).ok()?);
    find(word, &env).ok()
}

/// The program that a `credential_process` runs for its first word, by rules that all SDKs share: without a shell,
/// nothing in the word is expanded.
///
/// # Errors
/// What keeps it from running, to complete "which …".
pub fn find(word: &str, env: &Env) -> Result<PathBuf, &'static str> {
    let path = Path::new(word);
    if path.is_absolute() {
        return check_program(path).map(|()| path.to_owned());
    }
    if word.contains(std::path::is_separator) {
        return Err("is not an absolute path, so it is found from only one directory");
    }
    let name = format!("{}{}", word.strip_suffix(EXE_SUFFIX).unwrap_or(word), EXE_SUFFIX);
    std::env::split_paths(env.os("PATH").unwrap_or_default())
        .map(|dir| dir.join(&name))
        .find(|path| check_program(path).is_ok())
        .ok_or("is not on the PATH")
}

fn check_program(path: &Path) -> Result<(), &'static str> {
    match fs::metadata(path) {
        Err(_) => Err("does not exist"),
        Ok(meta) if !meta.is_file() => Err("is not a file"),
        Ok(_) if !is_executable(path) => Err("cannot be executed"),
        Ok(_) => Ok(()),
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Windows recognizes programs by their names.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// The path by which others run this program: the first match on the PATH, with its links, so that an update behind a
/// link is used too; else the path from `arg0`.
///
/// # Errors
/// What the system says; a program not called `awsenv`.
pub fn own_command(env: &Env, arg0: Option<&OsStr>) -> io::Result<PathBuf> {
    let running = std::env::current_exe()?;
    let name = format!("awsenv{}", std::env::consts::EXE_SUFFIX);
    let is_this = |path: &PathBuf| fs::canonicalize(path).ok() == fs::canonicalize(&running).ok();
    let path = env.os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(&name))
        .find(is_this);
    let called = || {
        let called = std::path::absolute(arg0?).ok()?;
        Some(called).filter(is_this)
    };
    let found = on_path.or_else(called).unwrap_or(running);
    if found.file_stem().is_some_and(|stem| stem == "awsenv") {
        Ok(found)
    } else {
        Err(io::Error::other(format!("its file is named `{}`", found.display())))
    }
}

/// What a program that is started from this process may be given.
#[cfg(target_os = "linux")]
pub fn limits() -> Limits {
    use rustix::process::{Resource, getrlimit};
    // execve(2): a quarter of the stack, within these two bounds; and MAX_ARG_STRLEN where pages are smallest.
    let stack = getrlimit(Resource::Stack).current.unwrap_or(u64::MAX);
    let all = (stack / 4).clamp(128 * 1024, 6 * 1024 * 1024);
    Limits {
        one: 128 * 1024,
        all: usize::try_from(all).unwrap_or(usize::MAX),
    }
}

/// The smallest ARG_MAX of the systems of this kind that are in use: that of NetBSD, and of macOS for scripts.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn limits() -> Limits {
    let all = 256 * 1024;
    Limits { one: all, all }
}

/// SetEnvironmentVariable takes 32 767 characters, and sets no limit for all.
#[cfg(not(unix))]
pub fn limits() -> Limits {
    Limits {
        one: 32_767,
        all: usize::MAX,
    }
}

/// Keeps other processes of the same user from reading this process's memory, and a crash from writing it to disk. A
/// program that replaces this process does not inherit it.
pub fn protect_memory() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// In bytes: more than a run takes for files of the usual size.
#[cfg(unix)]
const MEMORY: usize = 8 * 1024 * 1024;

/// In bytes: more than a run needs of its stack.
#[cfg(unix)]
const STACK: u64 = 192 * 1024;

/// Whether a limit (ulimit) leaves too little memory to run. Out of memory, a program ends without a word.
#[cfg(unix)]
pub fn is_short_of_memory() -> bool {
    use rustix::process::{Resource, getrlimit};
    let limit = |resource| getrlimit(resource).current;
    let is_limited = limit(Resource::As).or(limit(Resource::Data)).is_some();
    let reserve = || std::hint::black_box(Vec::<u8>::new()).try_reserve_exact(MEMORY);
    limit(Resource::Stack).is_some_and(|stack| stack < STACK) || is_limited && reserve().is_err()
}

/// Windows has no such limits.
#[cfg(not(unix))]
pub fn is_short_of_memory() -> bool {
    false
}

/// Whether stdout was closed at the start: the runtime then opens /dev/null for reading and writing in its place, and
/// every write would seem to succeed.
#[cfg(unix)]
pub fn stdout_is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let out = rustix::stdio::stdout();
    let read_write = fcntl_getfl(out).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let same = |null: rustix::fs::Stat| {
        fstat(out).is_ok_and(|stat| stat.st_rdev == null.st_rdev && stat.st_ino == null.st_ino)
    };
    read_write && stat("/dev/null").is_ok_and(same)
}

/// On Windows a closed handle stays closed.
#[cfg(not(unix))]
pub fn stdout_is_closed() -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// What the script prints, and how long that took.
    fn captured(script: &str) -> (io::Result<Captured>, Duration) {
        let start = Instant::now();
        let argv = ["/bin/sh", "-c", script].map(str::to_owned);
        let env = Env::from_iter([("PATH", "/usr/bin:/bin")]);
        (capture(&argv, &env, Stderr::Captured, None), start.elapsed())
    }

    #[test]
    fn what_a_program_leaves_running_holds_nobody() {
        for left in [
            "sleep 60 &",
            "(sleep 60 &)",
            "sleep 60 >&2 &",
            "(echo late; sleep 60) &",
        ] {
            let (found, took) = captured(&format!("{left}\necho keys; echo why >&2; exit 3"));
            let found = found.unwrap();
            assert!(took < Duration::from_secs(20), "{left}: {took:?}");
            let text = String::from_utf8(found.stdout.to_vec()).unwrap();
            assert!(text.contains("keys\n"), "{left}: {text}");
            assert_eq!(found.stderr.as_slice(), b"why\n", "{left}");
            assert!(found.failure.is_some_and(|failure| failure.contains('3')), "{left}");
        }
    }

    #[test]
    fn a_slow_program_is_waited_for_and_all_of_its_output_is_read() {
        let (found, _) = captured("sleep 1; echo keys");
        assert_eq!(found.unwrap().stdout.as_slice(), b"keys\n");
        let (found, _) = captured("(sleep 0.2; echo late) & exit 0");
        assert_eq!(found.unwrap().stdout.as_slice(), b"late\n");
        let (found, took) = captured("head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2");
        let found = found.unwrap();
        assert_eq!((found.stdout.len(), found.stderr.len()), (MAX_OUTPUT, MAX_OUTPUT));
        assert!(took < GRACE, "an end is noticed at once: {took:?}");
        let argv = ["/bin/sh", "-c", "exec sleep 60"].map(str::to_owned);
        let env = Env::from_iter([("PATH", "/usr/bin:/bin")]);
        let start = Instant::now();
        let late = capture(&argv, &env, Stderr::Captured, Some(Duration::from_secs(1)));
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
        let (endless, _) = captured("while :; do echo x; done");
        assert_eq!(endless.unwrap_err().to_string(), "it prints too much");
    }
}
