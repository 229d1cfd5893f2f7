//! Pieces of text that the steps of a script share.

use super::Posix;
use crate::env::names::VarName;

/// Where a shell keeps what was there before the first `use`.
pub(super) const FIRST: &str = "__awsenv_";
/// Where it keeps what the user set between two `use`s.
pub(super) const SINCE: &str = "__awsenv_since_";

/// The version of bash as a number: 32 for 3.2. Attributes can be printed from 44 on, references exist from 43 on.
pub(super) const BASH: &str = "BASH_VERSINFO[0]*10+BASH_VERSINFO[1]";

/// What the scripts use while they run: whether there are declarations, a name, the options to turn on again,
/// attributes, and a value.
pub(super) const SCRATCH: [&str; 5] = ["__awsenv_d", "__awsenv_n", "__awsenv_o", "__awsenv_t", "__awsenv_v"];

pub(super) fn join<'a>(names: impl IntoIterator<Item = &'a VarName>) -> String {
    let names: Vec<&str> = names.into_iter().map(VarName::as_str).collect();
    names.join(" ")
}

impl Posix {
    /// The prefix of a builtin. sh has no `builtin`, but its special builtins take precedence over functions anyway.
    pub(super) fn builtin(self) -> &'static str {
        if self == Posix::Sh { "\\" } else { "\\builtin " }
    }

    /// The prefix of an assignment to a global variable, which zsh wants to be told inside a function.
    pub(super) fn global(self) -> &'static str {
        if self == Posix::Zsh {
            "\\builtin typeset -g "
        } else {
            ""
        }
    }

    /// Exports `name` with a value. mksh takes assignments away from `export` when it reads a line under `set -k`, and the
    /// whole script is one line.
    pub(super) fn export(self, name: &str, value: &str) -> String {
        let b = self.builtin();
        match self {
            Posix::Sh => format!("{name}={value}; {b}export {name}"),
            Posix::Bash | Posix::Zsh => format!("{b}export {name}={value}"),
        }
    }

    /// Runs `code` for each name, in which `‹n›` is the name and `‹b›` the prefix of a builtin, and `‹g›` that of an
    /// assignment.
    pub(super) fn each(self, names: &str, code: &str) -> String {
        if names.is_empty() {
            return String::new();
        }
        let mut escaped = String::with_capacity(code.len() + code.len() / 4);
        for c in self.expand(code).chars() {
            if matches!(c, '\\' | '"' | '$' | '`') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        // Elsewhere than in zsh this would make a global variable beside the local one that a function of yash loops over.
        let declare = if self == Posix::Zsh { "‹g›__awsenv_n=; " } else { "" };
        // In braces, because zsh and mksh would read a `[` behind the name as an index.
        let code = escaped.replace("‹n›", "${__awsenv_n}");
        self.expand(&format!(
            "{declare}for __awsenv_n in {names}; do ‹b›eval \"{code}\"; done; "
        ))
    }

    /// [`Posix::expand`], and then `‹v›` is replaced by a literal. In this order, because a value may contain the same
    /// letters.
    pub(super) fn expand_with(self, code: &str, literal: &str) -> String {
        let (before, behind) = code.split_once("‹v›").unwrap_or((code, ""));
        self.expand(before) + literal + &self.expand(behind)
    }

    /// Replaces `‹b›`, `‹g›`, and `‹[› … ‹]›`, which is a test. Not for text with values in it.
    pub(super) fn expand(self, code: &str) -> String {
        // A function of the user's may be called `test`, but no POSIX shell takes `[` for the name of one.
        let (test, end) = match self {
            Posix::Sh => ("\\[", " ]"),
            Posix::Bash | Posix::Zsh => ("‹b›test", ""),
        };
        let code = code.replace("‹[›", test).replace(" ‹]›", end);
        code.replace("‹b›", self.builtin()).replace("‹g›", self.global())
    }
}
