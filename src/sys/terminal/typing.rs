//! Lines that the terminal does not echo, and waiting for something while nothing is to be typed.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;
use crate::sys::signals::Signals;

use super::hidden::{Line, Typed};
use super::mode::{self, Hidden, is_own, is_ready};

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
    until: Option<Instant>,
}

/// What becomes of a question.
#[derive(Debug)]
pub enum Answer {
    Line(Secret<String>),
    Over(Over),
}

/// Why it goes on no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The user does not want it to: Ctrl-C, Ctrl-\, Ctrl-D, or a signal of the terminal.
    Left,
    /// Another program ends this one.
    Ended,
    /// The time is up.
    Late,
}

/// What happens next.
enum Event {
    /// Something was typed.
    Typed,
    /// What was shown is gone, because another program had the terminal.
    Lost,
    Nothing,
    Over(Over),
}

/// In bytes; reserved at once, because growing would leave copies behind. More is not read before it is needed.
const MAX_PENDING: usize = 4096;

/// How long to wait for more of a text that was pasted, before any of it is shown.
const BURST: Duration = Duration::from_millis(20);

/// How long to wait for the rest of pasted text after a secret, so that it is dropped too.
const PASTE: Duration = Duration::from_millis(30);

/// How often to look whether the terminal is this program's again.
const MOMENT: Duration = Duration::from_millis(50);

impl Typing {
    pub(super) fn begin(terminal: File, limit: Option<Duration>) -> io::Result<Self> {
        let signals = Signals::heed()?;
        let hidden = Hidden::begin(&terminal)?;
        Ok(Self {
            hidden,
            signals,
            terminal,
            rest: Zeroizing::new(Vec::with_capacity(MAX_PENDING)),
            is_after_text: false,
            until: limit.map(|limit| Instant::now() + limit),
        })
    }

    /// Asks for the next line. What is typed of it is shown through `echo` for as long as all of it `may_show`; that must
    /// be of ASCII. A program that was stopped, also by Ctrl-Z, hides and asks again, and the line starts over.
    ///
    /// # Errors
    /// The line is not UTF-8 or longer than any secret, or what the system says.
    pub fn line(&mut self, ask: &dyn Fn(), may_show: &dyn Fn(&str) -> bool, echo: &dyn Fn(&str)) -> io::Result<Answer> {
        ask();
        // The terminal turns the line end `\r\n` of pasted text into two.
        if self.is_after_text && self.rest.first().is_some_and(|byte| b"\r\n".contains(byte)) {
            self.rest.drain(..1);
        }
        let mut line = Line::new();
        let mut shown = Zeroizing::new(String::new());
        loop {
            match self.event()? {
                Event::Over(over) => return Ok(Answer::Over(over)),
                Event::Nothing => continue,
                Event::Lost => {
                    line = Line::new();
                    shown.zeroize();
                    ask();
                    continue;
                }
                Event::Typed => {}
            }
            let typed = self.take(&mut line);
            match typed {
                Typed::Left => return Ok(Answer::Over(Over::Left)),
                Typed::Stopped => {
                    stop();
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
                return line.finish().map(Answer::Line);
            }
        }
    }

    /// Waits for so long, and calls `show` with what is left, in seconds, each time that it is another number. What is
    /// typed meanwhile is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(&mut self, time: Duration, show: &dyn Fn(u64)) -> io::Result<Option<Over>> {
        let end = Instant::now() + time;
        let mut line = Line::new();
        let mut shown = None;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let seconds = left.as_millis().div_ceil(1000);
            if shown != Some(seconds) && is_own(&self.terminal) {
                show(u64::try_from(seconds).unwrap_or_default());
                shown = Some(seconds);
            }
            match self.event()? {
                Event::Over(over) => return Ok(Some(over)),
                Event::Nothing => {}
                Event::Lost => shown = None,
                Event::Typed => match self.take(&mut line) {
                    Typed::Left => return Ok(Some(Over::Left)),
                    Typed::Stopped => stop(),
                    Typed::Done => line = Line::new(),
                    Typed::More => {}
                },
            }
        }
    }

    /// Drops what was typed ahead of the next question.
    pub fn forget(&mut self) {
        thread::sleep(PASTE);
        self.rest.zeroize();
        mode::flush(&self.terminal);
    }

    /// Adds what was typed to the line, up to its end or the next key that has an effect.
    fn take(&mut self, line: &mut Line) -> Typed {
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
        typed
    }

    /// Waits for a moment.
    fn event(&mut self) -> io::Result<Event> {
        if self.signals.told_to_end() {
            let is_left = self.signals.told_to_leave();
            return Ok(Event::Over(if is_left { Over::Left } else { Over::Ended }));
        }
        if self.until.is_some_and(|until| until <= Instant::now()) {
            return Ok(Event::Over(Over::Late));
        }
        if self.signals.told_to_stop() {
            self.hidden.pause();
            self.signals.stop();
        }
        if !is_own(&self.terminal) {
            thread::sleep(MOMENT);
            return Ok(Event::Nothing);
        }
        if self.signals.has_continued() | self.hidden.renew(&self.terminal)? {
            self.rest.zeroize();
            return Ok(Event::Lost);
        }
        match self.rest.is_empty() && !self.read()? {
            true => Ok(Event::Nothing),
            false => Ok(Event::Typed),
        }
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
                mode::open()?;
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

/// Answers Ctrl-Z, where a shell would continue this program.
fn stop() {
    if mode::can_stop() {
        mode::stop();
    }
}
