//! The terminal's mode while a secret is typed: each key as it comes, nothing shown.

use std::fs::File;
use std::io;

/// Gives the mode back when it is dropped.
#[derive(Debug)]
pub(super) struct Hidden(());

impl Hidden {
    /// From now on nothing is shown, and no key is a signal. What was typed before stays: a secret that lost its first
    /// letters unseen would be stored as it is.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn begin(terminal: &File) -> io::Result<Self> {
        hide(terminal)?;
        Ok(Self(()))
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

    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
    };

    /// The mode to give back, and where. A panic ends the program without dropping anything, so it cannot lie on the
    /// stack.
    static SAVED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    pub(super) fn hide(terminal: &File) -> io::Result<()> {
        let old = tcgetattr(terminal)?;
        let mut new = old.clone();
        new.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG | LocalModes::IEXTEN);
        // A read ends after a tenth of a second, so that signals are seen.
        new.special_codes[SpecialCodeIndex::VMIN] = 0;
        new.special_codes[SpecialCodeIndex::VTIME] = 1;
        *SAVED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some((terminal.try_clone()?, old));
        tcsetattr(terminal, OptionalActions::Drain, &new)?;
        Ok(())
    }

    /// Gives the terminal the mode back that it had, if it has one of ours. What was pasted behind the secret is dropped:
    /// it would be shown, and be the shell's next command.
    pub fn restore() {
        // Never waits: a panic may come while it is locked.
        let Some((terminal, mode)) = SAVED.try_lock().ok().and_then(|mut saved| saved.take()) else {
            return;
        };
        let _ = tcflush(&terminal, QueueSelector::IFlush);
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

    /// Gives the console the mode back that it had.
    pub fn restore() {
        let _ = disable_raw_mode();
    }
}

use system::hide;
pub use system::restore;
