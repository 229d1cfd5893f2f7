//! Processes: this one, and running others.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
const MAX_OUTPUT: u64 = 1024 * 1024;

/// In bytes, for a credential_process.
const USUAL_OUTPUT: usize = 16 * 1024;

/// Runs a credential_process without a shell, with the same stdin and terminal, and captures its output.
///
/// # Errors
/// What the system says if it cannot be started, or that it prints more than a megabyte.
pub fn capture(argv: &[String], env: &Env) -> io::Result<Captured> {
    let (program, args) = argv
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env.iter());
    command
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    signals::watch();
    let mut child = command.spawn()?;
    // Reads both at once, because a program that fills one pipe waits for its reader.
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = std::thread::scope(|scope| {
        let stderr = scope.spawn(|| read_some(stderr));
        let stdout = read_some(stdout);
        (stdout, stderr.join().unwrap_or_else(|_| Ok(Zeroizing::default())))
    });
    let (stdout, stderr) = (stdout?, stderr?);
    if stdout.len() as u64 > MAX_OUTPUT {
        let _ = child.kill();
        let _ = child.wait();
        return Err(io::Error::other("it prints too much"));
    }
    let status = child.wait()?;
    Ok(Captured {
        failure: (!status.success()).then(|| status.to_string()),
        stdout,
        stderr,
    })
}

/// Reads up to one byte more than allowed, then closes the pipe, so that the writer ends.
fn read_some(pipe: Option<impl Read>) -> io::Result<Zeroizing<Vec<u8>>> {
    // Large enough for any secret, because growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(USUAL_OUTPUT));
    if let Some(pipe) = pipe {
        pipe.take(MAX_OUTPUT + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
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
