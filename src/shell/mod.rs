//! Changes of the environment -> the text of a script. Knows shells, never a profile.
//!
//! Every script is one block: cut text is a syntax error and does nothing. It is ASCII and one line, except that the
//! quotes of POSIX sh know no other way to hold a line end or a character beyond ASCII than to hold it.

pub mod detect;
pub mod fish;
mod globs;
pub mod posix;
pub mod powershell;
pub mod wrapper;

use std::ffi::OsStr;

use crate::env::diff::EnvDiff;
use crate::env::names::VarName;

/// The shells that scripts are written for.
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

/// What a shell's language must be able to say.
pub trait Syntax {
    /// The changes as one block on one line that ends with status 0, or changes nothing and ends with another.
    fn script(&self, diff: &EnvDiff) -> String;
    /// A literal that the shell reads as exactly `value`.
    fn quote(&self, value: &OsStr) -> String;
    /// A statement that changes nothing and makes the status `status`; `message` is for shells that throw.
    fn fail(&self, status: u8, message: &str) -> String;
    /// A statement that does nothing and succeeds.
    fn no_op(&self) -> &'static str;
    /// The changes where a shell reads what the wrapper function prints: what the wrapper runs, and what that shell gets. A
    /// function that runs in the shell that reads has switched it already.
    fn hand_on(&self, diff: &EnvDiff) -> (String, String) {
        (self.script(diff), String::new())
    }
    /// `name=value` as a variable of the shell that is not exported; `name` is one of ours.
    fn assign(&self, name: &str, value: &str) -> String;
    /// Globs as the prompt matches them.
    fn globs(&self, globs: &[String]) -> String {
        globs::regex(globs)
    }
    /// The function `awsenv` and the prompt.
    fn integration(&self) -> &'static str;
    /// The completion, which also works as a file by itself; `None` for shells that have none.
    fn completion(&self) -> Option<&'static str>;
}

impl Shell {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Posix];

    /// The shell of that name, or of the program of that name (`pwsh`, `dash`, `-zsh`, `/bin/bash`, `fish.exe`).
    pub fn parse(name: &str) -> Option<Shell> {
        let name = name.rsplit(['/', '\\']).next()?.trim_start_matches('-');
        let name = name.strip_suffix(".exe").unwrap_or(name);
        Some(match name {
            "ash" | "busybox" | "dash" | "ksh" | "ksh93" | "mksh" | "posix" | "sh" | "yash" => Shell::Posix,
            "bash" => Shell::Bash,
            "fish" => Shell::Fish,
            "powershell" | "pwsh" | "pwsh-preview" => Shell::PowerShell,
            "zsh" => Shell::Zsh,
            _ => return None,
        })
    }

    /// The name that `--shell` takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Fish => "fish",
            Shell::Posix => "posix",
            Shell::PowerShell => "powershell",
            Shell::Zsh => "zsh",
        }
    }

    /// The line that loads the integration, for the shell's start file.
    pub fn install_line(self) -> &'static str {
        match self {
            Shell::Bash => r#"eval "$(awsenv init bash)""#,
            Shell::Fish => "awsenv init fish | source",
            Shell::Posix => r#"eval "$(awsenv init posix)""#,
            Shell::PowerShell => "Invoke-Expression (& { (awsenv init powershell | Out-String) })",
            Shell::Zsh => r#"eval "$(awsenv init zsh)""#,
        }
    }

    /// The shell's language.
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

/// What a shell that inherited the switch says of a secret; plain enough for any shell's quotes.
fn cannot_come_back(name: &VarName) -> String {
    format!("awsenv: {name} cannot come back: its value is known only to the shell that ran the first use")
}

/// The bytes that pass through every shell's quotes as they are; everything else is written as a number.
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
