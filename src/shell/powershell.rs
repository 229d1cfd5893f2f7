//! PowerShell 7 and Windows PowerShell 5.1.
//!
//! `$env:` variables are always exported, so one hashtable, `$global:__awsenv_saved`, keeps the old values: `$null` for
//! an absent one; `+NAME` in it is what the user set between two `use`s. `& { }` has its own scope, so no helper variable leaks. Uses only core types and cmdlets, because
//! ConstrainedLanguage mode forbids the rest.

use std::ffi::OsStr;
use std::fmt::Write as _;

use crate::env::diff::{Before, Change, EnvDiff, First, Layer, Since};
use crate::env::names::VarName;
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back};

#[derive(Clone, Copy, Debug)]
pub struct PowerShell;

const SAVED: &str = "$global:__awsenv_saved";

impl Syntax for PowerShell {
    fn script(&self, diff: &EnvDiff, _look: Option<&Look>) -> String {
        let mut text = format!("& {{ if(!(Test-Path variable:global:__awsenv_saved)){{{SAVED}=@{{}}}}; ");
        save(&mut text, diff);
        restore(&mut text, diff);
        for (name, change) in diff.iter() {
            let _ = match change {
                Change::Unset(..) | Change::Drop => write!(text, "$env:{name}=$null; "),
                Change::Set(_, value) => write!(text, "$env:{name}={}; ", self.quote(value.expose().as_ref())),
                Change::Note(value) => write!(text, "$env:{name}={}; ", self.quote(value.as_ref())),
                _ => Ok(()),
            };
        }
        let _ = write!(
            text,
            "if({SAVED}.Count -eq 0){{Remove-Variable -Scope Global __awsenv_saved}} }}"
        );
        text
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
        include_str!("../../shell/awsenv.ps1")
    }

    fn completion(&self) -> Option<&'static str> {
        Some(include_str!("../../shell/complete.ps1"))
    }
}

fn save(text: &mut String, diff: &EnvDiff) {
    if diff
        .iter()
        .any(|(_, change)| change.save().is_some_and(|save| save.anew))
    {
        let _ = write!(text, "{SAVED}=@{{}}; ");
    }
    let is_live = |change: &Change| {
        change
            .save()
            .is_some_and(|save| matches!(save.first, First::Live { .. }))
    };
    let live = names(diff, is_live);
    if !live.is_empty() {
        let _ = write!(
            text,
            "foreach($n in {live}){{if(!{SAVED}.ContainsKey($n)){{{SAVED}[$n]=$(if(Test-Path \"env:$n\"){{(Get-Item \"env:$n\").Value}})}}}}; "
        );
    }
    for (name, change) in diff.iter() {
        if let Some(save) = change.save() {
            if let First::Known(before) = &save.first {
                known(text, name, "", before);
            }
            since(text, name, &save.since);
        }
        if let Change::Restore(_, before) | Change::RestoreRemoved(_, before) = change {
            fall_back(text, name, before);
        }
    }
}

/// What the shell saves unless it has it saved. A secret is not saved, so that `unset` can tell that it cannot come
/// back.
fn known(text: &mut String, name: &VarName, layer: &str, before: &Before) {
    if *before != Before::Secret {
        let value = literal(before);
        let _ = write!(
            text,
            "if(!{SAVED}.ContainsKey('{layer}{name}')){{{SAVED}['{layer}{name}']={value}}}; "
        );
    }
}

fn since(text: &mut String, name: &VarName, since: &Since) {
    let _ = match since {
        Since::Nothing => Ok(()),
        Since::Known(before) => return known(text, name, "+", before),
        // There are no variables without export, so what is not exported is absent.
        Since::Live { .. } => write!(text, "{SAVED}['+{name}']=$env:{name}; "),
        Since::IfSet => write!(text, "if(!($null -eq $env:{name})){{{SAVED}['+{name}']=$env:{name}}}; "),
        Since::Undone => write!(text, "{SAVED}.Remove('+{name}'); "),
    };
}

/// What to restore in a shell that inherited the switch and so has nothing saved.
fn fall_back(text: &mut String, name: &VarName, before: &Before) {
    let missing = if *before == Before::Secret {
        let message = cannot_come_back(name);
        format!("Write-Warning '{message}'; {SAVED}['{name}']=$null")
    } else {
        format!("{SAVED}['{name}']={}", literal(before))
    };
    let _ = write!(
        text,
        "if(!{SAVED}.ContainsKey('{name}')){{if(!{SAVED}.ContainsKey('+{name}')){{{missing}}}}}; "
    );
}

fn restore(text: &mut String, diff: &EnvDiff) {
    let first = names(diff, |change| {
        matches!(
            change,
            Change::Restore(Layer::First, _) | Change::RestoreRemoved(Layer::First, _)
        )
    });
    if !first.is_empty() {
        let _ = write!(text, "foreach($n in {first}){{{SAVED}.Remove(\"+$n\")}}; ");
    }
    let back = names(diff, Change::gives_back);
    if !back.is_empty() {
        let _ = write!(
            text,
            "foreach($n in {back}){{if({SAVED}.ContainsKey(\"+$n\")){{{SAVED}[$n]={SAVED}[\"+$n\"]}}; \
             if({SAVED}.ContainsKey($n)){{if($null -eq {SAVED}[$n]){{Remove-Item \"env:$n\" -ErrorAction Ignore}}\
             else{{Set-Item \"env:$n\" {SAVED}[$n]}}}}}}; "
        );
    }
    let forget = names(diff, Change::forgets);
    if !forget.is_empty() {
        let _ = write!(
            text,
            "foreach($n in {forget}){{{SAVED}.Remove($n); {SAVED}.Remove(\"+$n\")}}; "
        );
    }
}

fn literal(before: &Before) -> String {
    match before {
        Before::Value(value) => PowerShell.quote(value),
        Before::Absent | Before::Secret => String::from("$null"),
    }
}

fn names(diff: &EnvDiff, wanted: impl Fn(&Change) -> bool) -> String {
    let found = diff
        .iter()
        .filter(|(_, change)| wanted(change))
        .map(|(name, _)| format!("'{name}'"));
    found.collect::<Vec<_>>().join(",")
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
