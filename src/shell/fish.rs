//! fish.
//!
//! The global, unexported variable `__awsenv_NAME` saves what the shell had: `x` and the value if it was exported, `s`
//! and the value if it was global but not exported, `u` if it was unset. A list stays a list.

use std::ffi::OsStr;
use std::fmt::Write as _;

use crate::env::diff::{Before, Change, EnvDiff, First};
use crate::env::names::VarName;
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back, is_plain};

/// fish 3.6 and later.
#[derive(Clone, Copy, Debug)]
pub struct Fish;

impl Syntax for Fish {
    fn script(&self, diff: &EnvDiff, look: Option<&Look>) -> String {
        let touched = names(diff, |change| !matches!(change, Change::Forget));
        // `set -e NAME` without -g would uncover or erase a universal variable, and a universal variable shows through
        // once the global one is gone.
        format!(
            "begin; set -l __awsenv_r 0; set -l __awsenv_n; for __awsenv_n in {touched}; if set -qU $__awsenv_n; \
             echo \"awsenv: $__awsenv_n is a universal variable, so nothing was changed; remove it with: set -eU $__awsenv_n\" >&2; \
             set __awsenv_r 1; end; end; if test $__awsenv_r = 0; {work}{refresh}true; else; false; end; end",
            work = work(diff),
            refresh = look.map_or(String::new(), |look| {
                format!("if set -qg __awsenv_hook; {}; end; ", look.assign(self, "; "))
            }),
        )
    }

    fn quote(&self, value: &OsStr) -> String {
        let mut quoted = String::from("'");
        for &byte in value.as_encoded_bytes() {
            let _ = if is_plain(byte) {
                write!(quoted, "{}", char::from(byte))
            } else {
                write!(quoted, "'\\X{byte:02x}'")
            };
        }
        quoted.push('\'');
        quoted
    }

    fn fail(&self, status: u8, _message: &str) -> String {
        // `exit` and `return` would end the caller.
        format!("sh -c 'exit {status}'")
    }

    fn no_op(&self) -> &'static str {
        "true"
    }

    fn assign(&self, name: &str, value: &str) -> String {
        format!("set -g {name} {}", self.quote(value.as_ref()))
    }

    fn integration(&self) -> &'static str {
        include_str!("../../shell/awsenv.fish")
    }

    fn completion(&self) -> Option<&'static str> {
        Some(include_str!("../../shell/complete.fish"))
    }
}

fn work(diff: &EnvDiff) -> String {
    let mut text = String::new();
    // fish itself knows whether a global variable is exported, so one loop covers both.
    let saved = names(diff, |change| {
        change
            .save()
            .is_some_and(|save| matches!(save.first, First::Live { .. }))
    });
    if !saved.is_empty() {
        let _ = write!(
            text,
            "for __awsenv_n in {saved}; if not set -qg __awsenv_$__awsenv_n; \
             if set -qgx $__awsenv_n; set -g __awsenv_$__awsenv_n x $$__awsenv_n; \
             else if set -qg $__awsenv_n; set -g __awsenv_$__awsenv_n s $$__awsenv_n; \
             else; set -g __awsenv_$__awsenv_n u; end; end; end; "
        );
    }
    for (name, change) in diff.iter() {
        match change {
            Change::Restore(_, Before::Secret) | Change::RestoreRemoved(_, Before::Secret) => {
                let lost = cannot_come_back(name);
                let _ = write!(text, "set -qg __awsenv_{name}; or echo \"{lost}\" >&2; ");
            }
            Change::Restore(_, before) | Change::RestoreRemoved(_, before) => {
                once(&mut text, name, &saved_form(before));
            }
            Change::RestoreSaved => once(&mut text, name, "k"),
            // A secret is not saved, so that `unset` can tell that it cannot come back.
            _ => {
                if let Some(First::Known(before)) = change.save().map(|save| &save.first)
                    && *before != Before::Secret
                {
                    once(&mut text, name, &saved_form(before));
                }
            }
        }
    }
    restore(&mut text, diff);
    for (name, change) in diff.iter() {
        let _ = match change {
            Change::Unset(..) | Change::Drop => write!(text, "set -eg {name}; "),
            Change::Set(_, value) => write!(text, "set -gx {name} {}; ", Fish.quote(value.expose().as_ref())),
            Change::Note(value) => write!(text, "set -gx {name} {}; ", Fish.quote(value.as_ref())),
            _ => Ok(()),
        };
    }
    text
}

fn restore(text: &mut String, diff: &EnvDiff) {
    let removed = names(diff, |change| matches!(change, Change::RestoreRemoved(..)));
    if !removed.is_empty() {
        let _ = write!(
            text,
            "for __awsenv_n in {removed}; if set -qg $__awsenv_n; \
             echo \"awsenv: $__awsenv_n was changed since: left as it is\" >&2; set -g __awsenv_$__awsenv_n k; end; end; "
        );
    }
    let all = names(diff, Change::gives_back);
    if !all.is_empty() {
        let _ = write!(
            text,
            "set -l __awsenv_s; set -l __awsenv_v; for __awsenv_n in {all}; set __awsenv_s __awsenv_$__awsenv_n; \
             set __awsenv_v $$__awsenv_s; if test \"$__awsenv_v[1]\" = x; set -gx $__awsenv_n $__awsenv_v[2..]; \
             else if test \"$__awsenv_v[1]\" = s; set -eg $__awsenv_n; set -g $__awsenv_n $__awsenv_v[2..]; \
             else if test \"$__awsenv_v[1]\" != k; set -eg $__awsenv_n; end; end; "
        );
    }
    for (name, _) in diff.iter().filter(|(_, change)| change.forgets()) {
        let _ = write!(text, "set -eg __awsenv_{name}; ");
    }
}

/// Sets `__awsenv_NAME` unless something is already saved there.
fn once(text: &mut String, name: &VarName, value: &str) {
    let _ = write!(text, "set -qg __awsenv_{name}; or set -g __awsenv_{name} {value}; ");
}

fn saved_form(before: &Before) -> String {
    match before {
        Before::Value(value) => format!("x {}", Fish.quote(value)),
        Before::Absent | Before::Secret => String::from("u"),
    }
}

fn names(diff: &EnvDiff, wanted: impl Fn(&Change) -> bool) -> String {
    let found: Vec<&str> = diff
        .iter()
        .filter(|(_, change)| wanted(change))
        .map(|(name, _)| name.as_str())
        .collect();
    found.join(" ")
}
