//! What the wrapper function says about itself: `SHELL:PID:DEPTH:CONTEXT` in AWSENV_WRAPPED. Everything after the shell
//! may be missing.

use crate::env::Env;
use crate::env::names::AWSENV_WRAPPED;
use crate::shell::Shell;

/// The function from `awsenv init` that called this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// The shell that the function is written for.
    pub shell: Shell,
    /// `$$`, which is the same in subshells. PowerShell does not set it.
    pub process: Option<u32>,
    /// How many subshells deep the function runs; `None` if the shell does not count them.
    pub depth: Option<u32>,
    /// The innermost one; only zsh and fish report it.
    pub substitution: Substitution,
}

/// In the words of ZSH_EVAL_CONTEXT (zshparam(1)), which the fish function uses too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substitution {
    /// The shell does not report it.
    Unknown,
    /// There is none, though there may be subshells.
    None,
    /// `$(…)` or `<(…)`: the output goes to a pipe.
    Pipe,
    /// `=(…)`: the output goes to a temporary file.
    File,
}

impl Wrapper {
    pub fn of(env: &Env) -> Option<Self> {
        Self::parse(env.text(AWSENV_WRAPPED)?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        let shell = Shell::parse(parts.next()?)?;
        let mut number = || parts.next()?.parse().ok();
        Some(Self {
            shell,
            process: number(),
            depth: number(),
            substitution: parts.next().map_or(Substitution::Unknown, substitution),
        })
    }
}

fn substitution(context: &str) -> Substitution {
    let innermost = context.rsplit(':').find_map(|word| match word {
        "cmdsubst" | "outsubst" => Some(Substitution::Pipe),
        "equalsubst" => Some(Substitution::File),
        _ => None,
    });
    innermost.unwrap_or(Substitution::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_says_what_it_knows() {
        let wrapper = |text: &str| Wrapper::parse(text).map(|w| (w.shell, w.process, w.depth, w.substitution));
        for (text, expected) in [
            ("posix:42", (Shell::Posix, Some(42), None, Substitution::Unknown)),
            ("bash:42:1", (Shell::Bash, Some(42), Some(1), Substitution::Unknown)),
            ("bash:42:", (Shell::Bash, Some(42), None, Substitution::Unknown)),
            ("zsh:42:0:toplevel", (Shell::Zsh, Some(42), Some(0), Substitution::None)),
            (
                "zsh:42:1:cmdarg:cmdsubst:eval:shfunc",
                (Shell::Zsh, Some(42), Some(1), Substitution::Pipe),
            ),
            (
                "zsh:42:2:cmdsubst:equalsubst:shfunc",
                (Shell::Zsh, Some(42), Some(2), Substitution::File),
            ),
            ("zsh:42:1:", (Shell::Zsh, Some(42), Some(1), Substitution::None)),
            ("powershell", (Shell::PowerShell, None, None, Substitution::Unknown)),
            ("bash:x:-1", (Shell::Bash, None, None, Substitution::Unknown)),
        ] {
            assert_eq!(wrapper(text), Some(expected), "{text}");
        }
        assert_eq!(wrapper("nonsense:42"), None);
        assert_eq!(wrapper(""), None);
    }
}
