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

use crate::env::diff::{Before, Change, EnvDiff, First, Layer, Save, Since};
use crate::env::names::VarName;
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back};

#[derive(Clone, Copy, Debug)]
pub struct PowerShell;

/// The hashtable, in the scope of the script.
const SAVED: &str = "$__awsenv_s";

/// Finds the hashtable of this shell. Under StrictMode the variable itself can be read only if there is one.
const BEGIN: &str = "& { [System.Diagnostics.DebuggerHidden()]param() $ErrorActionPreference='Stop'; \
    $__awsenv_s=Microsoft.PowerShell.Utility\\Get-Variable -Name __awsenv_saved -ValueOnly -Scope Global -ErrorAction Ignore; \
    $__awsenv_o=!($null -eq $__awsenv_s); if(!$__awsenv_o){$__awsenv_s=@{}}; ";

/// Keeps the hashtable, or removes it when nothing is saved any more.
const END: &str = "if($__awsenv_s.Count -gt 0){$global:__awsenv_saved=$__awsenv_s}\
    elseif($__awsenv_o){Microsoft.PowerShell.Utility\\Remove-Variable -Name __awsenv_saved -Scope Global -WhatIf:$false -Confirm:$false}";

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
        for (name, change) in diff.iter() {
            match change {
                Change::Set(save, _) | Change::Unset(save, _) => keep(&mut text, name, save),
                Change::Restore(layer, before) | Change::RestoreRemoved(layer, before) => {
                    fall_back(&mut text, name, before);
                    if *layer == Layer::First {
                        let _ = write!(text, "{SAVED}.Remove('+{name}'); ");
                    }
                }
                _ => (),
            }
        }
        // From here on nothing can fail.
        for (name, change) in diff.iter() {
            let _ = match change {
                Change::Unset(..) | Change::Drop => write!(text, "$env:{name}=$null; "),
                Change::Set(_, value) => write!(text, "$env:{name}={}; ", self.quote(value.expose().as_ref())),
                Change::Note(value) => write!(text, "$env:{name}={}; ", self.quote(value.as_ref())),
                Change::Restore(..) | Change::RestoreRemoved(..) | Change::RestoreSaved => give_back(&mut text, name),
                Change::Forget => Ok(()),
            };
            if change.forgets() {
                let _ = write!(text, "{SAVED}.Remove('{name}'); {SAVED}.Remove('+{name}'); ");
            }
        }
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

/// Saves a name before it is changed, unless it is saved already.
fn keep(text: &mut String, name: &VarName, save: &Save) {
    match &save.first {
        First::Live { .. } => unless_saved(text, name, &format!("$env:{name}")),
        // A secret is not saved, so that `unset` can tell that it cannot come back.
        First::Known(Before::Secret) => (),
        First::Known(before) => unless_saved(text, name, &literal(before)),
    }
    let _ = match &save.since {
        Since::Nothing | Since::Known(Before::Secret) => Ok(()),
        Since::Known(before) => {
            let value = literal(before);
            write!(
                text,
                "if(!{SAVED}.ContainsKey('+{name}')){{{SAVED}['+{name}']={value}}}; "
            )
        }
        // There are no variables without export, so what is not exported is absent.
        Since::Live { .. } => write!(text, "{SAVED}['+{name}']=$env:{name}; "),
        Since::IfSet => write!(text, "if(!($null -eq $env:{name})){{{SAVED}['+{name}']=$env:{name}}}; "),
        Since::Undone => write!(text, "{SAVED}.Remove('+{name}'); "),
    };
}

fn unless_saved(text: &mut String, name: &VarName, value: &str) {
    let _ = write!(
        text,
        "if(!{SAVED}.ContainsKey('{name}')){{{SAVED}['{name}']={value}}}; "
    );
}

/// What to restore in a shell that inherited the switch and so has nothing saved.
fn fall_back(text: &mut String, name: &VarName, before: &Before) {
    let missing = if *before == Before::Secret {
        let message = cannot_come_back(name);
        format!(
            "Microsoft.PowerShell.Utility\\Write-Warning -Message '{message}' -WarningAction Continue; {SAVED}['{name}']=$null"
        )
    } else {
        format!("{SAVED}['{name}']={}", literal(before))
    };
    let _ = write!(
        text,
        "if(!{SAVED}.ContainsKey('{name}')){{if(!{SAVED}.ContainsKey('+{name}')){{{missing}}}}}; "
    );
}

/// `$null` removes a variable.
fn give_back(text: &mut String, name: &VarName) -> std::fmt::Result {
    write!(
        text,
        "if({SAVED}.ContainsKey('+{name}')){{$env:{name}={SAVED}['+{name}']}}\
         elseif({SAVED}.ContainsKey('{name}')){{$env:{name}={SAVED}['{name}']}}; "
    )
}

fn literal(before: &Before) -> String {
    match before {
        Before::Value(value) => PowerShell.quote(value),
        Before::Absent | Before::Secret => String::from("$null"),
    }
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
