//! What a person reads: stderr, colour, and text from elsewhere made safe for a terminal.

use std::fmt::Write as _;
use std::io::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::Process;
use crate::cli::{ColorChoice, Global};
use crate::error::Error;

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

/// Makes text from files, AWS or the environment safe to show: control, bidirectional, private and unassigned
/// characters become `\u{…}`, so nothing can move the cursor, recolour, retitle or write to the clipboard.
pub fn display(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c == ' ' || c.is_ascii_graphic() || printable(c, at == 0) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
    out
}

/// The widest name that a prompt shows, in columns.
const MAX_WIDTH: usize = 48;

/// [`display`], cut to a width that leaves room on a line.
pub fn display_short(text: &str) -> String {
    cut(display(text), MAX_WIDTH)
}

/// Text that is safe already, cut to so many columns; what is missing is marked.
pub fn cut(shown: String, columns: usize) -> String {
    if shown.width() <= columns {
        return shown;
    }
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    let mut cut: String = shown.chars().take_while(fits).collect();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// Rows of text that is safe already as lines, their columns as wide as what stands in them.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// [`display`] for text of several lines, whose line ends stay.
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| display(line.trim_end_matches('\n')) + "\n")
        .collect()
}

/// `str::escape_debug` knows which characters print; a combining mark prints only behind another character.
fn printable(c: char, first: bool) -> bool {
    if first {
        return c.escape_debug().next() == Some(c);
    }
    let mut pair = [0; 5];
    pair[0] = b'a';
    let end = 1 + c.encode_utf8(&mut pair[1..]).len();
    std::str::from_utf8(&pair[..end]).is_ok_and(|pair| pair.escape_debug().nth(1) == Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_by_columns() {
        assert_eq!(display_short(&"a".repeat(48)), "a".repeat(48));
        assert_eq!(display_short(&"a".repeat(49)), "a".repeat(47) + "…");
        assert_eq!(display_short(&"界".repeat(300)).width(), 47);
    }

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [["a", "bb", ""], ["界", "", "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), ["a   bb", "界      c"]);
        assert_eq!(columns::<2>(&[]), [""; 0]);
    }

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(display("prod"), "prod");
        assert_eq!(display("ünï e\u{301}"), "ünï e\u{301}");
        assert_eq!(display("\x1b]52;c;x\x07"), "\\u{1b}]52;c;x\\u{7}");
        assert_eq!(
            display("a\u{202e}b\u{200b}\u{feff}\u{e000}\u{85}\u{7f}"),
            "a\\u{202e}b\\u{200b}\\u{feff}\\u{e000}\\u{85}\\u{7f}"
        );
        assert_eq!(display("\u{301}"), "\\u{301}");
        assert_eq!(display("back\\slash 'q' \"q\""), "back\\slash 'q' \"q\"");
    }
}
