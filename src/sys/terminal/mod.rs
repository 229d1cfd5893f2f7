//! The user's terminal, whatever stdin is. For an ordinary line its mode does not change: whole lines, echoed. A secret
//! is not echoed.

mod hidden;
mod mode;
mod panel;

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::thread;
use std::time::Duration;

use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;
use crate::sys::signals::Signals;

use self::hidden::{Line, Typed};
use self::mode::{Hidden, is_own, is_ready, reads_lines};

pub use self::mode::restore;
pub use self::panel::{Line as PanelLine, Panel};

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
    /// questions unseen.
    ///
    /// # Errors
    /// What the system says.
    pub fn typing(self) -> io::Result<Typing> {
        let signals = Signals::heed()?;
        let hidden = Hidden::begin(&self.0)?;
        Ok(Typing {
            hidden,
            signals,
            terminal: self.0,
            rest: Zeroizing::new(Vec::with_capacity(MAX_PENDING)),
            is_after_text: false,
        })
    }
}

/// A terminal that does not echo. Its mode is always restored.
#[derive(Debug)]
pub struct Typing {
    hidden: Hidden,
    signals: Signals,
    terminal: File,
    /// What was typed after the last line.
    rest: Zeroizing<Vec<u8>>,
    /// Whether the last line was not empty.
    is_after_text: bool,
}

/// In bytes; reserved at once, because growing would leave copies behind. More is not read before it is needed.
const MAX_PENDING: usize = 4096;

/// How long to wait for more of a text that was pasted, before any of it is shown.
const BURST: Duration = Duration::from_millis(20);

impl Typing {
    /// Asks for the next line. What is typed of it is shown through `echo` for as long as all of it `may_show`; that must
    /// be of ASCII. A program that was stopped, also by Ctrl-Z, hides and asks again, and the line starts over. `None` on
    /// Ctrl-C, Ctrl-\, Ctrl-D, or a signal that ends the program.
    ///
    /// # Errors
    /// The line is not UTF-8 or longer than any secret, or what the system says.
    pub fn line(
        &mut self,
        ask: &dyn Fn(),
        may_show: &dyn Fn(&str) -> bool,
        echo: &dyn Fn(&str),
    ) -> io::Result<Option<Secret<String>>> {
        ask();
        // The terminal turns the line end `\r\n` of pasted text into two.
        if self.is_after_text && self.rest.first().is_some_and(|byte| b"\r\n".contains(byte)) {
            self.rest.drain(..1);
        }
        let mut line = Line::new();
        let mut shown = Zeroizing::new(String::new());
        while !self.signals.told_to_end() {
            if self.signals.told_to_stop() {
                self.hidden.pause();
                self.signals.stop();
            }
            if !is_own(&self.terminal) {
                thread::sleep(MOMENT);
                continue;
            }
            if self.signals.has_continued() | self.hidden.renew(&self.terminal)? {
                line = Line::new();
                shown.zeroize();
                self.rest.zeroize();
                ask();
            }
            if self.rest.is_empty() && !self.read()? {
                continue;
            }
            let mut taken = 0;
            let mut typed = Typed::More;
            for byte in self.rest.iter() {
                taken += 1;
                typed = line.take(*byte);
                if typed != Typed::More {
                    break;
                }
            }
            self.rest.drain(..taken);
            match typed {
                Typed::Left => return Ok(None),
                Typed::Stopped => {
                    if mode::can_stop() {
                        mode::stop();
                    }
                    continue;
                }
                Typed::More | Typed::Done => {}
            }
            let now = line.text().filter(|text| text.is_ascii() && may_show(text));
            let now = now.unwrap_or_default();
            match now.strip_prefix(shown.as_str()) {
                Some(more) => echo(more),
                None => echo(&format!("{}{now}", "\x08 \x08".repeat(shown.len()))),
            }
            now.clone_into(&mut shown);
            if typed == Typed::Done {
                self.is_after_text = line.text() != Some("");
                return line.finish().map(Some);
            }
        }
        Ok(None)
    }

    /// Drops what was typed ahead of the next question.
    pub fn forget(&mut self) {
        thread::sleep(PASTE);
        self.rest.zeroize();
        mode::flush(&self.terminal);
    }

    /// Reads what is there; `false` if nothing was typed for a while.
    fn read(&mut self) -> io::Result<bool> {
        let mut part = Zeroizing::new([0; 256]);
        loop {
            if !is_ready(&self.terminal) {
                return Ok(false);
            }
            let room = part.len().min(MAX_PENDING - self.rest.len());
            let length = match (&self.terminal).read(&mut part[..room]) {
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(false),
                Err(error) => return Err(error),
            };
            self.rest.extend_from_slice(&part[..length]);
            if self.rest.is_empty() {
                // Nothing was typed, or the terminal is gone.
                Terminal::open()?;
                return Ok(false);
            }
            thread::sleep(BURST);
            if length == 0 || self.rest.len() == MAX_PENDING || !mode::has_more(&self.terminal) {
                return Ok(true);
            }
        }
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        // The rest of what was pasted is dropped with the mode.
        thread::sleep(PASTE);
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
