//! The terminal's mode while a secret is typed: each key is read at once, and nothing is shown.

use std::fs::{File, OpenOptions};
use std::io;

/// The controlling terminal, for answers.
///
/// # Errors
/// There is none.
pub(super) fn open() -> io::Result<File> {
    let name = if cfg!(windows) { "CONIN$" } else { "/dev/tty" };
    // Windows opens a console only for both.
    OpenOptions::new().read(true).write(cfg!(windows)).open(name)
}

/// The controlling terminal for another program's input and messages, if this process has it now.
pub(super) fn streams() -> Option<(File, File)> {
    let name = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
    let input = open().ok().filter(is_own)?;
    let messages = OpenOptions::new().read(cfg!(windows)).write(true).open(name).ok()?;
    Some((input, messages))
}

/// Restores the mode on drop.
#[derive(Debug)]
pub(super) struct Hidden(());

impl Hidden {
    /// From now on nothing is shown, and no key sends a signal. What was typed before is kept: otherwise a secret would
    /// lose its first letters unseen, and be stored that way.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn begin(terminal: &File) -> io::Result<Self> {
        hide(terminal)?;
        Ok(Self(()))
    }

    /// Hides again what a shell has made visible when it continued this program. Returns whether it had.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn renew(&self, terminal: &File) -> io::Result<bool> {
        match is_visible(terminal)? {
            true => hide(terminal).map(|()| true),
            false => Ok(false),
        }
    }

    /// Shows again what is typed, for the program that has the terminal while this one is stopped.
    pub(super) fn pause(&self) {
        restore();
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        restore();
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::sync::Mutex;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::ioctl_fionread;
    use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};
    use rustix::stdio::stdout;
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, isatty, tcflush, tcgetattr, tcgetpgrp,
        tcgetwinsize, tcsetattr,
    };

    /// The mode to restore, and the terminal. A static, because a panic ends the program without dropping anything.
    static SAVED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    /// What is on in the usual mode, and off while a secret is typed.
    const HIDDEN: LocalModes = LocalModes::ICANON
        .union(LocalModes::ECHO)
        .union(LocalModes::ISIG)
        .union(LocalModes::IEXTEN);

    pub(super) fn hide(terminal: &File) -> io::Result<()> {
        let old = tcgetattr(terminal)?;
        let mut new = old.clone();
        new.local_modes.remove(HIDDEN | LocalModes::ECHONL);
        // A shell that gets the terminal in this mode, after a kill, would take a read without a byte for the end of its
        // input. macOS cannot wait for a terminal with `poll`, so there a read has to return for signals to be noticed.
        let can_poll = !cfg!(target_vendor = "apple");
        new.special_codes[SpecialCodeIndex::VMIN] = u8::from(can_poll);
        new.special_codes[SpecialCodeIndex::VTIME] = u8::from(!can_poll);
        let own = terminal.try_clone()?;
        // A shell that has continued this program may have taken over a part of the hidden mode.
        SAVED
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get_or_insert((own, old));
        tcsetattr(terminal, OptionalActions::Drain, &new)?;
        Ok(())
    }

    /// Undoes what a program has done to the terminal that hid what is typed, and was killed.
    pub(in crate::sys::terminal) fn recover(terminal: &File) {
        let Ok(mut mode) = tcgetattr(terminal) else { return };
        if !mode.local_modes.intersects(HIDDEN) {
            mode.local_modes.insert(HIDDEN);
            let _ = tcsetattr(terminal, OptionalActions::Drain, &mode);
        }
    }

    /// The group of processes that this one belongs to.
    pub(in crate::sys::terminal) fn job() -> Option<u32> {
        u32::try_from(getpgrp().as_raw_nonzero().get()).ok()
    }

    /// Drops what was typed and not read yet.
    pub(in crate::sys::terminal) fn flush(terminal: &File) {
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }

    /// Whether something was typed and not read yet.
    pub(in crate::sys::terminal) fn has_more(terminal: &File) -> bool {
        ioctl_fionread(terminal).is_ok_and(|length| length > 0)
    }

    /// Whether what is typed for this program would be shown.
    pub(super) fn is_visible(terminal: &File) -> io::Result<bool> {
        let shown = LocalModes::ICANON | LocalModes::ECHO;
        Ok(is_own(terminal) && tcgetattr(terminal)?.local_modes.intersects(shown))
    }

    /// Whether the terminal belongs to this program now, and not to the shell or to another job: a program in the
    /// background is stopped if it touches the terminal.
    pub(in crate::sys::terminal) fn is_own(terminal: &File) -> bool {
        tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
    }

    /// Whether the terminal reads whole lines. Otherwise a program that draws on it, or edits lines, has it.
    pub(in crate::sys::terminal) fn reads_lines(terminal: &File) -> bool {
        tcgetattr(terminal).is_ok_and(|mode| mode.local_modes.contains(LocalModes::ICANON))
    }

    /// `None` if the terminal does not say.
    pub(in crate::sys::terminal) fn columns(terminal: &File) -> Option<usize> {
        let size = tcgetwinsize(terminal).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Whether a shell would continue this program after a stop. In the group of a session's leader there is none, and one
    /// that reads what this program prints waits for its end.
    pub(in crate::sys::terminal) fn can_stop() -> bool {
        let is_job = getpgrp() == getpid() || isatty(stdout());
        is_job && getsid(None).is_ok_and(|leader| leader != getpgrp())
    }

    /// Asks the programs of this job to stop, as the terminal does at Ctrl-Z.
    pub(in crate::sys::terminal) fn stop() {
        let _ = kill_current_process_group(Signal::TSTP);
    }

    /// Waits a moment for something to read. A signal ends the wait, so that what it means is not noticed too late: a
    /// read would go on waiting. `true` also if the system cannot tell.
    pub(in crate::sys::terminal) fn is_ready(terminal: &File) -> bool {
        let moment = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let mut input = [PollFd::new(terminal, PollFlags::IN)];
        match poll(&mut input, Some(&moment)) {
            Ok(count) => count > 0,
            Err(error) => error != rustix::io::Errno::INTR,
        }
    }

    /// Restores the terminal's mode if it has been changed. Drops what was pasted after the secret: it would be shown,
    /// and the shell would run it.
    pub fn restore() {
        // Never waits, because a panic may happen while it is locked.
        let Some((terminal, mode)) = SAVED.try_lock().ok().and_then(|mut saved| saved.take()) else {
            return;
        };
        if !is_own(&terminal) {
            return;
        }
        flush(&terminal);
        let _ = tcsetattr(&terminal, OptionalActions::Drain, &mode);
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io;

    use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

    pub(super) fn hide(_: &File) -> io::Result<()> {
        enable_raw_mode()
    }

    /// The console's mode is that of all its programs.
    pub(in crate::sys::terminal) fn recover(_: &File) {}

    pub(in crate::sys::terminal) fn job() -> Option<u32> {
        None
    }

    pub(in crate::sys::terminal) fn flush(_: &File) {}

    pub(in crate::sys::terminal) fn has_more(_: &File) -> bool {
        false
    }

    pub(super) fn is_visible(_: &File) -> io::Result<bool> {
        Ok(false)
    }

    pub(in crate::sys::terminal) fn is_own(_: &File) -> bool {
        true
    }

    pub(in crate::sys::terminal) fn reads_lines(_: &File) -> bool {
        true
    }

    pub(in crate::sys::terminal) fn columns(_: &File) -> Option<usize> {
        let (columns, _) = ratatui::crossterm::terminal::size().ok()?;
        Some(usize::from(columns)).filter(|columns| *columns > 0)
    }

    pub(in crate::sys::terminal) fn can_stop() -> bool {
        false
    }

    /// The console has no jobs.
    pub(in crate::sys::terminal) fn stop() {}

    pub(in crate::sys::terminal) fn is_ready(_: &File) -> bool {
        true
    }

    /// Restores the console's mode.
    pub fn restore() {
        let _ = disable_raw_mode();
    }
}

pub use system::restore;
pub(super) use system::{can_stop, columns, flush, has_more, is_own, is_ready, job, reads_lines, recover, stop};
use system::{hide, is_visible};
