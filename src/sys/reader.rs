//! Who reads what the wrapper function prints: a shell that will run it, or something else.
//!
//! The wrapper captures what this program prints, and runs it. In `eval "$(awsenv use x)"` the wrapper itself runs in a
//! subshell, so the shell around it needs the text too. The wrapper passes its own stdout as descriptor 3. A shell
//! reads it if it is a pipe and a process between this one and `$$` holds the read end: the shell that does the
//! substitution. In `(awsenv use x; cmd) | tee log` no such process does.
//!
//! fish has no subshells and passes no descriptor: it reports itself whether it is in a substitution.

use std::fs::File;
use std::io::{self, Write as _};

use crate::shell::Shell;
use crate::shell::wrapper::{Substitution, Wrapper};

#[derive(Debug, Default)]
pub struct Reader {
    /// Whether a shell reads what the wrapper prints.
    pub is_shell: bool,
    /// Where that shell reads, if the wrapper captures this program's stdout.
    handed: Option<File>,
}

impl Reader {
    /// `is_captured` says whether the wrapper captures this program's output. Takes descriptor 3 of a captured call, so
    /// that no program started later inherits it.
    pub fn find(wrapper: Wrapper, is_captured: bool) -> Self {
        let is_fish = wrapper.shell == Shell::Fish;
        if is_captured && is_fish {
            return Self {
                is_shell: wrapper.substitution == Substitution::Pipe,
                handed: None,
            };
        }
        let Some(stream) = wrapper.process.and_then(|_| system::output(is_captured)) else {
            return Self::default();
        };
        let is_shell = system::is_read_by_shell(wrapper, &stream);
        Self {
            is_shell,
            handed: Some(stream).filter(|_| is_captured && is_shell),
        }
    }

    /// Writes the text to the shell that reads, if the wrapper captures this program's stdout and a shell reads the
    /// wrapper's.
    ///
    /// # Errors
    /// What the system says.
    pub fn hand_on(&self, text: &str) -> io::Result<()> {
        let mut handed = self.handed.as_ref();
        handed.as_mut().map_or(Ok(()), |file| file.write_all(text.as_bytes()))
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;

    use filedescriptor::FileDescriptor;
    use rustix::fs::{FileType, fstat};

    use crate::shell::wrapper::{Substitution, Wrapper};

    /// The descriptor that the wrapper passes.
    const HANDED: i32 = 3;

    /// The wrapper's stdout: descriptor 3, which this closes, or this program's own. `None` if it is closed.
    pub(super) fn output(is_handed: bool) -> Option<File> {
        let number = if is_handed { HANDED } else { 1 };
        let file = FileDescriptor::dup(&number).ok()?.as_file().ok()?;
        if is_handed {
            let _ = nix::unistd::close(HANDED);
        }
        Some(file)
    }

    pub(super) fn is_read_by_shell(wrapper: Wrapper, stream: &File) -> bool {
        // Every substitution is a subshell.
        if wrapper.depth == Some(0) {
            return false;
        }
        match fstat(stream).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Ok(FileType::Fifo) => is_held(wrapper, stream).unwrap_or_else(|| is_probable(wrapper)),
            Ok(FileType::RegularFile) => wrapper.substitution == Substitution::File,
            _ => false,
        }
    }

    /// The answer for a pipe if processes cannot be seen. An eval that does nothing is worse than a script in a log.
    fn is_probable(wrapper: Wrapper) -> bool {
        matches!(wrapper.substitution, Substitution::Unknown | Substitution::Pipe)
    }

    #[cfg(target_os = "linux")]
    use super::linux::is_held;

    #[cfg(not(target_os = "linux"))]
    fn is_held(_: Wrapper, _: &File) -> Option<bool> {
        None
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;

    use crate::shell::wrapper::Wrapper;

    /// PowerShell functions run in the shell that they change, and pass no descriptor.
    pub(super) fn output(_: bool) -> Option<File> {
        None
    }

    pub(super) fn is_read_by_shell(_: Wrapper, _: &File) -> bool {
        false
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;
    use std::path::Path;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use crate::shell::Shell;
    use crate::shell::wrapper::{Substitution, Wrapper};
    use crate::sys::proc::{self, Stat};
    use crate::sys::signals;

    /// How often a shell must be seen waiting with the read end.
    const SIGHTINGS: usize = 3;

    const PAUSE: Duration = Duration::from_millis(1);

    /// How long to wait for a shell to close the read end. A trap may run meanwhile.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// What a shell does with the read end.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Holder {
        /// It sleeps, and has started nothing after the child that led to this process: it reads.
        Waits,
        /// It runs, or waits for a process that it started later.
        Busy,
    }

    /// Whether a shell between this process and `$$` reads the pipe; `None` if they cannot all be seen.
    ///
    /// A shell that runs `… | cmd` also holds the read end for a moment, until it has started `cmd`. It seldom sleeps
    /// then, except for zsh, which sleeps until `cmd` has started. So one look is not enough, and a busy shell is
    /// checked again.
    pub(super) fn is_held(wrapper: Wrapper, stream: &File) -> Option<bool> {
        let last = wrapper.process?;
        // In zsh the last command of a pipeline may be a loop of the shell itself, but zsh reports its substitutions.
        if wrapper.shell == Shell::Zsh && wrapper.substitution == Substitution::None {
            return Some(false);
        }
        let link = proc::own_link(stream.as_raw_fd())?;
        let mut wanted = SIGHTINGS;
        let start = Instant::now();
        loop {
            let Some(holder) = holder(last, &link)? else {
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
    fn holder(last: u32, link: &Path) -> Option<Option<Holder>> {
        let mut child = std::process::id();
        let mut process = std::os::unix::process::parent_id();
        // After `$$` has ended, its subshells have another parent.
        while process != 1 || last == 1 {
            let Stat { state, parent } = proc::stat(process)?;
            if proc::can_read(process, link)? && is_shell(process, child)? {
                return Some(use_of(process, state, child, link));
            }
            if process == last {
                break;
            }
            (child, process) = (process, parent);
        }
        Some(None)
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
    fn is_shell(process: u32, child: u32) -> Option<bool> {
        let program = proc::program(process)?;
        let name = program.file_name().unwrap_or_default();
        let is_known = name.to_str().and_then(Shell::parse).is_some();
        Some(is_known || proc::program(child).is_some_and(|other| other == program))
    }
}
