//! What the user reads: stderr and colour.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::OnceLock;

use crate::advice::{Advice, Paste};
use crate::cli::{ColorChoice, Global};
use crate::error::Error;
use crate::process::Process;
use crate::shell::wrapper::Wrapper;
use crate::shell::{Shell, StartDirs};
use crate::sys;
use crate::text::lines;

#[derive(Clone, Debug)]
pub struct Ui {
    /// On stderr.
    pub color: bool,
    /// On stdout.
    pub color_out: bool,
    quiet: bool,
    verbose: bool,
    takes_input: bool,
    terminal: bool,
    home: Option<String>,
    start_dirs: StartDirs,
    /// The shell that the user will paste commands into, if something names it.
    named: Option<Shell>,
    /// The same, or else the nearest one, once it was asked for.
    shell: OnceLock<Shell>,
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
            takes_input: !global.no_input,
            terminal: process.stderr_tty,
            home: process
                .env
                .filled("HOME")
                .map(|home| home.trim_end_matches('/'))
                .filter(|home| !home.is_empty())
                .map(|home| format!("{home}/")),
            start_dirs: StartDirs::of(&process.env),
            named: Wrapper::of(&process.env).map(|wrapper| wrapper.shell),
            shell: OnceLock::new(),
        }
    }

    /// Commands will be pasted into the shell that the command line names, if that is a shell of ours.
    pub fn for_shell(self, typed: Option<&str>) -> Self {
        Self {
            named: typed.and_then(Shell::parse).or(self.named),
            ..self
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

    /// `--verbose`.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether the user may be asked: without `--no-input`.
    pub fn takes_input(&self) -> bool {
        self.takes_input
    }

    /// Makes text safe for a terminal, and writes paths below HOME with `~`.
    pub fn shown(&self, text: &str) -> String {
        let text = self.home.as_ref().map_or(text.into(), |home| shortened(text, home));
        let shown = lines(&text);
        if text.ends_with('\n') {
            shown
        } else {
            shown.trim_end_matches('\n').to_owned()
        }
    }

    /// [`Ui::shown`] for a sentence with commands, which are quoted for the user's shell.
    pub fn advice(&self, advice: &Advice) -> String {
        advice.shown(&self.paste(&|| self.shell()), |text| self.shown(text))
    }

    /// [`Ui::advice`] for JSON: its text stays as it is.
    pub fn raw_advice(&self, advice: &Advice) -> String {
        advice.shown(&self.paste(&|| self.shell()), str::to_owned)
    }

    fn paste<'a>(&'a self, shell: &'a dyn Fn() -> Shell) -> Paste<'a> {
        Paste {
            shell,
            home: self.home.as_deref(),
            start_dirs: &self.start_dirs,
        }
    }

    fn shell(&self) -> Shell {
        let nearest = || sys::ancestors::shell().unwrap_or(Shell::Posix);
        *self.shell.get_or_init(|| self.named.unwrap_or_else(nearest))
    }

    /// One line about what was done; shown only on a terminal.
    pub fn notice(&self, text: &str) {
        if self.has_notices() {
            talk(&format!("awsenv: {}\n", self.shown(text)));
        }
    }

    /// Whether a notice is shown at all.
    pub fn has_notices(&self) -> bool {
        (self.terminal || self.verbose) && !self.quiet
    }

    /// What awsenv decided where the user left it open.
    pub fn tell(&self, text: impl Into<Advice>) {
        if !self.quiet {
            talk(&format!("awsenv: {}\n", self.advice(&text.into())));
        }
    }

    /// Whether only errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
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
    pub fn warn(&self, text: impl Into<Advice>) {
        if !self.quiet {
            talk(&format!(
                "{} {}\n",
                self.paint("33", "awsenv: warning:"),
                self.advice(&text.into())
            ));
        }
    }

    pub fn error(&self, error: &Error) {
        let mut text = format!("{} {}\n", self.paint("31", "awsenv:"), self.shown(&error.message));
        for hint in &error.hints {
            let _ = writeln!(text, "{} {}", self.paint("36", "hint:"), self.advice(hint));
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

/// Writes the paths that begin with `home` with `~`, and no others that contain it.
fn shortened<'t>(text: &'t str, home: &str) -> Cow<'t, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(home) {
        let before = text[..at].chars().next_back();
        // A directory of that name is no home directory.
        let is_literal = text[at + home.len()..].trim_start_matches("./").starts_with('~');
        // Nor is what follows a quote in the name of a file.
        let is_inner = ["/\"", "/'", "/`"].iter().any(|end| text[..at].ends_with(end));
        if !is_literal && !is_inner && before.is_none_or(|c| c.is_whitespace() || "`'\"([{<>=:,;|".contains(c)) {
            out += &text[done..at];
            out += "~/";
            done = at + home.len();
        }
    }
    if done == 0 {
        return text.into();
    }
    (out + &text[done..]).into()
}

/// Writes to stderr in one go. If that fails, there is no way to report it.
pub fn talk(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_home_is_written_with_a_tilde() {
        for (text, wanted) in [
            ("/root/x:1: bad", "~/x:1: bad"),
            ("`/root/x`, (/root/y) and /root/z", "`~/x`, (~/y) and ~/z"),
            ("AWS_CONFIG_FILE=/root/x", "AWS_CONFIG_FILE=~/x"),
            ("/mnt/root/x", "/mnt/root/x"),
            ("./root/x and ~/root/x", "./root/x and ~/root/x"),
            ("/root", "/root"),
            ("/rooted/x", "/rooted/x"),
            ("/root/~/x", "/root/~/x"),
            ("/root/./~/x", "/root/./~/x"),
            ("/work/\"/root/x\"", "/work/\"/root/x\""),
        ] {
            assert_eq!(shortened(text, "/root/"), wanted);
        }
    }

    #[test]
    fn a_home_that_is_the_root_shortens_nothing() {
        let ui = |home: &str| {
            let process = Process::of_env([("HOME", home)].into_iter().collect());
            Ui::new(&Global::default(), &process)
        };
        for (home, shown) in [("/", "/etc/x"), ("//", "/etc/x"), ("", "/etc/x"), ("/etc/", "~/x")] {
            assert_eq!(ui(home).shown("/etc/x"), shown, "{home}");
            assert_eq!(
                ui(home).advice(
                    &crate::advice::Command::new("cat")
                        .file(std::path::Path::new("/etc/x"))
                        .into()
                ),
                format!("cat {shown}")
            );
        }
    }

    #[test]
    fn a_startup_file_is_where_the_user_has_moved_it() {
        let shown = |shell: &str, env: &[(&str, &str)]| {
            let process = Process::of_env([("HOME", "/home/me")].iter().chain(env).copied().collect());
            Ui::new(&Global::default(), &process)
                .for_shell(Some(shell))
                .advice(&Advice::default().set_up())
        };
        let moved = [("ZDOTDIR", "/home/me/.zsh/"), ("XDG_CONFIG_HOME", "/etc/me")];
        let empty = [("ZDOTDIR", ""), ("XDG_CONFIG_HOME", "")];
        for (shell, env, file) in [
            ("zsh", &[][..], "~/.zshrc:"),
            ("zsh", &empty, "~/.zshrc:"),
            ("zsh", &moved, "~/.zsh/.zshrc:"),
            ("fish", &empty, "~/.config/fish/config.fish:"),
            ("fish", &moved, "/etc/me/fish/config.fish:"),
            ("bash", &moved, "~/.bashrc:"),
        ] {
            let advice = shown(shell, env);
            assert!(advice.starts_with(&format!("add to {file} ")), "{advice}");
        }
    }
}
