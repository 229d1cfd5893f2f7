//! Who reads what the wrapper function prints: a shell that will run it, or anybody else.
//!
//! The wrapper captures what this program prints, and runs it. In `eval "$(awsenv use x)"` the wrapper itself runs in a
//! subshell, so the shell around it needs the text too. The wrapper hands its own stdout over as descriptor 3. That is
//! read by a shell if it is a pipe, and a process between this one and `$$` holds the end to read from: the shell that
//! substitutes. In `(awsenv use x; cmd) | tee log` none of them does.
//!
//! fish captures descriptor 3 instead, and leaves us its stdout: it can do so where stdout is closed, too.

use std::fs::File;
use std::io::{self, Write as _};

use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;

/// The answer, and the ways to the wrapper and to the reader.
#[derive(Debug, Default)]
pub struct Reader {
    /// Whether a shell reads what the wrapper prints.
    pub is_shell: bool,
    /// Where the wrapper reads, if that is not stdout.
    captured: Option<File>,
    /// Where the reader reads, if that is a shell and the wrapper captures what we print.
    handed: Option<File>,
}

/// A stream that somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Stdout,
    Third,
}

impl Reader {
    /// Who reads what `wrapper` prints, of a call whose output it captures or not. Takes descriptor 3 of a captured call, so
    /// that no program which we start inherits it.
    pub fn find(wrapper: Wrapper, is_captured: bool) -> Self {
        if wrapper.process.is_none() {
            return Self::default();
        }
        let stream = if is_captured && wrapper.shell != Shell::Fish {
            Stream::Third
        } else {
            Stream::Stdout
        };
        let is_shell = system::is_read_by_shell(wrapper, stream);
        let handed = (is_captured && is_shell).then(|| system::open(stream)).flatten();
        let captured = (is_captured && stream == Stream::Stdout)
            .then(|| system::open(Stream::Third))
            .flatten();
        if is_captured {
            system::close_third();
        }
        Self {
            is_shell: is_shell && (handed.is_some() || !is_captured),
            captured,
            handed,
        }
    }

    /// Whether the wrapper reads elsewhere than from stdout.
    pub fn spares_stdout(&self) -> bool {
        self.captured.is_some()
    }

    /// Gives the shell that reads, if one does, and the wrapper a whole text each.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, handed: &str, text: &str) -> io::Result<()> {
        let (mut shell, mut wrapper) = (self.handed.as_ref(), self.captured.as_ref());
        shell
            .as_mut()
            .map_or(Ok(()), |file| file.write_all(handed.as_bytes()))?;
        if let Some(file) = &mut wrapper {
            return file.write_all(text.as_bytes());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::{FileType, OFlags, stat};

    use super::Stream;
    use crate::shell::wrapper::{Substitution, Wrapper};

    pub(super) fn is_read_by_shell(wrapper: Wrapper, stream: Stream) -> bool {
        // Every substitution is a subshell.
        if wrapper.depth == Some(0) {
            return false;
        }
        let path = path(stream);
        match stat(path).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Ok(FileType::Fifo) => is_held(wrapper, path).unwrap_or_else(|| is_probable(wrapper)),
            Ok(FileType::RegularFile) => wrapper.substitution == Substitution::File,
            _ => false,
        }
    }

    /// The answer for a pipe where processes cannot be looked at. An eval that lies is worse than a text in a log.
    fn is_probable(wrapper: Wrapper) -> bool {
        matches!(wrapper.substitution, Substitution::Unknown | Substitution::Pipe)
    }

    #[cfg(target_os = "linux")]
    fn is_held(wrapper: Wrapper, path: &str) -> Option<bool> {
        super::linux::is_held(wrapper, &std::fs::read_link(path).ok()?)
    }

    #[cfg(not(target_os = "linux"))]
    fn is_held(_: Wrapper, _: &str) -> Option<bool> {
        None
    }

    /// Opens the stream anew, for this process alone: neither waits for its reader, nor starts at the beginning of a file.
    pub(super) fn open(stream: Stream) -> Option<File> {
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let mut options = File::options();
        options.append(true).custom_flags(flags.bits().cast_signed());
        let file = options.open(path(stream)).ok()?;
        rustix::fs::fcntl_setfl(&file, OFlags::APPEND).ok()?;
        Some(file)
    }

    pub(super) fn close_third() {
        let _ = nix::unistd::close(3);
    }

    fn path(stream: Stream) -> &'static str {
        match stream {
            Stream::Stdout => "/dev/fd/1",
            Stream::Third => "/dev/fd/3",
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;

    use super::Stream;
    use crate::shell::wrapper::Wrapper;

    /// PowerShell functions run in the shell that they change.
    pub(super) fn is_read_by_shell(_: Wrapper, _: Stream) -> bool {
        false
    }

    pub(super) fn open(_: Stream) -> Option<File> {
        None
    }

    pub(super) fn close_third() {}
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use crate::shell::wrapper::Wrapper;
    use crate::sys::proc::{self, Stat};

    /// Deeper than people nest subshells.
    const MAX_STEPS: usize = 64;

    /// How often a shell must be seen waiting with the end to read from.
    const SIGHTINGS: usize = 3;

    const PAUSE: Duration = Duration::from_millis(1);

    /// Who holds the end to read from for so long is not about to give it away.
    const PATIENCE: Duration = Duration::from_millis(500);

    /// Whether a shell between this process and `$$` reads the pipe that `link` names; `None` if they cannot all be
    /// seen.
    ///
    /// A shell that makes `… | cmd` holds the end to read from for a moment too, until it has started `cmd`. But it does
    /// not sleep then, or (zsh) only until that has started. So one look is not enough, and a shell that does not wait
    /// for us is looked at again.
    pub(super) fn is_held(wrapper: Wrapper, link: &Path) -> Option<bool> {
        let last = wrapper.process?;
        let mut wanted = SIGHTINGS;
        let start = Instant::now();
        loop {
            let Some(holder) = holder(last, link)? else {
                return Some(false);
            };
            wanted -= usize::from(holder.waits);
            if wanted == 0 || start.elapsed() > PATIENCE {
                return Some(true);
            }
            sleep(PAUSE);
        }
    }

    /// A shell that can read from the pipe.
    struct Holder {
        /// Whether it sleeps, and has started nothing since it started what we come from.
        waits: bool,
    }

    /// The nearest shell that can read from `link`, up to `last`; `None` inside if there is none. The process above this
    /// one is a shell; another that runs another program has ended as a shell, as yash does for the last command of a
    /// script.
    fn holder(last: u32, link: &Path) -> Option<Option<Holder>> {
        let mut child = std::process::id();
        let mut process = std::os::unix::process::parent_id();
        let shell = proc::program(process)?;
        for _ in 0..MAX_STEPS {
            let Stat { state, parent } = proc::stat(process)?;
            if proc::can_read(process, link)? && proc::program(process)? == shell {
                let waits = state == 'S' && proc::last_child(process).is_none_or(|last| last == child);
                return Some(Some(Holder { waits }));
            }
            if process == last {
                return Some(None);
            }
            (child, process) = (process, parent);
        }
        None
    }
}
