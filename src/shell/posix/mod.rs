//! bash, zsh and POSIX sh.
//!
//! The text also survives an unquoted `eval $(…)` in bash and zsh: blanks are single, and no word could match a file
//! name. A backslash before the first word of a command bypasses aliases, and `builtin` bypasses functions.

mod code;
mod options;
mod probe;
mod quote;
mod restore;
mod save;

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;

use crate::env::diff::{Change, EnvDiff, Since};
use crate::shell::look::Look;
use crate::shell::posix::code::{FIRST, SCRATCH, SINCE, join};
use crate::shell::{Syntax, globs};

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
        let changed = join(diff.touched());
        let mut own: Vec<String> = SCRATCH.map(str::to_owned).to_vec();
        own.extend(["__awsenv_mode", "__awsenv_production"].map(str::to_owned));
        for (name, change) in diff.iter() {
            if change.save().is_some() || change.forgets() {
                own.push(format!("{FIRST}{name}"));
            }
            if change
                .save()
                .is_some_and(|save| save.anew || save.since != Since::Nothing)
                || change.forgets()
            {
                own.push(format!("{SINCE}{name}"));
            }
        }
        let own = own.join(" ");
        let b = self.builtin();
        let eval = |code: &str| format!("{b}eval {}; ", quote::code(*self, code));
        // What is evaluated is read only then: mksh reads a whole line with the options that are on at its start.
        format!(
            "{{ {scratch}{options_off}if {probe}then {prepare}{exports}{refresh}else {refuse}fi; {options_back}; \
             else {refused}; fi; }}",
            scratch = self.scratch(),
            options_off = self.options_off(),
            probe = eval(&self.probe(&changed, &own)),
            prepare = eval(&self.prepare(diff)),
            exports = self.exports(diff),
            refresh = self.refresh(look),
            refuse = eval(&self.refuse(&changed, &own)),
            options_back = self.options_back(),
            refused = self.refused_scratch(),
        )
    }

    fn quote(&self, value: &OsStr) -> String {
        let bytes = value.as_encoded_bytes();
        match self {
            Posix::Sh => quote::single(bytes),
            Posix::Bash | Posix::Zsh => quote::octal(bytes),
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
        (format!("{script} >&- 2>&-"), script)
    }

    fn assign(&self, name: &str, value: &str) -> String {
        format!("{}{name}={}", self.global(), self.quote(value.as_ref()))
    }

    fn globs(&self, globs: &[String]) -> String {
        globs::list(globs)
    }

    fn integration(&self) -> &'static str {
        match self {
            Posix::Bash => include_str!("../../../shell/awsenv.bash"),
            Posix::Sh => include_str!("../../../shell/awsenv.sh"),
            Posix::Zsh => include_str!("../../../shell/awsenv.zsh"),
        }
    }

    fn completion(&self) -> Option<&'static str> {
        match self {
            Posix::Bash => Some(include_str!("../../../shell/complete.bash")),
            Posix::Sh => None,
            Posix::Zsh => Some(include_str!("../../../shell/complete.zsh")),
        }
    }
}

impl Posix {
    /// Saves, restores, and removes.
    fn prepare(self, diff: &EnvDiff) -> String {
        let b = self.builtin();
        let drop = join(diff.iter().filter(|(_, c)| **c == Change::Drop).map(|(name, _)| name));
        let mut text = String::new();
        if !drop.is_empty() {
            let _ = write!(text, "{b}unset -v {drop}; ");
        }
        text += &self.save(diff);
        text += &self.restore(diff);
        let is_changed = |change: &Change| matches!(change, Change::Note(_) | Change::Set(..) | Change::Unset(..));
        let changed = join(diff.iter().filter(|(_, c)| is_changed(c)).map(|(name, _)| name));
        if !changed.is_empty() {
            let _ = write!(text, "{b}unset -v {changed}; ");
        }
        let _ = write!(text, "{b}unset -v __awsenv_d __awsenv_n __awsenv_t __awsenv_v");
        text
    }

    fn exports(self, diff: &EnvDiff) -> String {
        let mut text = String::new();
        for (name, change) in diff.iter() {
            let value = match change {
                Change::Set(_, value) => self.quote(value.expose().as_ref()),
                Change::Note(value) => self.quote(value.as_ref()),
                _ => continue,
            };
            let _ = write!(text, "{}; ", self.export(name.as_str(), &value));
        }
        text
    }

    /// The integration's hook puts the segment back where the prompt was set anew. `init --no-prompt` sets no hook.
    fn refresh(self, look: Option<&Look>) -> String {
        let settings = look.map_or(String::new(), |look| {
            let assignments = look.assign(&self, "; ");
            let is_loaded = self.expand("‹[› \"${__awsenv_hook+y}\" ‹]›");
            format!("if {is_loaded}; then {assignments}; fi; ")
        });
        settings + "\"${__awsenv_hook-:}\"; "
    }

    /// The form in which an exported value is saved.
    fn exported(self, value: &OsStr) -> String {
        let mut saved = OsString::from("x");
        saved.push(value);
        self.quote(&saved)
    }
}
