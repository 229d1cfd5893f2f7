//! The words of a story in PowerShell, where all environment variables are exported.

use super::{Mode, NAMES};

/// The start of every script, with a function that records what this PowerShell has.
pub(super) fn start() -> String {
    let names = NAMES.map(|name| format!("'{name}'")).join(",");
    format!(
        "function snap($label) {{\n\
         & {{ foreach ($n in {names}) {{ if (Test-Path \"env:$n\") {{ \"$n=$((Get-Item \"env:$n\").Value)\" }} else {{ $n }} }} }} |\n\
         Set-Content \"$label.vars\"\n/usr/bin/env -0 > \"$label.env\"\n\
         Get-ChildItem variable: | ForEach-Object Name | Set-Content \"$label.set\"\n}}"
    )
}

/// The statement that runs awsenv and its script.
pub(super) fn call(mode: Mode, args: &str) -> String {
    match mode {
        Mode::Plain | Mode::Loaded => format!("Invoke-Expression (& awsenv {args} | Out-String)"),
        Mode::Wrapper => format!("awsenv {args}"),
    }
}

/// As [`call`], but ends the script on failure. Under `$ErrorActionPreference = 'Stop'`, which every script has, the
/// function does so by itself, as what a plain eval throws does.
pub(super) fn must(mode: Mode, args: &str) -> String {
    call(mode, args)
}

/// As [`call`], and prints `LABEL=status`.
pub(super) fn status(mode: Mode, label: &str, args: &str) -> String {
    let call = call(mode, args);
    format!(
        "try {{ {call} && '{label}=0' || \"{label}=$LASTEXITCODE\" }} catch {{ \"{label}=$(if ($LASTEXITCODE) {{ $LASTEXITCODE }} else {{ $_ }})\" }}"
    )
}
