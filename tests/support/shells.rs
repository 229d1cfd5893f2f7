//! The real shells, each in its strict mode.

use std::path::PathBuf;

/// The language of a shell's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `export K=V`, `eval "$(…)"`.
    Posix,
    Fish,
    PowerShell,
}

/// How to start one shell.
#[derive(Debug)]
pub struct Invocation {
    /// For messages.
    pub name: &'static str,
    /// The program to look for on PATH.
    pub tool: &'static str,
    /// Strict mode and no startup files; the script's path follows.
    pub args: &'static [&'static str],
    /// The word for `--shell`, `AWSENV_WRAPPED` and `init`.
    pub word: &'static str,
    pub family: Family,
    /// The end of a script's file name.
    pub suffix: &'static str,
}

/// A shell that is installed here.
#[derive(Clone, Debug)]
pub struct RealShell {
    pub name: &'static str,
    pub path: PathBuf,
    pub args: &'static [&'static str],
    pub word: &'static str,
    pub family: Family,
    pub suffix: &'static str,
}

/// The shells of a full run: a missing one is skipped, but fails the test with `CI=true`.
pub const SHELLS: [Invocation; 9] = [
    posix("bash", "bash", &["--norc", "--noprofile", "-euo", "pipefail"], "bash"),
    posix("zsh", "zsh", &["-f", "-euo", "pipefail"], "zsh"),
    Invocation {
        name: "fish",
        tool: "fish",
        args: &["--no-config"],
        word: "fish",
        family: Family::Fish,
        suffix: ".fish",
    },
    posix("dash", "dash", &["-eu"], "posix"),
    posix("busybox", "busybox", &["sh", "-eu"], "posix"),
    posix("mksh", "mksh", &["-eu"], "posix"),
    posix("yash", "yash", &["-eu"], "posix"),
    posix("ksh93", "ksh93", &["-eu"], "posix"),
    Invocation {
        name: "pwsh",
        tool: "pwsh",
        args: &["-NoLogo", "-NoProfile", "-NonInteractive", "-File"],
        word: "powershell",
        family: Family::PowerShell,
        suffix: ".ps1",
    },
];

const fn posix(
    name: &'static str,
    tool: &'static str,
    args: &'static [&'static str],
    word: &'static str,
) -> Invocation {
    Invocation {
        name,
        tool,
        args,
        word,
        family: Family::Posix,
        suffix: ".sh",
    }
}

/// In the order of the table.
pub fn installed() -> Vec<RealShell> {
    SHELLS
        .iter()
        .filter_map(|shell| Some(shell.at(super::require(shell.tool)?)))
        .collect()
}

impl RealShell {
    /// The line that loads the integration.
    pub fn integration(&self) -> String {
        let init = format!("awsenv init {} --no-prompt", self.word);
        match self.family {
            Family::Posix => format!("eval \"$({init})\"\n"),
            Family::Fish => format!("{init} | source\n"),
            Family::PowerShell => format!("Invoke-Expression (& {{ ({init} | Out-String) }})\n"),
        }
    }

    /// Whether `awsenv init` defines the function `awsenv` there.
    pub fn has_function(&self) -> bool {
        self.name != "ksh93"
    }
}

impl Invocation {
    pub fn at(&self, path: PathBuf) -> RealShell {
        let Self {
            name,
            args,
            word,
            family,
            suffix,
            ..
        } = *self;
        RealShell {
            name,
            path,
            args,
            word,
            family,
            suffix,
        }
    }
}

impl RealShell {
    /// The first lines of a script, for a shell that no argument makes strict.
    pub fn strict(&self) -> &'static str {
        match self.family {
            Family::Posix | Family::Fish => "",
            Family::PowerShell => "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n",
        }
    }
}

/// A word as PowerShell reads it in an argument, where an expression would be matched with file names. Five characters
/// end a single-quoted string.
pub fn powershell_word(word: &str) -> String {
    let quotes = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let doubled = word
        .chars()
        .flat_map(|c| std::iter::repeat_n(c, if quotes.contains(&c) { 2 } else { 1 }));
    format!("'{}'", String::from_iter(doubled))
}
