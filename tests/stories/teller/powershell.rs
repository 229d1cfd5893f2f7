//! The words of a story in PowerShell, whose variables of the environment are all exported.

use super::{Mode, NAMES};

/// How every script begins: with a function that writes down what this PowerShell has.
pub(super) fn start() -> String {
    let names = NAMES.map(|name| format!("'{name}'")).join(",");
    format!(
        "function snap($label) {{\n\
         & {{ foreach ($n in {names}) {{ if (Test-Path \"env:$n\") {{ \"$n=$((Get-Item \"env:$n\").Value)\" }} else {{ $n }} }} }} |\n\
         Set-Content \"$label.vars\"\n/usr/bin/env -0 > \"$label.env\"\n\
         Get-ChildItem variable: | ForEach-Object Name | Set-Content \"$label.set\"\n}}"
    )
}

/// The statement that runs awsenv and does what it says.
pub(super) fn call(mode: Mode, args: &str) -> String {
    match mode {
        Mode::Plain | Mode::Loaded => format!("Invoke-Expression (& awsenv {args} | Out-String)"),
        Mode::Wrapper => format!("awsenv {args}"),
    }
}

/// The same, ending the script where it fails. What a plain eval throws does so by itself; the function only fails.
pub(super) fn must(mode: Mode, args: &str) -> String {
    let guard = match mode {
        Mode::Plain | Mode::Loaded => "",
        Mode::Wrapper => "; if (-not $?) { exit 9 }",
    };
    call(mode, args) + guard
}

/// The same, saying `LABEL=status`.
pub(super) fn status(mode: Mode, label: &str, args: &str) -> String {
    let call = call(mode, args);
    match mode {
        Mode::Plain | Mode::Loaded => format!(
            "try {{ {call}; '{label}=0' }} catch {{ \"{label}=$(if ($LASTEXITCODE) {{ $LASTEXITCODE }} else {{ $_ }})\" }}"
        ),
        Mode::Wrapper => format!("{call}; if ($?) {{ '{label}=0' }} else {{ \"{label}=$LASTEXITCODE\" }}"),
    }
}
