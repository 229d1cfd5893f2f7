//! What the prompt of the integration is told: the settings, and the programs beside which it leaves its segment out.

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

/// The names in [`PROGRAMS`], by which `doctor` finds their rows.
pub const STARSHIP: &str = "starship";
pub const AWS_PLUGIN: &str = "oh-my-zsh's aws plugin";
pub const AGNOSTER: &str = "agnoster";
pub const PURE: &str = "pure";

/// The only list of programs beside which `prompt = auto` leaves the segment out. None of them says that tools may take
/// something else, so where a `?` is due the segment is there too.
pub const PROGRAMS: [Program; 7] = [
    Program {
        name: STARSHIP,
        shell: Shell::Bash,
        // A restricted shell cannot ask silently, and the function is not in its environment.
        test: "! \\builtin shopt -q restricted_shell && \\builtin declare -F starship_precmd >/dev/null",
        shows_keys: true,
    },
    Program {
        name: STARSHIP,
        shell: Shell::Zsh,
        // The function is that of old versions.
        test: "{ [[ ${PROMPT-} == *starship*prompt* ]] || (( ${+functions[starship_precmd]} )) }",
        shows_keys: true,
    },
    Program {
        name: AWS_PLUGIN,
        shell: Shell::Zsh,
        test: "(( ${+functions[aws_prompt_info]} )) && [[ $PROMPT${RPROMPT-} == *'$(aws_prompt_info)'* ]]",
        shows_keys: false,
    },
    Program {
        name: AGNOSTER,
        shell: Shell::Zsh,
        test: "(( ${+functions[prompt_aws]} )) && [[ $PROMPT == *'$(build_prompt)'* && ${SHOW_AWS_PROMPT-} != false ]]",
        shows_keys: false,
    },
    // In fish, `$argv[1]` is the function that draws the prompt.
    Program {
        name: STARSHIP,
        shell: Shell::Fish,
        test: "set -q STARSHIP_SHELL; and builtin functions $argv[1] | string match -q '*STARSHIP_*'",
        shows_keys: true,
    },
    // It shows AWS_VAULT instead where that is set.
    Program {
        name: PURE,
        shell: Shell::Fish,
        test: "test \"$pure_enable_aws_profile\" = true; and test -z \"$AWS_VAULT\"; \
               and builtin functions $argv[1] | string match -q '*_pure_prompt*'",
        shows_keys: false,
    },
    // In PowerShell, `$_prompt` is the text of the function that draws the prompt.
    Program {
        name: STARSHIP,
        shell: Shell::PowerShell,
        test: "$_prompt.Contains('starship') -and $_prompt.Contains('--path=')",
        shows_keys: true,
    },
];

/// Whether `prompt = auto` leaves the segment out beside this program while no `?` is due, in *keys* style or in the
/// other.
pub fn is_left_out(program: &str, shell: Shell, by_keys: bool) -> bool {
    let is_listed = |listed: &Program| listed.name == program && listed.shell == shell;
    PROGRAMS
        .iter()
        .any(|listed| is_listed(listed) && (listed.shows_keys || !by_keys))
}

/// The function `__awsenv_drawn`, which says whether another program already shows the profile: by its status, or in
/// PowerShell by its value. Empty for a shell for which no program is listed. Its last argument is the `?` behind the
/// name, if that is due. `silent` are programs whose own settings hide the profile.
pub fn drawn(shell: Shell, silent: &[&str]) -> String {
    let mut programs = PROGRAMS.iter().filter(|program| program.shell == shell).peekable();
    if programs.peek().is_none() {
        return String::new();
    }
    let lines = programs
        .filter(|program| !silent.contains(&program.name))
        .map(|program| {
            let (test, named) = (program.test, !program.shows_keys);
            match shell {
                Shell::Fish => {
                    let named = if named { "test -n \"$AWS_PROFILE\"; and " } else { "" };
                    format!("  test -z \"$argv[2]\"; and {named}{test}; and return 0\n")
                }
                Shell::PowerShell => {
                    let named = if named { " -and $env:AWS_PROFILE" } else { "" };
                    format!("  if (-not $_mark{named} -and {test}) {{ return $true }}\n")
                }
                Shell::Bash | Shell::Posix | Shell::Zsh => {
                    let named = if named { "[[ -n ${AWS_PROFILE-} ]] && " } else { "" };
                    format!("  [[ -z $1 ]] && {named}{test} && \\builtin return 0\n")
                }
            }
        });
    let lines: String = lines.collect();
    match shell {
        Shell::Fish => format!("function __awsenv_drawn\n{lines}  return 1\nend\n"),
        Shell::PowerShell => format!(
            "function global:__awsenv_drawn {{\n  [System.Diagnostics.DebuggerHidden()] param($_prompt, $_mark)\n\
             {lines}  $false\n}}\n"
        ),
        Shell::Bash | Shell::Posix | Shell::Zsh => {
            format!("function __awsenv_drawn {{\n{lines}  \\builtin return 1\n}}\n")
        }
    }
}

/// What the integrations of bash and sh share, and the prompt of PowerShell; empty for the other shells.
pub fn segment(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash | Shell::Posix => include_str!("../../shell/segment.sh"),
        Shell::PowerShell => include_str!("../../shell/segment.ps1"),
        Shell::Fish | Shell::Zsh => "",
    }
}

/// Takes the segment away from a shell that has it from an earlier `init`. In the other shells [`undisturbed`] does so.
pub fn no_segment(shell: Shell) -> &'static str {
    match shell {
        // A script of `use` looks for this function.
        Shell::PowerShell => {
            "if (${function:__awsenv_place}) {\n    __awsenv_place\n    ${function:__awsenv_place} = $null\n}\n"
        }
        _ => "",
    }
}

/// POSIX shells cannot list their variables.
const POSIX_FORGET: &str = "unset -v __awsenv_mode __awsenv_production __awsenv_hook __awsenv_any __awsenv_q \
    __awsenv_blank __awsenv_no __awsenv_on __awsenv_other __awsenv_odd __awsenv_wild __awsenv_pattern __awsenv_name \
    __awsenv_mark __awsenv_begin __awsenv_close __awsenv_end __awsenv_left __awsenv_right __awsenv_none __awsenv_segment \
    __awsenv_strange __awsenv_bad __awsenv_c1 __awsenv_return";

/// Wraps what `init` prints: under `set -a` a shell would export all that `text` defines, as it does a variable that it
/// has inherited, and bash can be told to take comments for commands. For PowerShell it becomes one line, because people
/// evaluate it line by line, as a list of lines or joined by blanks.
pub fn undisturbed(shell: Shell, text: &str) -> String {
    let (b, forget) = match shell {
        Shell::Bash => ("\\builtin ", "unset -v \"${!__awsenv_@}\""),
        Shell::Zsh => ("\\builtin ", "unset -m '__awsenv_*'"),
        Shell::Posix => ("\\", POSIX_FORGET),
        Shell::Fish => return text.to_owned(),
        Shell::PowerShell => {
            // ConstrainedLanguage forbids most of it. There the program runs without a function.
            return format!(
                "if($ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage'){{& ([scriptblock]::Create({}))}}\n",
                shell.syntax().quote(text.as_ref())
            );
        }
    };
    let comments = match shell {
        Shell::Bash => {
            "[[ -o interactive-comments ]] || { \\builtin set -o interactive-comments; \
             __awsenv_back=\"$__awsenv_back; \\builtin set +o interactive-comments\"; }\n"
        }
        _ => "",
    };
    format!(
        "case $- in *a*) {b}set +a; {b}{forget} || {b}:; __awsenv_back='{b}set -a';; \
         *) {b}{forget} || {b}:; __awsenv_back=:;; esac\n{comments}{text}\n\
         {b}eval \"{b}unset -v __awsenv_back; $__awsenv_back\"\n"
    )
}
