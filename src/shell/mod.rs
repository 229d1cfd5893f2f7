//! Changes of the environment -> the text of a script. Knows shells but no profiles.
//!
//! Every script is one block, so truncated text is a syntax error and does nothing. It is one line of ASCII, except
//! that the quotes of POSIX sh have no escapes: a line end or a character beyond ASCII appears as it is.

pub mod detect;
pub mod fish;
mod globs;
pub mod look;
pub mod paste;
pub mod posix;
pub mod powershell;
pub mod program;
pub mod starship;
pub mod wrapper;

use std::borrow::Cow;
use std::ffi::OsStr;

use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::env::names::VarName;
use crate::shell::look::Look;

use self::program::Program;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash 3.2 and later.
    Bash,
    /// fish 3.6 and later.
    Fish,
    /// POSIX sh: dash, busybox, mksh, ksh, yash.
    Posix,
    /// PowerShell 7 and Windows PowerShell 5.1.
    PowerShell,
    /// zsh 5 and later.
    Zsh,
}

/// The directories of startup files that the user has moved.
#[derive(Clone, Debug, Default)]
pub struct StartDirs {
    fish: Option<String>,
    zsh: Option<String>,
}

impl StartDirs {
    pub fn of(env: &Env) -> Self {
        let dir = |name| env.filled(name).map(str::to_owned);
        Self {
            fish: dir("XDG_CONFIG_HOME"),
            zsh: dir("ZDOTDIR"),
        }
    }
}

/// What awsenv needs to write in a shell's language.
pub trait Syntax {
    /// The changes as one block on one line. It either ends with status 0, or changes nothing and ends with another
    /// status.
    /// If the integration is loaded, its prompt follows `look`; `None` leaves that as it is.
    fn script(&self, diff: &EnvDiff, look: Option<&Look>) -> String;
    /// A literal that the shell reads as exactly `value`.
    fn quote(&self, value: &OsStr) -> String;
    /// A statement that changes nothing and sets the status; `message` is for shells that throw.
    fn fail(&self, status: u8, message: &str) -> String;
    /// A statement that does nothing and succeeds.
    fn no_op(&self) -> &'static str;
    /// For when a shell reads what the wrapper function prints: what the wrapper runs, and what that shell gets. By
    /// default the shell gets nothing, because the function runs in that shell and switches it.
    fn hand_on(&self, diff: &EnvDiff, look: Option<&Look>) -> (String, String) {
        (self.script(diff, look), String::new())
    }
    /// Sets an unexported variable of the shell; `name` is one of awsenv's own.
    fn assign(&self, name: &str, value: &str) -> String;
    /// Globs in the form that the prompt matches.
    fn globs(&self, globs: &[String]) -> String {
        globs::regex(globs)
    }
    /// The function `awsenv` and the prompt.
    fn integration(&self) -> &'static str;
    /// The completion, which also works as a separate file; `None` for shells without one.
    fn completion(&self) -> Option<&'static str>;
}

impl Shell {
    /// In the order of the help.
    pub const ALL: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Posix];

    /// Their names, as `--shell` takes them.
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// Takes a shell's name or its program's (`pwsh`, `dash`, `-zsh`, `/bin/bash-5.2`, `fish.exe`).
    pub fn parse(name: &str) -> Option<Shell> {
        match Program::of(name) {
            Program::Shell(shell) => Some(shell),
            Program::Bundle => Some(Shell::Posix),
            Program::Foreign | Program::Other => None,
        }
    }

    /// As `--shell` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Fish => "fish",
            Shell::Posix => "posix",
            Shell::PowerShell => "powershell",
            Shell::Zsh => "zsh",
        }
    }

    /// For the shell's startup file.
    pub fn install_line(self) -> String {
        self.evaluated(&format!("awsenv init {}", self.as_str()))
    }

    /// Where that line belongs.
    pub fn start_file(self, dirs: &StartDirs) -> Cow<'static, str> {
        let moved = |dir: &Option<String>, rest: &str| Some(format!("{}/{rest}", dir.as_ref()?.trim_end_matches('/')));
        let (moved, usual) = match self {
            Shell::Bash => (None, "~/.bashrc"),
            Shell::Fish => (moved(&dirs.fish, "fish/config.fish"), "~/.config/fish/config.fish"),
            Shell::Posix => (None, "the file that ENV names"),
            Shell::PowerShell => (None, "$PROFILE"),
            Shell::Zsh => (moved(&dirs.zsh, ".zshrc"), "~/.zshrc"),
        };
        moved.map_or(usual.into(), Cow::from)
    }

    /// A line that runs what `command` prints, which is quoted for this shell.
    pub fn evaluated(self, command: &str) -> String {
        match self {
            Shell::Bash | Shell::Posix | Shell::Zsh => format!(r#"eval "$({command})""#),
            Shell::Fish => format!("{command} | source"),
            Shell::PowerShell => format!("Invoke-Expression (& {{ ({command} | Out-String) }})"),
        }
    }

    /// A line that removes variables.
    pub fn unset_line(self, names: &[VarName]) -> String {
        let joined = |each: &dyn Fn(&VarName) -> String, by: &str| names.iter().map(each).collect::<Vec<_>>().join(by);
        match self {
            Shell::Bash | Shell::Posix | Shell::Zsh => format!("unset {}", joined(&VarName::to_string, " ")),
            Shell::Fish => format!("set -e {}", joined(&VarName::to_string, " ")),
            // `Remove-Item` would complain about those that are not set.
            Shell::PowerShell => joined(&|name| format!("$env:{name} = $null"), "; "),
        }
    }

    pub fn syntax(self) -> &'static dyn Syntax {
        match self {
            Shell::Bash => &posix::Posix::Bash,
            Shell::Fish => &fish::Fish,
            Shell::Posix => &posix::Posix::Sh,
            Shell::PowerShell => &powershell::PowerShell,
            Shell::Zsh => &posix::Posix::Zsh,
        }
    }
}

/// The message in a shell that inherited the switch; plain enough for any shell's quotes.
fn cannot_come_back(name: &VarName) -> String {
    format!("awsenv: cannot restore {name}: only the shell that ran the first use knows its value")
}

/// Whether a byte passes through every shell's quotes unchanged; all others are written as numbers.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./:+,@%=-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_names_are_known() {
        for (name, shell) in [
            ("bash", Shell::Bash),
            ("-zsh", Shell::Zsh),
            ("/usr/bin/fish", Shell::Fish),
            ("C:\\Program Files\\PowerShell\\7\\pwsh.exe", Shell::PowerShell),
            ("dash", Shell::Posix),
        ] {
            assert_eq!(Shell::parse(name), Some(shell), "{name}");
        }
        assert_eq!(Shell::parse("nu"), None);
        assert_eq!(Shell::parse(""), None);
        for shell in Shell::ALL {
            assert_eq!(Shell::parse(shell.as_str()), Some(shell));
        }
    }
}
