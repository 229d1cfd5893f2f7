//! The processes above this one, and the system's list of login shells.

use std::fs;
use std::path::Path;

use crate::shell::Shell;
use crate::shell::detect::{Ancestor, Unknown, nearest};
use crate::shell::program::Program;

/// How far up to look for a shell: wrappers such as `env`, `make` or `npm` may be in between.
const MAX: usize = 12;

/// With which PowerShell starts itself for a job, and sshd for a remote session (about_Pwsh, about_Powershell_exe).
const SERVER_OPTIONS: [&str; 4] = ["-s", "-servermode", "-sshs", "-sshservermode"];

/// The nearest shell above this process.
///
/// # Errors
/// As [`nearest`].
pub fn shell() -> Result<Shell, Unknown> {
    nearest(all().take(MAX), is_login_shell)
}

/// Their command lines, nearest first. Without /proc there are none.
pub fn command_lines() -> impl Iterator<Item = Vec<String>> {
    all().take(MAX).map(|ancestor| ancestor.words)
}

/// Whether the nearest shell is a PowerShell that serves another one: a background job, or a remote session. What a
/// program prints there is the job's output, unless the job captures it, which nothing shows.
pub fn is_powershell_server() -> bool {
    let is_shell = |words: &Vec<String>| words.first().is_some_and(|word| Shell::parse(word).is_some());
    command_lines().find(is_shell).is_some_and(|words| {
        let serves = |word: &String| SERVER_OPTIONS.iter().any(|option| word.eq_ignore_ascii_case(option));
        Shell::parse(&words[0]) == Some(Shell::PowerShell) && words[1..].iter().any(serves)
    })
}

/// How many of them run the program of this name.
pub fn count(program: &str) -> usize {
    let runs = |ancestor: &Ancestor| {
        let called = ancestor.words.first().or(ancestor.program.as_ref());
        called.is_some_and(|path| Path::new(path).file_name().is_some_and(|name| name == program))
    };
    all().filter(runs).count()
}

/// Nearest first. Each is looked at only when it is asked for.
#[cfg(target_os = "linux")]
fn all() -> impl Iterator<Item = Ancestor> {
    use crate::sys::proc;
    let above = |process: &u32| {
        proc::stat(*process)
            .map(|stat| stat.parent)
            .filter(|parent| *parent != 0)
    };
    let first = Some(std::os::unix::process::parent_id()).filter(|parent| *parent != 0);
    std::iter::successors(first, above).map(|process| {
        let program = proc::program(process).map(|path| path.to_string_lossy().into_owned());
        Ancestor {
            // A program that was updated since it started.
            program: program.map(|path| path.trim_end_matches(" (deleted)").to_owned()),
            name: proc::name(process),
            words: proc::words(process),
        }
    })
}

/// Without /proc, one run of `ps` for each ancestor.
#[cfg(all(unix, not(target_os = "linux")))]
fn all() -> impl Iterator<Item = Ancestor> {
    let ps = |id: u32| {
        let ps = std::process::Command::new("/bin/ps")
            .args(["-o", "ppid=,comm=", "-p", &id.to_string()])
            .output();
        let line = String::from_utf8_lossy(&ps.ok()?.stdout).into_owned();
        let (parent, name) = line.trim().split_once(char::is_whitespace)?;
        let parent = parent.parse::<u32>().ok().filter(|parent| *parent > 1);
        Some((parent, name.trim().to_owned()))
    };
    let first = ps(std::os::unix::process::parent_id());
    std::iter::successors(first, move |(parent, _)| ps((*parent)?)).map(|(_, name)| Ancestor {
        program: Some(name),
        ..Ancestor::default()
    })
}

/// On Windows the wrapper or `--shell` says which shell it is.
#[cfg(not(unix))]
fn all() -> impl Iterator<Item = Ancestor> {
    std::iter::empty()
}

/// Whether /etc/shells lists a program of this name, or a link to it.
fn is_login_shell(name: &str) -> bool {
    let text = fs::read_to_string("/etc/shells").unwrap_or_default();
    let paths = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    // Ours have been recognized before.
    let mut others = paths.filter(|path| path.starts_with('/') && !matches!(Program::of(path), Program::Shell(_)));
    let is_named = |path: &Path| path.file_name().is_some_and(|file| file == name);
    others.any(|path| is_named(Path::new(path)) || fs::canonicalize(path).is_ok_and(|path| is_named(&path)))
}
