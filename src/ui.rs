//! What a person reads: stderr and colour.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::cli::{ColorChoice, Global};
use crate::error::Error;
use crate::process::Process;
use crate::text::lines;

/// Talks to the person on stderr.
#[derive(Clone, Debug)]
pub struct Ui {
    /// Whether stderr takes colour.
    pub color: bool,
    /// Whether stdout takes colour.
    pub color_out: bool,
    quiet: bool,
    verbose: bool,
    terminal: bool,
    home: Option<String>,
}

impl Ui {
    /// As the flags, NO_COLOR and the terminal want it.
    pub fn new(global: &Global, process: &Process) -> Self {
        let plain = process.env.filled("NO_COLOR").is_some() || process.env.text("TERM") == Some("dumb");
        let color = |terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain,
        };
        Self {
            color: color(process.stderr_tty),
            color_out: color(process.stdout_tty),
            quiet: global.quiet,
            verbose: global.verbose,
            terminal: process.stderr_tty,
            home: process
                .env
                .filled("HOME")
                .map(|home| format!("{}/", home.trim_end_matches('/'))),
        }
    }

    /// The same, without a word but errors.
    pub fn silenced(&self) -> Self {
        Self {
            quiet: true,
            verbose: false,
            ..self.clone()
        }
    }

    /// Text as a person reads it: safe for a terminal, and paths below HOME written with `~`.
    pub fn shown(&self, text: &str) -> String {
        let text = self
            .home
            .as_ref()
            .map_or(text.to_owned(), |home| text.replace(home.as_str(), "~/"));
        let shown = lines(&text);
        if text.ends_with('\n') {
            shown
        } else {
            shown.trim_end_matches('\n').to_owned()
        }
    }

    /// What was done, in a line; only a person at a terminal wants to know.
    pub fn notice(&self, text: &str) {
        if (self.terminal || self.verbose) && !self.quiet {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// What was decided for the person, who did not say it in full.
    pub fn tell(&self, text: &str) {
        if !self.quiet {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// Lines that show what is done, such as a diff; they stand for themselves.
    pub fn show(&self, text: &str) {
        if !self.quiet {
            talk(&self.shown(text));
        }
    }

    /// A question, in red where a yes may do harm. The cursor stays behind it.
    pub fn ask(&self, question: &str, is_grave: bool) {
        let question = format!("awsenv: {}", self.shown(question));
        let question = if is_grave {
            self.paint("31", &question)
        } else {
            question
        };
        talk(&format!("{question} "));
    }

    /// What was decided and why, with `--verbose`.
    pub fn narrate(&self, text: &str) {
        if self.verbose {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// Something the person should know although all went well.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            talk(&format!(
                "{} {}\n",
                self.paint("33", "awsenv: warning:"),
                self.shown(text)
            ));
        }
    }

    /// What went wrong, and what to do.
    pub fn error(&self, error: &Error) {
        let mut text = format!("{} {}\n", self.paint("31", "awsenv:"), self.shown(&error.message));
        for hint in &error.hints {
            let _ = writeln!(text, "{} {}", self.paint("36", "hint:"), self.shown(hint));
        }
        talk(&text);
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Writes to stderr in one go. Nobody is left to tell if that fails.
pub fn talk(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
