//! What the prompt of the integration is told: the settings, and the programs beside which it leaves its segment out.

use std::fmt::Write as _;

use crate::shell::{Shell, Syntax};

/// What the settings say about the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// `auto`, `on` or `off`; `none` if the startup file asked for no prompt at all.
    pub mode: &'static str,
    /// Globs of the profiles that are shown in red.
    pub production: Vec<String>,
}

impl Look {
    /// Assigns `__awsenv_mode` and `__awsenv_production`, separated by `separator`.
    pub fn assign(&self, syntax: &dyn Syntax, separator: &str) -> String {
        format!(
            "{}{separator}{}",
            syntax.assign("__awsenv_mode", self.mode),
            syntax.assign("__awsenv_production", &syntax.globs(&self.production)),
        )
    }
}

/// A program that shows the profile in the prompt itself.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// As its users call it.
    pub name: &'static str,
    pub shell: Shell,
    /// A command of the shell that succeeds, without starting a process, if the program draws the prompt.
    pub test: &'static str,
    /// Whether it also shows a profile in *keys* style. If not, it is known only by AWS_PROFILE.
    pub shows_keys: bool,
}

/// The only list of programs beside which `prompt = auto` leaves the segment out.
pub const PROGRAMS: [Program; 4] = [
    Program {
        name: "starship",
        shell: Shell::Bash,
        test: "\\builtin declare -F starship_precmd >/dev/null",
        shows_keys: true,
    },
    Program {
        name: "starship",
        shell: Shell::Zsh,
        test: "(( ${+functions[starship_precmd]} ))",
        shows_keys: true,
    },
    // In fish, `$argv[1]` is the function that draws the prompt, and `$argv[2]` the mark behind the name, if any.
    Program {
        name: "starship",
        shell: Shell::Fish,
        test: "set -q STARSHIP_SHELL; and builtin functions $argv[1] | string match -q '*STARSHIP_*'",
        shows_keys: true,
    },
    // It shows AWS_VAULT instead where that is set, and no mark.
    Program {
        name: "pure",
        shell: Shell::Fish,
        test: "test \"$pure_enable_aws_profile\" = true; and test -z \"$AWS_VAULT$argv[2]\"; \
               and builtin functions $argv[1] | string match -q '*_pure_prompt*'",
        shows_keys: false,
    },
];

/// The function `__awsenv_drawn`, which succeeds if another program already shows the profile. Empty for a shell for
/// which no program is listed.
pub fn drawn(shell: Shell) -> String {
    let mut programs = PROGRAMS.iter().filter(|program| program.shell == shell).peekable();
    if programs.peek().is_none() {
        return String::new();
    }
    let is_fish = shell == Shell::Fish;
    let mut text = String::from(if is_fish {
        "function __awsenv_drawn\n"
    } else {
        "function __awsenv_drawn {\n"
    });
    for program in programs {
        let named = match (program.shows_keys, is_fish) {
            (true, _) => "",
            (false, true) => "test -n \"$AWS_PROFILE\"; and ",
            (false, false) => "[[ -n ${AWS_PROFILE-} ]] && ",
        };
        let _ = match is_fish {
            true => writeln!(text, "  {named}{}; and return 0", program.test),
            false => writeln!(text, "  {named}{} && \\builtin return 0", program.test),
        };
    }
    text + if is_fish {
        "  return 1\nend\n"
    } else {
        "  \\builtin return 1\n}\n"
    }
}
