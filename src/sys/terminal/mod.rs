//! The user's terminal, whatever stdin is. For an ordinary line its mode does not change: whole lines, echoed. A secret
//! is not echoed.

mod hidden;
mod mode;
mod panel;
mod turn;
mod typing;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::thread;
use std::time::{Duration, Instant};

use crate::sys::signals::Signals;

use self::mode::{is_own, is_ready, reads_lines};

pub use self::mode::restore;
pub use self::panel::{Line as PanelLine, Panel};
pub use self::turn::Asking;
pub use self::typing::{Answer, Over, Typing};

/// In columns, of the terminal that stdout is; `None` if that is unknown.
#[cfg(unix)]
pub fn width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// In columns, of the console.
#[cfg(not(unix))]
pub fn width() -> Option<usize> {
    let (columns, _) = ratatui::crossterm::terminal::size().ok()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// The terminal for another program's input and messages; `None` where it would not get what is typed.
pub(super) fn streams() -> Option<(File, File)> {
    mode::streams()
}

/// Checks that a person who uses the terminal would see a question and could answer it.
///
/// # Errors
/// What is in the way, as a sentence.
pub fn check_attended() -> Result<(), &'static str> {
    let terminal = Terminal::open().map_err(|_| "this process has no terminal")?.0;
    if !is_own(&terminal) {
        return Err("this process runs in the background");
    }
    match reads_lines(&terminal) {
        true => Ok(()),
        false => Err("another program has the terminal"),
    }
}

/// The controlling terminal, open for answers.
#[derive(Debug)]
pub struct Terminal(File);

/// In bytes; the rest of a longer answer is dropped.
const MAX_ANSWER: usize = 1024;

impl Terminal {
    /// # Errors
    /// There is none, so no question can be asked.
    pub fn open() -> io::Result<Self> {
        mode::open().map(Self)
    }

    /// Opens the terminal of a user who reads stderr.
    ///
    /// # Errors
    /// What is missing, to complete "there is no terminal: …".
    pub fn of_person(stderr_tty: bool, term: Option<&str>) -> Result<Self, &'static str> {
        if !stderr_tty {
            return Err("stderr is redirected");
        }
        if term == Some("dumb") {
            return Err("TERM is `dumb`");
        }
        Self::open().map_err(|_| "this process has none")
    }

    /// Without the line end; an overlong line is cut. `None` at the end of input (Ctrl-D), or on a signal that ends the
    /// program (Ctrl-C), which counts from before `ask` is called.
    ///
    /// # Errors
    /// What the system says, such as to a background job.
    pub fn line(&self, ask: impl FnOnce()) -> io::Result<Option<String>> {
        // macOS cannot wait for a terminal with `poll`, so there a signal ends the program at once.
        if cfg!(target_vendor = "apple") {
            ask();
            return line(&self.0);
        }
        let heeding = Heeding {
            terminal: &self.0,
            signals: Signals::heed()?,
        };
        ask();
        line(heeding)
    }

    /// Answers to several questions, not echoed by the terminal: lines that are pasted together wait for their
    /// questions unseen. `limit` is for all of them.
    ///
    /// # Errors
    /// What the system says.
    pub fn typing(self, limit: Option<Duration>) -> io::Result<Typing> {
        Typing::begin(self.0, limit)
    }

    /// Waits as [`Typing::wait`], for at most `limit`.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(self, time: Duration, limit: Option<Duration>, show: &dyn Fn(u64)) -> io::Result<Option<Over>> {
        if !cfg!(windows) {
            return self.typing(limit)?.wait(time, show);
        }
        // Keys of a console cannot be waited for, so there Ctrl-C ends the program at once.
        let end = Instant::now() + limit.unwrap_or(time).min(time);
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            show(left.as_secs() + 1);
            thread::sleep(Duration::from_secs(1).min(left));
        }
        Ok(limit.filter(|limit| *limit < time).map(|_| Over::Late))
    }
}

/// A terminal whose input ends when a signal arrives that ends the program.
struct Heeding<'t> {
    terminal: &'t File,
    signals: Signals,
}

impl Read for Heeding<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.signals.told_to_end() {
            if self.signals.told_to_stop() {
                self.signals.stop();
            }
            if is_ready(self.terminal) {
                return self.terminal.read(into);
            }
        }
        Ok(0)
    }
}

/// Consumes the whole line, however long, because the shell would run the rest as a command.
fn line(mut from: impl Read) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut part = [0; 256];
    loop {
        let length = match from.read(&mut part) {
            Ok(0) => return Ok(None),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = part[..length].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        line.extend(part[..end.unwrap_or(length)].iter().take(MAX_ANSWER - line.len()));
        if end.is_some() {
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whole_and_kept_in_part() {
        let of = |bytes: &[u8]| line(bytes).unwrap();
        assert_eq!(of(b"yes\n").as_deref(), Some("yes"));
        assert_eq!(of(b"y\r\n").as_deref(), Some("y"));
        assert_eq!(of(b"\n").as_deref(), Some(""));
        assert_eq!(of(b"\xff\n").as_deref(), Some("\u{fffd}"));
        assert_eq!(of(b""), None);
        assert_eq!(of(b"yes"), None);
        let long = [b"y".repeat(100_000), b"\n".to_vec()].concat();
        let mut rest = long.as_slice();
        assert_eq!(line(&mut rest).unwrap().unwrap().len(), MAX_ANSWER);
        assert!(rest.is_empty());
    }
}
