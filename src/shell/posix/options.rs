//! The user's options: off while a script runs, and on again behind it.

use std::fmt::Write as _;

use super::Posix;
use super::code::SCRATCH;

/// Tracing would print the values, and `verbose` what is evaluated. Automatic export would export the saved values.
/// `keyword` takes assignments away from `export`. The rest would end the script half done.
const OPTIONS: [(&str, char); 6] = [
    ("xtrace", 'x'),
    ("verbose", 'v'),
    ("allexport", 'a'),
    ("errexit", 'e'),
    ("nounset", 'u'),
    ("keyword", 'k'),
];

/// Options of zsh that have no letter; aliases would replace words of what is evaluated.
const ZSH: [&str; 2] = ["errreturn", "aliases"];

impl Posix {
    /// `__awsenv_o` keeps the commands that turn the options on again.
    pub(super) fn options_off(self) -> String {
        let mut text = self.expand("‹g›__awsenv_o='‹b›:'; ");
        for (option, letter) in OPTIONS {
            let off = format!("__awsenv_o=\"$__awsenv_o; ‹b›set -{letter}\"; ‹b›set +{letter}");
            let _ = match self {
                // In zsh it means something else.
                Posix::Zsh if option == "keyword" => Ok(()),
                // `case` would match either case if bash, called sh, has `nocasematch`.
                Posix::Sh => write!(text, "if ‹[› \"${{-#*{letter}}}\" != \"$-\" ‹]›; then {off}; fi; "),
                Posix::Bash | Posix::Zsh => write!(text, "if [[ -o {option} ]]; then {off}; fi; "),
            };
        }
        for option in ZSH.iter().filter(|_| self == Posix::Zsh) {
            let _ = write!(
                text,
                "if [[ -o {option} ]]; then __awsenv_o=\"$__awsenv_o; ‹b›setopt {option}\"; ‹b›unsetopt {option}; fi; "
            );
        }
        self.expand(&text)
    }

    /// Frees the names that a script uses for itself, up to a `then`. In a subshell where a constant
    /// would end the shell.
    pub(super) fn scratch(self) -> String {
        let names = SCRATCH.join(" ");
        match self {
            Posix::Bash => {
                let references = SCRATCH.map(|name| format!("! ‹[› -R {name} ‹]› && ")).concat();
                self.expand(&format!("if {{ {references}‹b›unset -v {names}; }} 2>&-; then "))
            }
            Posix::Zsh => self.expand(&format!("if (‹b›unset -v {names}) 2>&-; then ‹b›unset -v {names}; ")),
            Posix::Sh => {
                let reference = self.for_ksh(format!("if {}; then ‹b›exit 1; fi; ", self.has_reference(&names)));
                self.expand(&format!(
                    "if (‹b›set +u; {reference}‹b›unset -v {names}) 2>&-; then ‹b›unset -v {names}; "
                ))
            }
        }
    }

    /// What is said and done if they are not free.
    pub(super) fn refused_scratch(self) -> String {
        let names = SCRATCH.join(", ");
        self.expand(&format!(
            "‹b›echo \"awsenv: one of {names} is read-only or refers to another variable in this shell, so nothing was changed\" >&2; (exit 1)"
        ))
    }

    /// One eval, so that the variable is read before it is unset.
    pub(super) fn options_back(self) -> String {
        self.expand("‹b›eval \"‹b›unset -v __awsenv_o; $__awsenv_o\"")
    }
}
