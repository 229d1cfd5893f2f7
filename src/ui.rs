//! What the user reads: stderr and colour.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::cli::{ColorChoice, Global};
use crate::error::Error;
use crate::process::Process;
use crate::text::lines;

#[derive(Clone, Debug)]
pub struct Ui {
    /// On stderr.
    pub color: bool,
    /// On stdout.
    pub color_out: bool,
    quiet: bool,
    verbose: bool,
    terminal: bool,
    home: Option<String>,
}

impl Ui {
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

    /// Shows nothing but errors.
    pub fn silenced(&self) -> Self {
        Self {
            quiet: true,
            verbose: false,
            ..self.clone()
        }
    }

    /// Makes text safe for a terminal, and writes paths below HOME with `~`.
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

    /// One line about what was done; shown only on a terminal.
    pub fn notice(&self, text: &str) {
        if (self.terminal || self.verbose) && !self.quiet {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// What awsenv decided where the user left it open.
    pub fn tell(&self, text: &str) {
        if !self.quiet {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// Lines without a prefix, such as a diff.
    pub fn show(&self, text: &str) {
        if !self.quiet {
            talk(&self.shown(text));
        }
    }

    /// In red where the answer yes may do harm. The cursor stays after the question.
    pub fn ask(&self, question: &str, is_grave: bool) {
        let question = format!("awsenv: {}", self.shown(question));
        let question = if is_grave {
            self.paint("31", &question)
        } else {
            question
        };
        talk(&format!("{question} "));
    }

    /// What was decided and why; shown with `--verbose`.
    pub fn narrate(&self, text: &str) {
        if self.verbose {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// Something the user should know although the command succeeded.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            talk(&format!(
                "{} {}\n",
                self.paint("33", "awsenv: warning:"),
                self.shown(text)
            ));
        }
    }

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

/// Writes to stderr in one go. If that fails, there is no way to report it.
pub fn talk(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
