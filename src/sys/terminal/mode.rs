//! The terminal's mode while a secret is typed: each key is read at once, and nothing is shown.

use std::fs::File;
use std::io;

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

    use rustix::io::ioctl_fionread;
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
    };

    /// The mode to restore, and the terminal. A static, because a panic ends the program without dropping anything.
    static SAVED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    pub(super) fn hide(terminal: &File) -> io::Result<()> {
        let old = tcgetattr(terminal)?;
        let mut new = old.clone();
        new.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG | LocalModes::IEXTEN);
        // A read returns after a tenth of a second, so that signals are noticed.
        new.special_codes[SpecialCodeIndex::VMIN] = 0;
        new.special_codes[SpecialCodeIndex::VTIME] = 1;
        *SAVED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some((terminal.try_clone()?, old));
        tcsetattr(terminal, OptionalActions::Drain, &new)?;
        Ok(())
    }

    /// Drops what was typed and not read yet.
    pub(in crate::sys::terminal) fn flush(terminal: &File) {
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }

    /// Whether something was typed and not read yet.
    pub(in crate::sys::terminal) fn has_more(terminal: &File) -> bool {
        ioctl_fionread(terminal).is_ok_and(|length| length > 0)
    }

    /// Restores the terminal's mode if it has been changed. Drops what was pasted after the secret: it would be shown,
    /// and the shell would run it.
    pub fn restore() {
        // Never waits, because a panic may happen while it is locked.
        let Some((terminal, mode)) = SAVED.try_lock().ok().and_then(|mut saved| saved.take()) else {
            return;
        };
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

    pub(in crate::sys::terminal) fn flush(_: &File) {}

    pub(in crate::sys::terminal) fn has_more(_: &File) -> bool {
        false
    }

    /// Restores the console's mode.
    pub fn restore() {
        let _ = disable_raw_mode();
    }
}

use system::hide;
pub use system::restore;
pub(super) use system::{flush, has_more};
