//! An interactive PowerShell with PSReadLine: forms of a call as they are typed, and what the history keeps.

use super::CONFIG;
use crate::integration::terminal::Terminal;
use crate::support::Sandbox;

/// A line that is typed, and then `$?`, `$LASTEXITCODE` and AWS_PROFILE.
const FORMS: [(&str, &str); 16] = [
    ("awsenv use jekyl", "True 0 jekyl"),
    ("iex (awsenv use hyde | Out-String)", "True 0 hyde"),
    ("awsenv use nosuch", "False 1 hyde"),
    ("iex (awsenv use nosuch | Out-String)", "False 1 hyde"),
    ("Invoke-Expression \"$(awsenv use jekyl)\"", "True 0 jekyl"),
    ("awsenv use hyde | iex", "True 0 hyde"),
    ("awsenv use jekyl | Out-Null", "True 0 jekyl"),
    ("$s = awsenv use hyde; iex $s", "True 0 hyde"),
    ("$null = awsenv use nosuch", "False 1 hyde"),
    ("if (-not (awsenv use nosuch)) { 'seen' }", "True 1 hyde"),
    ("awsenv use jekyl && awsenv use hyde", "True 0 hyde"),
    ("awsenv use nosuch && awsenv use jekyl", "False 1 hyde"),
    ("awsenv use -q jekyl; awsenv use --name hyde", "True 0 hyde"),
    (
        ". ([scriptblock]::Create((awsenv use jekyl | Out-String)))",
        "True 0 jekyl",
    ),
    ("function f { awsenv use hyde }; f", "True 0 hyde"),
    ("awsenv unset", "True 0 "),
];

/// Types a line and returns the screen when the next prompt is there. What is typed earlier would lose its Enter, because
/// the terminal is in another mode while a command runs.
fn typed(terminal: &Terminal<'_>, line: &str) -> String {
    let prompts = |screen: &str| screen.matches("ready$").count();
    terminal.wait("a prompt", |screen| screen.trim_end().ends_with("ready$"));
    terminal.key("C-l");
    terminal.wait("an empty screen", |screen| {
        prompts(screen) == 1 && screen.trim().ends_with("ready$")
    });
    terminal.line(line);
    terminal.wait("the next prompt", |screen| {
        prompts(screen) == 2 && screen.trim_end().ends_with("ready$")
    })
}

#[test]
fn forms_are_the_same_where_they_are_typed() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "pwsh", "") else {
        return;
    };
    for (form, expected) in FORMS {
        let screen = typed(&terminal, form);
        assert!(
            !screen.contains("$null=0") && !screen.contains("Cannot bind"),
            "{screen}"
        );
        let screen = typed(&terminal, "\"<$? $LASTEXITCODE $env:AWS_PROFILE>\"");
        let seen = screen
            .lines()
            .find_map(|line| line.strip_prefix('<')?.strip_suffix('>'));
        assert_eq!(seen, Some(expected), "{form}: {screen}");
    }
}

#[test]
fn the_history_has_what_was_typed_and_no_secret() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "pwsh", "$env:AWS_SECRET_ACCESS_KEY = 'own-secret'") else {
        return;
    };
    let mut texts = Vec::new();
    for line in [
        "awsenv use jekyl --keys",
        "iex (awsenv use hyde --keys | Out-String)",
        "awsenv use nosuch --keys",
        "$s = awsenv use jekyl --keys",
        "$s",
        "awsenv unset",
        "Get-History | Format-List CommandLine",
    ] {
        texts.push(typed(&terminal, line));
    }
    let history = texts.last().expect("a screen");
    assert!(history.contains(": iex (awsenv use hyde --keys"), "{history}");
    let file = sandbox.path(".local/share/powershell/PSReadLine/ConsoleHost_history.txt");
    let file = std::fs::read_to_string(file).expect("PSReadLine's history");
    assert!(file.contains("iex (awsenv use hyde --keys"), "{file}");
    texts.push(file);
    for text in texts {
        for secret in ["jekyl-secret", "hyde-secret", "own-secret"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
