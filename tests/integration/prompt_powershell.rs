//! The prompt segment in PowerShell: the same states as in every other shell, whatever the user's prompt, options and
//! functions are.

use crate::integration::prompt_states::STATES;
use crate::integration::terminal::Terminal;
use crate::support::{PROJECT, Sandbox, powershell_word, require};

const CONFIG: &str = "[profile a]\nregion = eu-west-1\n[profile prod-eu]\nregion = eu-west-1\n";
/// Evaluates what `awsenv init` prints, without a cmdlet.
const LOAD: &str = "& ([scriptblock]::Create((awsenv init powershell) -join \"`n\"))\n";

#[test]
fn every_prompt_keeps_what_it_is() {
    let Some(pwsh) = require("pwsh") else { return };
    let script = format!("{PROJECT}/tests/data/prompt.ps1");
    for habit in ["none", "strict", "careful", "redefined"] {
        let sandbox = Sandbox::new();
        let run = sandbox.program(&pwsh).args(["-NoProfile", "-File", &script]);
        let output = run.env("NO_COLOR", "1").env("AWSENV_TEST_HABIT", habit).output();
        assert_eq!(output.clean(), "57 checks\n", "{habit}");
    }
}

/// What is shown before the user's own prompt `#` after each of these lines, with ESC as `E`.
fn segments(sandbox: &Sandbox, before: &str, lines: &[String]) -> Option<Vec<String>> {
    let pwsh = require("pwsh")?;
    let mut script = format!("{before}\n{LOAD}function prompt {{ '#' }}\n");
    for line in lines {
        script +=
            &format!("{line}\n__awsenv_place\n[Console]::WriteLine((@(prompt) -join '|').Replace([char] 27, 'E'))\n");
    }
    let file = sandbox.write("script.ps1", script);
    let run = sandbox
        .program(pwsh)
        .args(["-NoProfile", "-File", &file.display().to_string()]);
    let output = run.output();
    let shown: Vec<String> = output.clean().lines().map(str::to_owned).collect();
    assert_eq!(shown.len(), lines.len(), "{before}: {}", output.all());
    Some(shown)
}

/// Sets variables, or removes them.
fn become_state(variables: &[(&str, Option<&str>)]) -> String {
    let set = variables.iter().map(|(name, value)| match value {
        Some(value) => format!("$env:{name} = {}; ", powershell_word(value)),
        None => format!("$env:{name} = $null; "),
    });
    set.collect()
}

#[test]
fn every_state_is_shown_as_what_it_is() {
    let names = [
        "AWSENV_PROFILE",
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWSENV_EXPECT",
        "AWS_DEFAULT_PROFILE",
    ];
    let state = |values: &[Option<&'static str>; 5]| become_state(&names.into_iter().zip(*values).collect::<Vec<_>>());
    let lines: Vec<String> = STATES.iter().map(|(values, _)| state(values)).collect();
    for before in ["", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"] {
        let mut sandbox = Sandbox::new();
        sandbox.set("NO_COLOR", "1");
        let Some(shown) = segments(&sandbox, before, &lines) else {
            return;
        };
        for ((values, wanted), shown) in STATES.iter().zip(shown) {
            assert_eq!(shown, format!("{wanted}#"), "{values:?}");
        }
    }
}

#[test]
fn what_could_control_the_terminal_is_not_shown() {
    let mut lines = Vec::new();
    for hostile in [
        "\"`e]0;x`a\"",
        "'\\e[2J'",
        "\"a`u{1}b\"",
        "\"a`u{7f}\"",
        "\"a`u{9b}b\"",
        "\"a`nb\"",
        "\"a`n\"",
    ] {
        lines.push(format!(
            "$env:AWS_PROFILE = $null; $env:AWSENV_EXPECT = ':'; $env:AWSENV_EXPIRES = '1'; $env:AWSENV_PROFILE = {hostile}"
        ));
        lines.push(format!(
            "$env:AWSENV_PROFILE = 'a'; $env:AWSENV_EXPECT = 'a:'; $env:AWS_PROFILE = {hostile}"
        ));
    }
    let mut sandbox = Sandbox::new();
    sandbox.set("TERM", "dumb");
    let Some(shown) = segments(&sandbox, "", &lines) else {
        return;
    };
    for (line, shown) in lines.iter().zip(shown) {
        assert_eq!(shown, "[?] #", "{line}");
    }
}

#[test]
fn only_a_number_is_a_time() {
    let states = [
        ("'1000'", "[a expired] #"),
        ("\"1000`n\"", "[a] #"),
        ("'-5'", "[a] #"),
        ("'1234567890123'", "[a] #"),
        ("'x[$(exit)0]'", "[a] #"),
        ("[DateTimeOffset]::UtcNow.ToUnixTimeSeconds() + 2550", "[a 42m] #"),
    ];
    let lines = states.map(|(time, _)| {
        format!(
            "$env:AWSENV_PROFILE = 'a'; $env:AWS_PROFILE = 'a'; $env:AWSENV_EXPECT = 'a:'; $env:AWSENV_EXPIRES = {time}"
        )
    });
    let mut sandbox = Sandbox::new();
    sandbox.set("NO_COLOR", "1");
    let Some(shown) = segments(&sandbox, "", &lines) else {
        return;
    };
    assert_eq!(shown, states.map(|(_, wanted)| wanted));
}

#[test]
fn production_is_red_unless_colour_is_not_wanted() {
    let name = |name: &str| become_state(&[("AWSENV_PROFILE", None), ("AWS_PROFILE", Some(name))]);
    let keys = |name: &str| become_state(&[("AWSENV_PROFILE", Some(name)), ("AWS_PROFILE", None)]);
    let plain = |line: &str, back: &str| (format!("{line}; {}", name("prod-eu")), "[prod-eu] #", back.to_owned());
    let states = [
        (name("a"), "[E[33maE[0m] #", String::new()),
        (name("prod-eu"), "[E[31mprod-euE[0m] #", String::new()),
        (name("my-prod"), "[E[33mmy-prodE[0m] #", String::new()),
        (name("PROD"), "[E[33mPRODE[0m] #", String::new()),
        (keys("a "), "[E[31ma?E[0m] #", String::new()),
        (keys("prod"), "[E[33mprod?E[0m] #", String::new()),
        plain("$env:NO_COLOR = '1'", "$env:NO_COLOR = $null"),
        plain("$env:TERM = 'dumb'", "$env:TERM = 'xterm'"),
        plain(
            "$PSStyle.OutputRendering = 'PlainText'",
            "$PSStyle.OutputRendering = 'Host'",
        ),
        (name("prod-eu"), "[E[31mprod-euE[0m] #", String::new()),
    ];
    let mut lines: Vec<String> = Vec::new();
    let mut back = "";
    for (line, _, after) in &states {
        lines.push(format!("{back}; {line}"));
        back = after;
    }
    let mut sandbox = Sandbox::new();
    let settings = sandbox.write("settings", "production = prod*\n");
    sandbox.set("AWSENV_CONFIG", settings).set("TERM", "xterm");
    let Some(shown) = segments(&sandbox, "", &lines) else {
        return;
    };
    for ((line, wanted, _), shown) in states.iter().zip(shown) {
        assert_eq!(shown, *wanted, "{line}");
    }
}

#[test]
fn at_a_terminal_it_comes_and_goes_with_the_profile() {
    let mut sandbox = Sandbox::with_config(CONFIG);
    let settings = sandbox.write("settings", "production = prod*\n");
    sandbox.set("AWSENV_CONFIG", settings);
    let Some(terminal) = Terminal::open(&sandbox, "pwsh", "") else {
        return;
    };
    assert!(!terminal.screen().contains('['), "{}", terminal.screen());
    terminal.line("awsenv use a; clear");
    terminal.wait("the profile", |screen| screen.trim() == "[a] ready$");
    terminal.line("awsenv use prod-eu; clear");
    terminal.wait("the other", |screen| screen.trim() == "[prod-eu] ready$");
    assert!(
        terminal.colored().contains("[\u{1b}[31mprod-eu"),
        "{}",
        terminal.colored()
    );
    // PSReadLine draws the prompt again.
    terminal.key("C-l");
    terminal.wait("it again", |screen| screen.trim() == "[prod-eu] ready$");
    terminal.line("$env:AWS_PROFILE = 'b'; clear");
    terminal.wait("the drift", |screen| screen.trim() == "[b?] ready$");
    terminal.line("function prompt { 'later ready$ ' }; awsenv use a; clear");
    terminal.wait("the next prompt", |screen| screen.trim() == "[a] later ready$");
    // Prompts of the debugger and of a nested shell.
    terminal.line("$Host.EnterNestedPrompt()").line("clear");
    terminal.wait("the nested prompt", |screen| screen.trim() == "[a] later ready$");
    terminal.line("exit");
    terminal.line("awsenv unset; clear");
    terminal.wait("the user's own", |screen| screen.trim() == "[b] later ready$");
    terminal.line("$env:AWS_PROFILE = $null; clear");
    terminal.wait("no segment", |screen| screen.trim() == "later ready$");
    terminal.line("Get-Item nosuch -ErrorAction Ignore");
    assert_eq!(terminal.answer("\"$?\""), "False\n", "the prompt keeps $?");
}

#[test]
fn the_debugger_marks_powershells_own_prompt() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "pwsh", "function Get-It { 1 }") else {
        return;
    };
    terminal.line(
        "$function:prompt = $Host.Runspace.InitialSessionState.Commands['prompt'].Definition; awsenv use a; clear",
    );
    terminal.wait("the profile", |screen| screen.trim().starts_with("[a] PS "));
    terminal.line("$null = Set-PSBreakpoint -Command Get-It; Get-It");
    terminal.wait("the debugger", |screen| {
        screen.contains("\n[a] [DBG]: PS ") && screen.trim().ends_with(">>")
    });
}

#[test]
fn no_error_and_no_trace_of_it_is_left() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(pwsh) = require("pwsh") else { return };
    let script = format!(
        "{LOAD}awsenv use a *> $null\nSet-PSDebug -Trace 2\n$null = prompt\nSet-PSDebug -Off\n\
         [Console]::WriteLine(\"errors: $($Error.Count)\")\n"
    );
    let file = sandbox.write("script.ps1", script);
    let run = sandbox
        .program(pwsh)
        .args(["-NoProfile", "-File", &file.display().to_string()]);
    let output = run.env("AWS_ACCESS_KEY_ID", "AKIACANARY").output();
    assert!(output.out().ends_with("errors: 0\n"), "{}", output.all());
    assert!(!output.all().contains("AKIACANARY"), "{}", output.all());
}
