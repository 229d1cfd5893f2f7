//! What to do about something: a sentence, and the commands in it for pasting.
//!
//! The layers that make hints know no shell, so a command stays words until it is shown. Then each word gets the quotes
//! of the shell that the user will paste it into.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::env::names::VarName;
use crate::redact;
use crate::shell::paste::{is_bare, word};
use crate::shell::{Shell, StartDirs};
use crate::text::masked;

/// Text takes names only after `text::display`, but a command takes the exact name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Command(Command),
    Evaluate(Command),
    SetUp,
    StartFile,
    Unset(Vec<VarName>),
}

impl Advice {
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Part::Text(text.into()))
    }

    pub fn command(self, command: Command) -> Self {
        self.with(Part::Command(command))
    }

    /// The line that runs what a command prints.
    pub fn evaluate(self, command: Command) -> Self {
        self.with(Part::Evaluate(command))
    }

    /// The line for the shell's startup file, and where that is.
    pub fn set_up(self) -> Self {
        let named = self.text("add to ").with(Part::StartFile).text(": ");
        named.with(Part::SetUp)
    }

    pub fn advice(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// A line that removes environment variables.
    pub fn unset(self, names: impl IntoIterator<Item = VarName>) -> Self {
        self.with(Part::Unset(names.into_iter().collect()))
    }

    fn with(mut self, part: Part) -> Self {
        self.0.push(part);
        self
    }

    pub fn begins_with(&self, text: &str) -> bool {
        matches!(self.0.first(), Some(Part::Text(first)) if first.starts_with(text))
    }

    /// The whole sentence; `text` makes the words around the commands fit to be shown.
    pub fn shown(&self, paste: &Paste<'_>, text: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(words) => text(words),
            Part::Command(command) => command.shown(paste),
            Part::Evaluate(command) => (paste.shell)().evaluated(&command.shown(paste)),
            Part::SetUp => (paste.shell)().install_line(),
            Part::StartFile => text(&(paste.shell)().start_file(paste.start_dirs)),
            Part::Unset(names) => (paste.shell)().unset_line(names),
        };
        let text: String = self.0.iter().map(part).collect();
        masked(&text).into_owned()
    }
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        Self::default().text(text)
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self::default().text(text)
    }
}

impl From<Command> for Advice {
    fn from(command: Command) -> Self {
        Self::default().command(command)
    }
}

/// Where a command will be pasted.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Paste<'a> {
    /// Called only if it matters.
    pub shell: &'a dyn Fn() -> Shell,
    /// The path of HOME with a slash at its end.
    pub home: Option<&'a str>,
    pub start_dirs: &'a StartDirs,
}

/// Options come first, so that `--` can follow them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    start: &'static str,
    options: Vec<Word>,
    operands: Vec<Word>,
    /// Whether `--` comes before the operands, whatever they begin with.
    dashes: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// The same in every shell.
    Fixed(&'static str),
    File(OsString),
    Text(OsString),
}

impl Command {
    /// `start` means the same in every shell.
    pub fn new(start: &'static str) -> Self {
        Self {
            start,
            options: Vec::new(),
            operands: Vec::new(),
            dashes: false,
        }
    }

    pub fn flag(mut self, name: &'static str) -> Self {
        self.options.push(Word::Fixed(name));
        self
    }

    pub fn option(mut self, name: &'static str, value: &str) -> Self {
        if value.starts_with('-') {
            self.options.push(Word::Text(format!("{name}={value}").into()));
        } else {
            self.options.extend([Word::Fixed(name), Word::Text(value.into())]);
        }
        self
    }

    /// Words of a command line as they were typed, but for a code, before the operands.
    pub fn typed(mut self, words: &[OsString]) -> Self {
        self.options.extend(redact::typed(words).into_iter().map(Word::Text));
        self
    }

    /// The words of a program behind `--`.
    pub fn program(mut self, words: impl IntoIterator<Item = OsString>) -> Self {
        self.operands.extend(words.into_iter().map(Word::Text));
        self.dashes = true;
        self
    }

    pub fn operand(mut self, value: &str) -> Self {
        self.operands.push(Word::Text(value.into()));
        self
    }

    /// An operand that is a path.
    pub fn file(mut self, path: &Path) -> Self {
        self.operands.push(Word::File(path.into()));
        self
    }

    fn shown(&self, paste: &Paste<'_>) -> String {
        let dashes = self.dashes || self.operands.iter().any(Word::begins_with_dash);
        let dashes = dashes.then(|| Word::Text("--".into()));
        let words = self.options.iter().chain(&dashes).chain(&self.operands);
        words.fold(self.start.to_owned(), |line, word| line + " " + &word.shown(paste))
    }
}

/// In bytes. Nobody pastes a longer word.
const LONGEST_WORD: usize = 4096;

impl Word {
    fn begins_with_dash(&self) -> bool {
        let (Self::File(word) | Self::Text(word)) = self else {
            return false;
        };
        word.as_encoded_bytes().starts_with(b"-")
    }

    fn shown(&self, paste: &Paste<'_>) -> String {
        let quoted = |text: &OsStr| {
            if is_bare(text) {
                text.to_string_lossy().into_owned()
            } else {
                word((paste.shell)(), text)
            }
        };
        match self {
            Self::Fixed(text) => (*text).to_owned(),
            Self::Text(text) if text.len() > LONGEST_WORD => "…".to_owned(),
            // What is not shown cannot be pasted.
            Self::Text(text) if masked(&text.to_string_lossy()) != text.to_string_lossy() => "NAME".to_owned(),
            Self::Text(text) => quoted(text),
            Self::File(path) => below(path, paste.home).unwrap_or_else(|| quoted(path)),
        }
    }
}

/// `~/…`, if every shell replaces the `~` there.
fn below(path: &OsStr, home: Option<&str>) -> Option<String> {
    let rest = path.to_str()?.strip_prefix(home?)?;
    is_bare(path).then(|| format!("~/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_shown_is_asked_for() {
        let command = Command::new("awsenv key add").operand("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        assert_eq!(shown(command, Shell::Bash), "awsenv key add NAME");
    }

    fn shown(advice: impl Into<Advice>, shell: Shell) -> String {
        let paste = Paste {
            shell: &|| shell,
            home: Some("/home/me/"),
            start_dirs: &StartDirs::default(),
        };
        advice.into().shown(&paste, str::to_uppercase)
    }

    #[test]
    fn a_sentence_keeps_its_commands_exact() {
        let advice = Advice::from("try ")
            .command(Command::new("awsenv key add").operand("a b"))
            .text(", or ")
            .set_up();
        assert_eq!(
            shown(advice.clone(), Shell::Fish),
            "TRY awsenv key add 'a b', OR ADD TO ~/.CONFIG/FISH/CONFIG.FISH: awsenv init fish | source"
        );
        assert!(advice.begins_with("try") && !advice.begins_with("or"));
        let line = Advice::default().evaluate(Command::new("awsenv use").operand("a b").flag("--keys"));
        assert_eq!(shown(line.clone(), Shell::Zsh), "eval \"$(awsenv use --keys 'a b')\"");
        assert_eq!(shown(line, Shell::Fish), "awsenv use --keys 'a b' | source");
    }

    #[test]
    fn a_variable_is_removed_in_the_words_of_the_shell() {
        let advice = Advice::default().unset(crate::env::names::names(["A", "B"]));
        assert_eq!(shown(advice.clone(), Shell::Posix), "unset A B");
        assert_eq!(shown(advice.clone(), Shell::Fish), "set -e A B");
        assert_eq!(shown(advice, Shell::PowerShell), "$env:A = $null; $env:B = $null");
    }

    #[test]
    fn a_dash_is_no_option() {
        let command = || Command::new("x").flag("--yes").option("--item", "-i").operand("-p");
        assert_eq!(shown(command(), Shell::Bash), "x --yes '--item=-i' -- -p");
        assert_eq!(shown(command(), Shell::PowerShell), "x --yes '--item=-i' '--' '-p'");
        let program = Command::new("x")
            .typed(&["a b".into()])
            .program(["ls".into(), "-l".into()]);
        assert_eq!(shown(program, Shell::Bash), "x 'a b' -- ls -l");
        let plain = Command::new("x").option("--item", "a b").operand("p");
        assert_eq!(shown(plain, Shell::Bash), "x --item 'a b' p");
    }

    #[test]
    fn a_path_below_home_is_short_only_without_quotes() {
        let file = |path: &str| shown(Command::new("chmod 600").file(Path::new(path)), Shell::Bash);
        assert_eq!(file("/home/me/.aws/config"), "chmod 600 ~/.aws/config");
        assert_eq!(file("/home/me/a b"), "chmod 600 '/home/me/a b'");
        assert_eq!(file("/etc/x"), "chmod 600 /etc/x");
        assert_eq!(file("-x"), "chmod 600 -- -x");
    }

    #[test]
    fn the_shell_is_asked_for_only_if_it_matters() {
        let paste = Paste {
            shell: &|| panic!("nothing here needs quotes"),
            home: None,
            start_dirs: &StartDirs::default(),
        };
        let advice = Advice::from("a b: ").command(Command::new("awsenv use").operand("work"));
        assert_eq!(advice.shown(&paste, str::to_owned), "a b: awsenv use work");
    }
}
