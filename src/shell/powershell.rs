//! PowerShell 7 and Windows PowerShell 5.1.
//!
//! `$env:` variables are always exported, so one hashtable, `$global:__awsenv_saved`, keeps the old values: `$null` for
//! an absent one; `+NAME` in it is what the user set between two `use`s.
//!
//! The script is all language. A cmdlet would follow the user's preferences, a function of the user may have its name,
//! and where modules are logged its arguments are, secrets too. The three that have no other form are called with their
//! module, with all that they might ask, and never with a value. `& { }` has its own scope, so no helper variable leaks;
//! their names are unusual, because a constant of the user may be in every scope. `DebuggerHidden` keeps the statements
//! out of `Set-PSDebug -Trace`. ConstrainedLanguage mode allows all this, but hardly a method.

use std::ffi::OsStr;
use std::fmt::Write as _;

use crate::env::diff::{Before, Change, EnvDiff, First, Layer, Since};
use crate::env::names::VarName;
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back};

#[derive(Clone, Copy, Debug)]
pub struct PowerShell;

/// The hashtable, in the scope of the script.
const SAVED: &str = "$__awsenv_s";

/// Finds the hashtable of this shell. Under StrictMode the variable itself can be read only if there is one.
const BEGIN: &str = "& { [System.Diagnostics.DebuggerHidden()]param() $ErrorActionPreference='Stop'; \
    $__awsenv_s=Microsoft.PowerShell.Utility\\Get-Variable -Name __awsenv_saved -ValueOnly -Scope Global -Include @() -Exclude @() \
    -ErrorAction Ignore; if(!($__awsenv_s -is [hashtable])){$__awsenv_s=@{}}; ";

/// Keeps it, before anything changes: the user may have made the variable read-only, or given it a type.
const KEEP: &str = "$global:__awsenv_saved=$__awsenv_s; \
    if(!($global:__awsenv_saved -is [hashtable])){throw 'awsenv: the variable __awsenv_saved must hold what comes back'}; ";

/// Removes it when nothing is saved any more.
const END: &str = "if($__awsenv_s.Count -eq 0){Microsoft.PowerShell.Utility\\Remove-Variable -Name __awsenv_saved -Scope Global \
    -Include @() -Exclude @() -WhatIf:$false -Confirm:$false -Verbose:$false}";

impl Syntax for PowerShell {
    fn script(&self, diff: &EnvDiff, look: Option<&Look>) -> String {
        let mut text = String::from(BEGIN);
        if diff
            .iter()
            .filter_map(|(_, change)| change.save())
            .any(|save| save.anew)
        {
            let _ = write!(text, "{SAVED}=@{{}}; ");
        }
        save(&mut text, diff);
        fall_back(&mut text, diff);
        text.push_str(KEEP);
        clear(&mut text, diff);
        for (name, change) in diff.iter() {
            let _ = match change {
                Change::Set(_, value) => write!(text, "$env:{name}={}; ", self.quote(value.expose().as_ref())),
                Change::Note(value) => write!(text, "$env:{name}={}; ", self.quote(value.as_ref())),
                Change::RestoreSaved => {
                    write!(
                        text,
                        "if({SAVED}.ContainsKey('{name}')){{$env:{name}={SAVED}['{name}']}}; "
                    )
                }
                change if comes_back(change) => write!(text, "$env:{name}={SAVED}['{name}']; "),
                _ => Ok(()),
            };
        }
        each(
            &mut text,
            diff,
            Change::forgets,
            &format!("{SAVED}.Remove($__awsenv_n); {SAVED}.Remove(\"+$__awsenv_n\")"),
        );
        text.push_str(END);
        if let Some(look) = look {
            // A function of this name is there only if the integration is loaded, with its prompt.
            let _ = write!(
                text,
                "; if(${{function:__awsenv_place}}){{{}; __awsenv_place}}",
                look.assign(self, "; ")
            );
        }
        text + " }"
    }

    fn quote(&self, value: &OsStr) -> String {
        let units = utf16(value);
        let plain = |unit: &u16| (0x20..0x7f).contains(unit) && *unit != u16::from(b'\'');
        if units.iter().all(plain) {
            return format!("'{}'", String::from_utf16_lossy(&units));
        }
        // Five characters end a single-quoted string, and the console's code page may change non-ASCII characters, so
        // these are written as numbers. The list is flat, because a long chain of `+` would nest as deep as it is long.
        let pieces = units.chunk_by(|a, b| plain(a) && plain(b)).map(|piece| match piece {
            [unit] if !plain(unit) => format!("[char]{unit}"),
            text => format!("'{}'", String::from_utf16_lossy(text)),
        });
        format!("-join({})", pieces.collect::<Vec<_>>().join(","))
    }

    fn fail(&self, _status: u8, message: &str) -> String {
        format!("throw {}", self.quote(format!("awsenv: {message}").as_ref()))
    }

    fn no_op(&self) -> &'static str {
        "$null=0"
    }

    fn assign(&self, name: &str, value: &str) -> String {
        format!("$global:{name}={}", self.quote(value.as_ref()))
    }

    fn integration(&self) -> &'static str {
        concat!(
            include_str!("../../shell/awsenv.ps1"),
            "\n",
            include_str!("../../shell/words.ps1")
        )
    }

    fn completion(&self) -> Option<&'static str> {
        Some(include_str!("../../shell/complete.ps1"))
    }
}

/// Saves what is there before any change. There are no variables without export, so what the process does not have is
/// absent. A secret from before is not saved, so that `unset` can tell that it cannot come back.
fn save(text: &mut String, diff: &EnvDiff) {
    let is_absent = |change: &Change| {
        let first = change.save().map(|save| &save.first);
        matches!(
            first,
            Some(First::Live { exported: false } | First::Known(Before::Absent))
        )
    };
    each(text, diff, is_absent, &unless_saved("$__awsenv_n", "$null"));
    for (name, change) in diff.iter() {
        let Some(save) = change.save() else { continue };
        let (first, since) = (format!("'{name}'"), format!("'+{name}'"));
        let live = format!("$env:{name}");
        text.push_str(&match &save.first {
            First::Live { exported: true } => unless_saved(&first, &live) + "; ",
            First::Known(Before::Value(value)) => unless_saved(&first, &PowerShell.quote(value)) + "; ",
            First::Live { exported: false } | First::Known(Before::Absent | Before::Secret) => String::new(),
        });
        text.push_str(&match &save.since {
            Since::Live { .. } => format!("{SAVED}[{since}]={live}; "),
            Since::Known(Before::Value(value)) => unless_saved(&since, &PowerShell.quote(value)) + "; ",
            Since::Known(Before::Absent) => unless_saved(&since, "$null") + "; ",
            Since::Undone => format!("{SAVED}.Remove({since}); "),
            Since::Nothing | Since::IfSet | Since::Known(Before::Secret) => String::new(),
        });
    }
}

fn unless_saved(key: &str, value: &str) -> String {
    format!("if(!{SAVED}.ContainsKey({key})){{{SAVED}[{key}]={value}}}")
}

/// Brings what is to come back into the first layer, with what a shell gets that inherited the switch and so has nothing
/// saved.
fn fall_back(text: &mut String, diff: &EnvDiff) {
    for (name, change) in diff.iter().filter(|(_, change)| comes_back(change)) {
        let (Change::Restore(_, before) | Change::RestoreRemoved(_, before)) = change else {
            continue;
        };
        let missing = match before {
            Before::Value(value) => format!("{SAVED}['{name}']={}", PowerShell.quote(value)),
            Before::Absent => format!("{SAVED}['{name}']=$null"),
            Before::Secret => format!(
                "{SAVED}['{name}']=$null; \
                 Microsoft.PowerShell.Utility\\Write-Warning -Message '{}' -WarningAction Continue",
                cannot_come_back(name)
            ),
        };
        let _ = write!(
            text,
            "if(!{SAVED}.ContainsKey('{name}')){{if(!{SAVED}.ContainsKey('+{name}')){{{missing}}}}}; "
        );
    }
    let is_first = |change: &Change| {
        matches!(
            change,
            Change::Restore(Layer::First, _) | Change::RestoreRemoved(Layer::First, _)
        )
    };
    each(text, diff, is_first, &format!("{SAVED}.Remove(\"+$__awsenv_n\")"));
    let latest = format!("if({SAVED}.ContainsKey(\"+$__awsenv_n\")){{{SAVED}[$__awsenv_n]={SAVED}[\"+$__awsenv_n\"]}}");
    let gives_back = |change: &Change| comes_back(change) || *change == Change::RestoreSaved;
    each(text, diff, gives_back, &latest);
}

/// Whether the name gets the value that is saved. One that `use` removed and that was absent before is absent.
fn comes_back(change: &Change) -> bool {
    match change {
        Change::Restore(..) => true,
        Change::RestoreRemoved(_, before) => *before != Before::Absent,
        _ => false,
    }
}

/// Removes names in one assignment, because each statement of a new script costs time. So does each name, and most of
/// them are not there: all variables are exported, so the process sees that.
fn clear(text: &mut String, diff: &EnvDiff) {
    let gone = |change: &Change| match change {
        Change::Unset(save, _) => save.first != First::Live { exported: false } && save.since != Since::IfSet,
        change => *change == Change::Drop,
    };
    let names: Vec<String> = chosen(diff, gone).map(|name| format!("$env:{name}")).collect();
    if !names.is_empty() {
        let _ = write!(text, "{}=$null; ", names.join(","));
    }
}

/// A loop over the names of some changes, with the name in `$__awsenv_n`.
fn each(text: &mut String, diff: &EnvDiff, wanted: impl Fn(&Change) -> bool, body: &str) {
    let names: Vec<String> = chosen(diff, wanted).map(|name| format!("'{name}'")).collect();
    if !names.is_empty() {
        let _ = write!(text, "foreach($__awsenv_n in {}){{{body}}}; ", names.join(","));
    }
}

fn chosen(diff: &EnvDiff, wanted: impl Fn(&Change) -> bool) -> impl Iterator<Item = &VarName> {
    diff.iter()
        .filter(move |(_, change)| wanted(change))
        .map(|(name, _)| name)
}

#[cfg(windows)]
fn utf16(value: &OsStr) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt as _;
    value.encode_wide().collect()
}

#[cfg(not(windows))]
fn utf16(value: &OsStr) -> Vec<u16> {
    value.to_string_lossy().encode_utf16().collect()
}
