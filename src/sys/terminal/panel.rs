//! What a person is shown while awsenv waits for them: lines that stay, and one that is rewritten.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};

use super::mode::{columns, is_own};
use crate::sys::signals::{self, Leaving};
use crate::text::cut;

/// The terminal, whatever the streams are, because a log need not have what is shown; without one, stderr.
#[derive(Debug)]
pub struct Panel {
    terminal: Option<File>,
    /// Whether a line can be rewritten.
    is_live: bool,
}

/// The line that is rewritten; gone when this is dropped.
#[derive(Debug)]
pub struct Line<'p> {
    panel: &'p Panel,
    /// In columns, what is shown; `None` before the first text.
    shown: Cell<Option<usize>>,
    /// Takes the line away if the user ends the program.
    _leaving: Option<Leaving>,
}

/// To the start of the line, which is then empty.
const CLEAR: &str = "\r\x1b[K";

/// In columns, of a terminal that does not say.
const USUAL: usize = 80;

impl Panel {
    /// `term` is the kind of the terminal.
    pub fn open(term: Option<&str>) -> Self {
        let name = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
        // Windows opens a console only for both.
        let opened = OpenOptions::new().read(cfg!(windows)).write(true).open(name);
        let terminal = opened.ok().filter(is_own);
        Self {
            is_live: terminal.is_some() && term != Some("dumb"),
            terminal,
        }
    }

    /// If that fails, there is no way to report it.
    pub fn print(&self, text: &str) {
        let _ = write(self.terminal.as_ref(), text);
    }

    /// Its width; `None` if it is not a terminal, or one that does not say.
    pub fn columns(&self) -> Option<usize> {
        self.terminal.as_ref().and_then(columns)
    }

    pub fn line(&self) -> Line<'_> {
        let twin = self.terminal.as_ref().filter(|_| self.is_live).map(File::try_clone);
        let clear = |twin: File| signals::at_leave(move || drop(write(Some(&twin), CLEAR)));
        Line {
            panel: self,
            shown: Cell::default(),
            _leaving: twin.and_then(Result::ok).map(clear),
        }
    }
}

impl Line<'_> {
    /// Where no line can be rewritten, only the first text is shown.
    pub fn show(&self, text: &str) {
        if self.panel.is_live {
            let text = cut(text.to_owned(), self.columns().saturating_sub(1));
            self.panel.print(&format!("{}{text}", self.clear()));
            self.shown.set(Some(text.chars().count()));
        } else if self.shown.replace(Some(0)).is_none() {
            self.panel.print(&format!("{text}\n"));
        }
    }

    /// To the start of what is shown, which is gone then. A terminal that has become narrower has wrapped it.
    fn clear(&self) -> String {
        match self
            .shown
            .get()
            .map_or(0, |shown| shown.saturating_sub(1) / self.columns().max(1))
        {
            0 => CLEAR.to_owned(),
            rows => format!("\x1b[{rows}A\r\x1b[J"),
        }
    }

    fn columns(&self) -> usize {
        self.panel.columns().unwrap_or(USUAL)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if self.panel.is_live && self.shown.get().is_some() {
            self.panel.print(&self.clear());
        }
    }
}

fn write(terminal: Option<&File>, text: &str) -> io::Result<()> {
    match terminal {
        Some(mut terminal) => terminal.write_all(text.as_bytes()),
        None => io::stderr().lock().write_all(text.as_bytes()),
    }
}
