//! What /proc says about other processes (Linux, proc(5)).

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// From /proc/PID/stat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// `R` running or ready, `S` asleep, `D` waiting for a disk, and so on.
    pub state: char,
    /// The process that started it or adopted it.
    pub parent: u32,
    /// Whether it still runs the program of the process that started it, as a subshell does.
    pub is_fork: bool,
}

/// In the flags of a process: forked, but did not execute a program since.
const FORKNOEXEC: u64 = 0x40;

/// `None` if there is no such process, or no /proc.
pub fn stat(process: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(folder(process).join("stat")).ok()?)
}

/// The second field is the program's name, which may contain blanks and parentheses.
fn parse_stat(text: &str) -> Option<Stat> {
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some(Stat {
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
        // Process group, session, terminal and its group come before the flags.
        is_fork: fields.nth(4)?.parse::<u64>().ok()? & FORKNOEXEC != 0,
    })
}

/// The target of one of this process's descriptors, as a link; `None` if there is no /proc, or only that of another PID
/// namespace.
pub fn own_link(descriptor: i32) -> Option<PathBuf> {
    let own = fs::read_link("/proc/self").ok()?;
    let is_ours = own.to_str() == Some(&std::process::id().to_string());
    is_ours.then(|| link(std::process::id(), descriptor)).flatten()
}

/// The target of one of a process's descriptors, as a link; `None` if it is closed or cannot be seen.
pub fn link(process: u32, descriptor: i32) -> Option<PathBuf> {
    fs::read_link(folder(process).join("fd").join(descriptor.to_string())).ok()
}

/// `None` if it cannot be seen.
pub fn program(process: u32) -> Option<PathBuf> {
    fs::read_link(folder(process).join("exe")).ok()
}

/// The name that a process gives itself.
pub fn name(process: u32) -> Option<String> {
    let name = fs::read_to_string(folder(process).join("comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// In bytes; the beginning of a command line says what runs.
const MAX_WORDS: u64 = 4096;

/// The command line; empty if it cannot be seen.
pub fn words(process: u32) -> Vec<String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(folder(process).join("cmdline"));
    let _ = file.map(|file| file.take(MAX_WORDS).read_to_end(&mut bytes));
    let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

fn folder(process: u32) -> PathBuf {
    Path::new("/proc").join(process.to_string())
}

/// Whether a process can read from the target of `link`, which is like a link in /proc/PID/fd; `None` if that cannot be
/// seen, such as for another user's process.
pub fn can_read(process: u32, link: &Path) -> Option<bool> {
    let info = folder(process).join("fdinfo");
    let mut same = descriptors(process, link)?;
    Some(same.any(|descriptor| is_for_reading(&info.join(descriptor))))
}

/// Whether a process has the target of `link` open; `None` if that cannot be seen.
pub fn holds(process: u32, link: &Path) -> Option<bool> {
    Some(descriptors(process, link)?.next().is_some())
}

fn descriptors(process: u32, link: &Path) -> Option<impl Iterator<Item = OsString>> {
    let entries = fs::read_dir(folder(process).join("fd")).ok()?.filter_map(Result::ok);
    let same = entries.filter(move |entry| fs::read_link(entry.path()).is_ok_and(|target| target == link));
    Some(same.map(|entry| entry.file_name()))
}

/// The youngest running child of a process; `None` if the kernel does not list children.
pub fn last_child(process: u32) -> Option<u32> {
    let task = folder(process).join("task").join(process.to_string());
    let children = fs::read_to_string(task.join("children")).ok()?;
    children.split_whitespace().next_back()?.parse().ok()
}

/// `flags:` is octal; its last two bits are 0 for read-only (open(2)), as for the read end of a pipe. A shell that
/// opens a named pipe for both reading and writing uses it for something else.
fn is_for_reading(info: &Path) -> bool {
    let text = fs::read_to_string(info).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & 0o3 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd as _;

    #[test]
    fn a_name_may_hold_what_separates_the_fields() {
        let expected = |state, parent, is_fork| Some(Stat { state, parent, is_fork });
        let stat = parse_stat("42 (a) S 7 (b) R 9 42 1 0 -1 4194304 3");
        assert_eq!(stat, expected('R', 9, false));
        assert_eq!(parse_stat("42 (sh) S 7 42 1 0 -1 4194368"), expected('S', 7, true));
        assert_eq!(parse_stat("42 (sh) S 7 42"), None);
        assert_eq!(parse_stat("42 (sh)"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn the_two_ends_of_a_pipe_are_told_apart() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let own = std::process::id();
        let link = own_link(writer.as_raw_fd()).expect("a link");
        assert_eq!(can_read(own, &link), Some(true));
        drop(reader);
        assert_eq!(can_read(own, &link), Some(false));
        assert_eq!(can_read(u32::MAX, &link), None);
    }
}
