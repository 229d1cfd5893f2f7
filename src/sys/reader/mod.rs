//! Who reads a script: a shell that will run it, or something else. Here, what the wrapper function prints; in
//! `stdout`, what this program prints without the function.
//!
//! The wrapper captures what this program prints, and runs it. In `eval "$(awsenv use x)"` the wrapper itself runs in a
//! subshell, so the shell around it needs the text too. The wrapper passes its own stdout as descriptor 3. A shell
//! reads it if it is a pipe and a process between this one and `$$` holds the read end: the shell that does the
//! substitution. In `(awsenv use x; cmd) | tee log` no such process does.
//!
//! fish has no subshells and passes no descriptor: it reports itself whether it is in a substitution.

#[cfg_attr(not(target_os = "linux"), path = "unseen.rs")]
mod processes;
pub mod stdout;

use std::fs::File;
use std::io::{self, Write as _};

use crate::shell::Shell;
use crate::shell::wrapper::{Substitution, Wrapper};

#[derive(Debug, Default)]
pub struct Reader {
    /// Whether a shell reads what the wrapper prints.
    pub is_shell: bool,
    /// Whether that is a guess, and stderr goes to the same pipe, which may be a log.
    pub may_be_log: bool,
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
                ..Self::default()
            };
        }
        let Some(stream) = wrapper.process.and_then(|_| system::output(is_captured)) else {
            return Self::default();
        };
        let seen = system::is_read_by_shell(wrapper, &stream);
        let is_shell = seen.unwrap_or_else(|| is_probable(wrapper));
        Self {
            is_shell,
            may_be_log: is_shell && seen.is_none() && system::is_stderr(&stream),
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

/// The answer if processes cannot be seen. An eval that does nothing is worse than a script in a log.
fn is_probable(wrapper: Wrapper) -> bool {
    matches!(wrapper.substitution, Substitution::Unknown | Substitution::Pipe)
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::os::fd::{AsFd, AsRawFd as _};

    use filedescriptor::FileDescriptor;
    use rustix::fs::{FileType, Stat, fstat};

    use super::processes;
    use crate::shell::Shell;
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

    /// `None` if the processes that may read cannot be seen.
    pub(super) fn is_read_by_shell(wrapper: Wrapper, stream: &File) -> Option<bool> {
        // Every substitution is a subshell.
        if wrapper.depth == Some(0) {
            return Some(false);
        }
        match fstat(stream).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            // In zsh the last command of a pipeline may be a loop of the shell itself, but zsh reports its substitutions.
            Ok(FileType::Fifo) if wrapper.shell == Shell::Zsh && wrapper.substitution == Substitution::None => {
                Some(false)
            }
            Ok(FileType::Fifo) => processes::is_read_by_shell(stream.as_raw_fd(), wrapper.process),
            Ok(FileType::RegularFile) => Some(wrapper.substitution == Substitution::File),
            _ => Some(false),
        }
    }

    pub(super) fn is_stderr(stream: &impl AsFd) -> bool {
        let keeps = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) != FileType::CharacterDevice;
        let is_same = |a: Stat, b: Stat| keeps(&a) && (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino);
        fstat(stream).is_ok_and(|own| fstat(rustix::stdio::stderr()).is_ok_and(|other| is_same(own, other)))
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

    pub(super) fn is_read_by_shell(_: Wrapper, _: &File) -> Option<bool> {
        Some(false)
    }

    pub(super) fn is_stderr<T>(_: &T) -> bool {
        false
    }
}
