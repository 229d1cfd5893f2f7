//! bash, zsh and POSIX sh.
//!
//! The text also survives an unquoted `eval $(…)` in bash and zsh: blanks are single, and no word could match a file
//! name. A backslash before the first word of a command bypasses aliases, and `builtin` bypasses functions.
//!
//! The unexported variable `__awsenv_NAME` saves what the shell had: `x` and the value if it was exported, `s` and the
//! value if it was set but not exported, nothing if it was unset.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;

use crate::env::diff::{Before, Change, EnvDiff, Save};
use crate::env::names::VarName;
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back, globs, is_plain};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posix {
    /// With `$'…'` and `[[`.
    Bash,
    /// Only what POSIX has.
    Sh,
    /// Like bash, but a function must declare a global variable, or WARN_CREATE_GLOBAL complains.
    Zsh,
}

impl Syntax for Posix {
    fn script(&self, diff: &EnvDiff, look: Option<&Look>) -> String {
        let touched = join(diff.touched().map(VarName::as_str));
        let b = self.builtin();
        format!(
            "{{ {options_off}if ({b}unset -v {touched}) 2>/dev/null; then {work}else {refuse}fi; {options_back}; }}",
            options_off = self.options_off(),
            work = self.work(diff) + &self.refresh(look),
            refuse = self.refuse(&touched),
            // One eval, so that the variable is read before it is unset.
            options_back = format_args!("{b}eval \"{b}unset -v __awsenv_o; $__awsenv_o\""),
        )
    }

    fn quote(&self, value: &OsStr) -> String {
        let bytes = value.as_encoded_bytes();
        match self {
            Posix::Sh => single(bytes),
            _ if bytes.iter().all(|byte| is_plain(*byte)) => format!("'{}'", value.to_string_lossy()),
            _ => octal(bytes),
        }
    }

    fn fail(&self, status: u8, _message: &str) -> String {
        format!("(exit {status})")
    }

    fn no_op(&self) -> &'static str {
        ":"
    }

    /// Both shells switch. Only one of them prints messages of the script or of the user's traps.
    fn hand_on(&self, diff: &EnvDiff, look: Option<&Look>) -> (String, String) {
        let script = self.script(diff, look);
        (format!("{script} >/dev/null 2>&1"), script)
    }

    fn assign(&self, name: &str, value: &str) -> String {
        let declare = if *self == Posix::Zsh {
            "\\builtin typeset -g "
        } else {
            ""
        };
        format!("{declare}{name}={}", self.quote(value.as_ref()))
    }

    fn globs(&self, globs: &[String]) -> String {
        globs::list(globs)
    }

    fn integration(&self) -> &'static str {
        match self {
            Posix::Bash => include_str!("../../shell/awsenv.bash"),
            Posix::Sh => include_str!("../../shell/awsenv.sh"),
            Posix::Zsh => include_str!("../../shell/awsenv.zsh"),
        }
    }

    fn completion(&self) -> Option<&'static str> {
        match self {
            Posix::Bash => Some(include_str!("../../shell/complete.bash")),
            Posix::Sh => None,
            Posix::Zsh => Some(include_str!("../../shell/complete.zsh")),
        }
    }
}

impl Posix {
    /// The prefix of a builtin. sh has no `builtin`, but its special builtins take precedence over functions anyway.
    fn builtin(self) -> &'static str {
        if self == Posix::Sh { "\\" } else { "\\builtin " }
    }

    /// Assigns one of awsenv's global variables, also inside a function.
    fn global(self, name: &str, value: &str) -> String {
        let declare = if self == Posix::Zsh {
            "\\builtin typeset -g "
        } else {
            ""
        };
        format!("{declare}__awsenv_{name}={value}")
    }

    /// The head of a loop over names; its variable is global too.
    fn each(self, names: &str) -> String {
        let declare = if self == Posix::Zsh {
            "\\builtin typeset -g __awsenv_n; "
        } else {
            ""
        };
        format!("{declare}for __awsenv_n in {names}; do ")
    }

    /// Turns off tracing first (it would print the values), then automatic export (it would export the saved values)
    /// and `set -k` (it takes assignments away from `export`; in zsh it means something else). `__awsenv_o` keeps the
    /// commands that turn them back on at the end of the script.
    fn options_off(self) -> String {
        let b = self.builtin();
        let mut text = format!("{}; ", self.global("o", ":"));
        for (option, flag) in [("xtrace", 'x'), ("allexport", 'a'), ("keyword", 'k')] {
            if self == Posix::Zsh && flag == 'k' {
                continue;
            }
            let off = format!("__awsenv_o=\"$__awsenv_o; {b}set -{flag}\"; {b}set +{flag}");
            let _ = match self {
                Posix::Sh => write!(text, "case $- in *{flag}*) {off};; esac; "),
                Posix::Bash | Posix::Zsh => write!(text, "if [[ -o {option} ]]; then {off}; fi; "),
            };
        }
        text
    }

    /// Runs only if no name is read-only.
    fn work(self, diff: &EnvDiff) -> String {
        let b = self.builtin();
        let mut text = String::new();
        self.save_live(&mut text, diff);
        for (name, change) in diff.iter() {
            match change {
                // Not saved, so that `unset` can tell that the secret cannot come back.
                Change::Set(Save::Known(Before::Secret), _) | Change::Unset(Save::Known(Before::Secret)) => {}
                Change::Set(Save::Known(before), _) | Change::Unset(Save::Known(before)) => {
                    let value = if let Before::Value(value) = before {
                        self.quote(&exported(value))
                    } else {
                        String::new()
                    };
                    self.once(&mut text, name, &value);
                }
                Change::Restore(before) | Change::RestoreRemoved(before) => self.fall_back(&mut text, name, before),
                Change::RestoreSaved => self.once(&mut text, name, "k"),
                _ => {}
            }
        }
        self.restore(&mut text, diff);
        let gone = join(
            diff.iter()
                .filter(|(_, c)| matches!(c, Change::Unset(_) | Change::Drop))
                .map(|(n, _)| n.as_str()),
        );
        if !gone.is_empty() {
            let _ = write!(text, "{b}unset -v {gone}; ");
        }
        for (name, change) in diff.iter() {
            let value = match change {
                Change::Set(_, value) => self.quote(value.expose().as_ref()),
                Change::Note(value) => self.quote(value.as_ref()),
                _ => continue,
            };
            let _ = write!(text, "{b}export {name}={value}; ");
        }
        text
    }

    /// Sets `__awsenv_NAME` unless something is already saved there.
    fn once(self, text: &mut String, name: &VarName, value: &str) {
        let b = self.builtin();
        let _ = write!(
            text,
            "{b}test \"${{__awsenv_{name}+y}}\" || {}; ",
            self.global(name.as_str(), value)
        );
    }

    /// Saves what the shell has; the process knows whether it is exported.
    fn save_live(self, text: &mut String, diff: &EnvDiff) {
        let b = self.builtin();
        for (wanted, letter) in [(true, 'x'), (false, 's')] {
            let live = diff.iter().filter(|(_, change)| change.saves_live() == Some(wanted));
            let names = join(live.map(|(name, _)| name.as_str()));
            let value = format!("\\\"\\${{$__awsenv_n+{letter}\\$$__awsenv_n}}\\\"");
            let keep = self.global("$__awsenv_n", &value);
            if !names.is_empty() {
                let each = self.each(&names);
                let _ = write!(
                    text,
                    "{each}{b}eval \"{b}test \\\"\\${{__awsenv_$__awsenv_n+y}}\\\" || {keep}\"; done; {b}unset -v __awsenv_n; "
                );
            }
        }
    }

    /// What to restore in a shell that inherited the switch and so has nothing saved.
    fn fall_back(self, text: &mut String, name: &VarName, before: &Before) {
        let b = self.builtin();
        match before {
            Before::Absent => {}
            Before::Value(value) => self.once(text, name, &self.quote(&exported(value))),
            Before::Secret => {
                let lost = cannot_come_back(name);
                let _ = write!(text, "{b}test \"${{__awsenv_{name}+y}}\" || {b}echo \"{lost}\" >&2; ");
            }
        }
    }

    fn restore(self, text: &mut String, diff: &EnvDiff) {
        let b = self.builtin();
        let back = |wanted: fn(&Change) -> bool| join(diff.iter().filter(|(_, c)| wanted(c)).map(|(n, _)| n.as_str()));
        let removed = back(|change| matches!(change, Change::RestoreRemoved(_)));
        if !removed.is_empty() {
            let keep = self.global("$__awsenv_n", "k");
            let each = self.each(&removed);
            let _ = write!(
                text,
                "{each}{b}eval \"if {b}test \\\"\\${{$__awsenv_n+y}}\\\"; then \
                 {b}echo \\\"awsenv: $__awsenv_n was changed since: left as it is\\\" >&2; {keep}; fi\"; done; "
            );
        }
        let all = back(Change::gives_back);
        if !all.is_empty() {
            let each = self.each(&all);
            let read = self.global("v", "\\\"\\${__awsenv_$__awsenv_n-}\\\"");
            let declare = if self == Posix::Zsh {
                "\\builtin typeset -g "
            } else {
                ""
            };
            let _ = write!(
                text,
                "{each}{b}eval \"{read}\"; \
                 if {b}test \"${{__awsenv_v#x}}\" != \"$__awsenv_v\"; then {b}export \"$__awsenv_n=${{__awsenv_v#x}}\"; \
                 elif {b}test \"$__awsenv_v\" != k; then {b}unset -v \"$__awsenv_n\"; \
                 if {b}test \"${{__awsenv_v#s}}\" != \"$__awsenv_v\"; then \
                 {b}eval \"{declare}$__awsenv_n=\\\"\\${{__awsenv_v#s}}\\\"\"; fi; fi; done; "
            );
        }
        let saved: Vec<_> = diff
            .iter()
            .filter(|(_, c)| c.forgets())
            .map(|(n, _)| format!("__awsenv_{n}"))
            .collect();
        if !saved.is_empty() {
            let _ = write!(text, "{b}unset -v __awsenv_n __awsenv_v {}; ", saved.join(" "));
        }
    }

    /// The integration's hook puts the segment back where the prompt was set anew. `init --no-prompt` sets no hook.
    fn refresh(self, look: Option<&Look>) -> String {
        let b = self.builtin();
        let settings = look.map_or(String::new(), |look| {
            let assignments = look.assign(&self, "; ");
            format!("if {b}test \"${{__awsenv_hook+y}}\"; then {assignments}; fi; ")
        });
        settings + "${__awsenv_hook-:}; "
    }

    /// Names the read-only variables; the script then ends with status 1.
    fn refuse(self, touched: &str) -> String {
        let b = self.builtin();
        let each = self.each(touched);
        format!(
            "{each}({b}unset -v \"$__awsenv_n\") 2>/dev/null || \
             {b}echo \"awsenv: $__awsenv_n is read-only in this shell: nothing was changed\" >&2; done; \
             {b}unset -v __awsenv_n; __awsenv_o=\"$__awsenv_o; (exit 1)\"; "
        )
    }
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// The form in which an exported value is saved.
fn exported(value: &OsStr) -> OsString {
    let mut saved = OsString::from("x");
    saved.push(value);
    saved
}

/// sh has no escape for a byte, so `printf` writes bytes that are not UTF-8; none of them is a line end, which `$(…)`
/// would drop.
fn single(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            let _ = write!(quoted, "'{}'", chunk.valid().replace('\'', r"'\''"));
        }
        if !chunk.invalid().is_empty() {
            let octal: String = chunk.invalid().iter().map(|byte| format!("\\{byte:03o}")).collect();
            let _ = write!(quoted, "\"$(\\command printf '{octal}')\"");
        }
    }
    if quoted.is_empty() { String::from("''") } else { quoted }
}

/// Always three digits: with fewer, a following digit would be read as part of the number, and hexadecimal escapes are
/// greedy in ksh.
fn octal(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 8);
    quoted.push_str("$'");
    for &byte in bytes {
        let _ = if is_plain(byte) {
            write!(quoted, "{}", char::from(byte))
        } else {
            write!(quoted, "\\{byte:03o}")
        };
    }
    quoted.push('\'');
    quoted
}
