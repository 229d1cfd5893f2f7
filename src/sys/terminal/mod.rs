//! The user's terminal, whatever stdin is. For an ordinary line its mode does not change: whole lines, echoed, and
//! Ctrl-C ends the program. A secret is not echoed.

mod hidden;
mod mode;

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::sys::signals::Signals;

use self::hidden::{Line, Typed};
use self::mode::{Hidden, is_own, is_ready};

pub use self::mode::restore;

/// The controlling terminal, open for answers.
#[derive(Debug)]
pub struct Terminal(File);

/// How long to wait for the rest of pasted text after a secret, so that it is dropped too.
const PASTE: Duration = Duration::from_millis(30);

/// How often to look whether the terminal is this program's again.
const MOMENT: Duration = Duration::from_millis(50);

/// In bytes; the rest of a longer answer is dropped.
const MAX_ANSWER: usize = 1024;

impl Terminal {
    /// # Errors
    /// There is none, so no question can be asked.
    pub fn open() -> io::Result<Self> {
        let name = if cfg!(windows) { "CONIN$" } else { "/dev/tty" };
        // Windows opens a console only for both.
        OpenOptions::new().read(true).write(cfg!(windows)).open(name).map(Self)
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

    /// Without the line end; an overlong line is cut. `None` at the end of input (Ctrl-D).
    ///
    /// # Errors
    /// What the system says, such as to a background job.
    pub fn line(&self) -> io::Result<Option<String>> {
        line(&self.0)
    }

    /// The next line, typed without any trace on the screen, not even its length. `None` on Ctrl-C, Ctrl-D, or a signal
    /// that ends the program. The terminal's mode is always restored. Echo is off before `ask` is called, so that a
    /// quick answer is not shown either. A program that was stopped hides and asks again, and the line starts anew.
    ///
    /// # Errors
    /// The line is not UTF-8 or longer than any secret, or what the system says.
    pub fn secret(&self, ask: impl Fn()) -> io::Result<Option<Secret<String>>> {
        let signals = Signals::heed()?;
        let hidden = Hidden::begin(&self.0)?;
        ask();
        let mut line = Line::new();
        let mut part = Zeroizing::new([0; 256]);
        while !signals.told_to_end() {
            if signals.told_to_stop() {
                hidden.pause();
                signals.stop();
            }
            if !is_own(&self.0) {
                thread::sleep(MOMENT);
                continue;
            }
            if signals.has_continued() | hidden.renew(&self.0)? {
                line = Line::new();
                ask();
            }
            if !is_ready(&self.0) {
                continue;
            }
            let length = match (&self.0).read(&mut *part) {
                Ok(0) => {
                    // Nothing was typed for a while, or the terminal is gone.
                    Self::open()?;
                    continue;
                }
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for byte in &part[..length] {
                match line.take(*byte) {
                    Typed::More => {}
                    Typed::Done => {
                        thread::sleep(PASTE);
                        return line.finish().map(Some);
                    }
                    Typed::Left => return Ok(None),
                }
            }
        }
        Ok(None)
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
