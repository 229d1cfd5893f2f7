//! Tab in PowerShell: what it offers, and what it leaves alone.

use crate::integration::terminal::Terminal;
use crate::support::{Sandbox, powershell_word, require};

const CONFIG: &str =
    "[profile jekyl]\n[profile \"my prod\"]\n[profile \"a\\\"b c\"]\n[profile 0123]\n[profile j${x}`k]\n";

/// A line with the cursor at its end, and the first of what is offered; `None` for nothing of awsenv's.
const LINES: [(&str, Option<&str>); 22] = [
    ("awsenv us", Some("use")),
    ("awsenv -", Some("--color")),
    ("awsenv use -", Some("--color")),
    ("awsenv list --c", Some("--color")),
    ("awsenv list --color=al", Some("--color=always")),
    ("awsenv list --color al", Some("always")),
    ("awsenv use my", Some("'my prod'")),
    ("awsenv use my` p", Some("'my prod'")),
    ("awsenv use 'my p", Some("'my prod'")),
    ("awsenv use \"my p", Some("'my prod'")),
    ("awsenv use \u{201c}my p", Some("'my prod'")),
    ("awsenv use \u{2019}my p", Some("'my prod'")),
    ("awsenv use \"j", Some("jekyl")),
    ("awsenv use \"a`\"b", Some("'a\"b c'")),
    ("awsenv use 'j$", Some("'j${x}`k'")),
    // A number would lose its first digit.
    ("awsenv use 0", Some("'0123'")),
    ("$x = $(awsenv use je", Some("jekyl")),
    ("another use je", Some("jekyl")),
    ("awsenv exec jekyl -- Get-ChildIt", Some("Get-ChildItem")),
    ("awsenv exec jekyl -- cat so", Some("'./some [file]'")),
    ("awsenv exec jekyl -- \"cat\" 'so", Some("'./some [file]'")),
    ("unlike je", None),
];

#[test]
fn words_complete_to_what_is_read_as_them() {
    let Some(pwsh) = require("pwsh") else { return };
    let lines = LINES.map(|(line, _)| format!("offer {}\n", powershell_word(line)));
    for habits in ["", "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n"] {
        let sandbox = Sandbox::with_config(CONFIG);
        sandbox.write("some [file]", "");
        let script = format!(
            "{habits}function offer($line) {{\n\
             $found = @((TabExpansion2 $line $line.Length).CompletionMatches)\n\
             [Console]::WriteLine($(if ($found) {{ $found[0].CompletionText }})) }}\n\
             awsenv init powershell | Invoke-Expression\n\
             Set-Alias another awsenv\nSet-Alias unlike awsenv\n$null = TabExpansion2 'unlike je'\nSet-Alias unlike cat\n\
             function Invoke-Expression {{ throw 'called' }}\n/bin/false\n{}\
             [Console]::WriteLine(\"$LASTEXITCODE $($Error.Count)\")\n",
            lines.concat()
        );
        let file = sandbox.write("script.ps1", script);
        let run = sandbox
            .program(&pwsh)
            .args(["-NoProfile", "-File", &file.display().to_string()]);
        let output = run.output();
        let offered: Vec<&str> = output.clean().lines().collect();
        for ((line, wanted), offered) in LINES.iter().zip(&offered) {
            assert_eq!(*offered, wanted.unwrap_or_default(), "{line}");
        }
        assert_eq!(offered[LINES.len()..], ["1 0"], "the status and the errors: {habits}");
    }
}

#[test]
fn at_a_terminal_it_leaves_no_trace() {
    let sandbox =
        Sandbox::with_config("[profile jekyl]\nregion = eu-west-1\n[profile \"my prod\"]\nregion = eu-west-1\n");
    let Some(terminal) = Terminal::open(&sandbox, "pwsh", "") else {
        return;
    };
    terminal.line("Set-Alias a awsenv; clear");
    terminal.wait("a clear screen", |screen| screen.trim() == "ready$");
    terminal.text("a use \"my").key("Tab");
    terminal.wait("the name", |screen| screen.contains("a use 'my prod'"));
    terminal.key("Enter");
    terminal.wait("the profile", |screen| screen.contains("[my prod] ready$"));
    terminal.line("clear; /bin/false");
    terminal.wait("a clear screen", |screen| screen.trim() == "[my prod] ready$");
    terminal.text("awsenv use je").key("Tab");
    terminal.wait("the other name", |screen| screen.contains("awsenv use jekyl"));
    terminal.key("C-c");
    assert_eq!(terminal.answer("\"$LASTEXITCODE $($Error.Count)\""), "1 0\n");
}

#[test]
fn get_help_shows_the_programs_help() {
    let Some(pwsh) = require("pwsh") else { return };
    let sandbox = Sandbox::new();
    let summary = sandbox.awsenv(["-h"]).output();
    for ask in ["awsenv -?", "Get-Help awsenv"] {
        let script = format!("awsenv init powershell | Invoke-Expression\n{ask} | Out-String -Width 200\n");
        let file = sandbox.write("script.ps1", script);
        let run = sandbox
            .program(&pwsh)
            .args(["-NoProfile", "-File", &file.display().to_string()]);
        let output = run.output();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        let (about, rest) = summary.clean().split_once('\n').unwrap();
        let shown = words(output.clean());
        for part in [about, rest] {
            assert!(shown.contains(&words(part)), "{ask}:\n{}", output.clean());
        }
    }
}
