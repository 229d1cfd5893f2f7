//! Which shells hold the ends of a pipe, according to /proc.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::shell::Shell;
use crate::sys::proc::{self, Stat};
use crate::sys::signals;

/// How often a shell must be seen waiting with the pipe.
const SIGHTINGS: usize = 3;

const PAUSE: Duration = Duration::from_millis(1);

/// How long to wait for a shell to close the pipe. A trap may run meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// They run a line as a shell would, and leave the shell out where the line is simple.
const MAKES: [&str; 4] = ["bmake", "gmake", "make", "remake"];

/// What a shell that holds the pipe does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// It sleeps, and has started nothing after the child that led to this process.
    Waits,
    /// It runs, or waits for a process that it started later.
    Busy,
}

/// Whether a shell above this process, but not above `last`, reads this process's `descriptor`; `None` if they cannot
/// all be seen.
pub(super) fn is_read_by_shell(descriptor: i32, last: Option<u32>) -> Option<bool> {
    let link = proc::own_link(descriptor)?;
    is_lasting(|| reader(last, &link))
}

/// Whether a shell holds the pipe for more than a moment.
///
/// A shell that runs `… | cmd` also holds the read end until it has started `cmd`, and mksh makes the other end its own
/// stdout. It seldom sleeps then, except for zsh, which sleeps until `cmd` has started. So one look is not enough, and a
/// busy shell is checked again.
fn is_lasting(look: impl Fn() -> Option<Option<Holder>>) -> Option<bool> {
    let mut wanted = SIGHTINGS;
    let start = Instant::now();
    loop {
        let Some(holder) = look()? else {
            return Some(false);
        };
        wanted -= usize::from(holder == Holder::Waits);
        if wanted == 0 || start.elapsed() > PATIENCE {
            return Some(true);
        }
        signals::watch();
        sleep(PAUSE);
    }
}

/// The nearest shell up to `last` that can read from `link`; the inner `None` if there is none.
fn reader(last: Option<u32>, link: &Path) -> Option<Option<Holder>> {
    // After `$$` has ended, its subshells have another parent.
    let is_beyond = |process| last.map_or(process == 0, |last| process == 1 && last != 1);
    let mut child = process::id();
    let mut process = parent();
    while !is_beyond(process) {
        let Stat { state, parent, .. } = proc::stat(process)?;
        if can_read(process, parent, link)? && is_reader(process, child)? {
            return Some(use_of(process, state, child, link));
        }
        if last == Some(process) {
            break;
        }
        (child, process) = (process, parent);
    }
    Some(None)
}

/// ksh93 and `${ …; }` capture output in a file of their own, without a name.
fn can_read(process: u32, parent: u32, link: &Path) -> Option<bool> {
    if !link.as_os_str().as_bytes().ends_with(b" (deleted)") {
        return proc::can_read(process, link);
    }
    Some(proc::holds(process, link)? && proc::holds(parent, link) != Some(true))
}

/// `None` if the shell has given the read end to a program that reads it, as in `cat <(…)`.
fn use_of(shell: u32, state: char, child: u32, link: &Path) -> Option<Holder> {
    match proc::last_child(shell).filter(|last| *last != child) {
        Some(later) if proc::can_read(later, link) == Some(true) => None,
        None if state == 'S' => Some(Holder::Waits),
        _ => Some(Holder::Busy),
    }
}

/// A shell has a known name, or runs the same program as the subshell it started. yash turns into the last command
/// of a script.
fn is_reader(process: u32, child: u32) -> Option<bool> {
    let program = proc::program(process)?;
    Some(is_shell_name(&program) || proc::program(child).is_some_and(|other| other == program))
}

/// Whether this process's `descriptor` is a pipe that the shell which runs it has as its own stdout. It then leads to
/// where that shell's own output goes; in `awsenv | cmd` and `$(awsenv)` the shell has another.
pub(super) fn is_of_shell(descriptor: i32, ran: Option<&OsStr>) -> bool {
    let Some(link) = proc::own_link(descriptor).filter(|link| is_pipe(link)) else {
        return false;
    };
    let is_gone = || ran.is_some_and(is_this_program) && !is_shell(parent());
    is_gone() || is_lasting(|| Some(writer(&link))) == Some(true)
}

/// The nearest shell with `link` as its own stdout, if all processes below it have it too. A subshell is part of its
/// shell, so its own stdout says nothing.
fn writer(link: &Path) -> Option<Holder> {
    let mut process = parent();
    while proc::link(process, 1)? == link {
        let Stat { state, parent, .. } = proc::stat(process)?;
        if is_shell(process) && !is_subshell(process) && !is_piped_to(parent, link) {
            return Some(if state == 'S' { Holder::Waits } else { Holder::Busy });
        }
        process = parent;
    }
    None
}

/// yash turns into the last command of a pipeline, which then is the parent of the others.
fn is_piped_to(process: u32, link: &Path) -> bool {
    proc::link(process, 0).is_some_and(|stdin| stdin == link)
}

/// Some programs give their children one end of a socket.
fn is_pipe(link: &Path) -> bool {
    let link = link.as_os_str().as_bytes();
    link.starts_with(b"pipe:") || link.starts_with(b"socket:")
}

/// For a path that may have `*PID*` before it, as ksh93 writes `$_`.
fn is_this_program(word: &OsStr) -> bool {
    let path = word.as_bytes().rsplit(|byte| *byte == b'*').next();
    let path = path.map(|path| Path::new(OsStr::from_bytes(path)));
    path.is_some_and(|path| fs::canonicalize(path).ok() == std::env::current_exe().ok())
}

fn is_shell(process: u32) -> bool {
    let program = proc::program(process);
    program.is_some_and(|program| is_shell_name(&program) || is_make(&program))
        || proc::name(process).is_some_and(|name| is_shell_name(Path::new(&name)))
}

fn is_shell_name(program: &Path) -> bool {
    let name = program.file_name().and_then(|name| name.to_str());
    name.and_then(Shell::parse).is_some()
}

fn is_make(program: &Path) -> bool {
    let name = program.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| MAKES.contains(&name))
}

/// Whether a shell that still runs has split it off: it is part of that shell.
fn is_subshell(process: u32) -> bool {
    let of_same_program = |parent| proc::program(parent) == proc::program(process);
    proc::stat(process).is_some_and(|stat| stat.is_fork && of_same_program(stat.parent))
}

fn parent() -> u32 {
    std::os::unix::process::parent_id()
}
