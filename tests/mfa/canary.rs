//! Codes: in no message, argument, variable, log, state, history or file.

use std::path::Path;

use serde_json::json as value;

use super::{exec, start};
use crate::integration::terminal::Terminal;
use crate::roles::sh;
use crate::support::aws::early_in_a_step;
use crate::support::walk::Walk;
use crate::support::{Aws, Sandbox, executable};

/// What the device shows around now.
fn codes(aws: &Aws) -> Vec<String> {
    (-3..=3).map(|steps| aws.code(steps)).collect()
}

#[track_caller]
fn assert_none(codes: &[String], text: &str, place: &str) {
    for code in codes {
        assert!(!text.contains(code.as_str()), "{place}: {text}");
    }
}

/// With a program that prints what a device shows.
fn with_device() -> Option<(Aws, Sandbox)> {
    let (aws, sandbox) = start()?;
    executable(&sandbox.bin().join("code"), aws.device(""));
    sandbox.write(".config/awsenv/config", crate::support::mfa::SETTINGS);
    early_in_a_step();
    Some((aws, sandbox))
}

#[test]
fn no_output_has_a_code() {
    let faults = [
        value!({}),
        value!({"status": 503, "quote": true}),
        value!({"status": 403, "code": "AccessDenied", "quote": true, "message": "no:"}),
        value!({"status": 400, "code": "ValidationError", "quote": true, "message": "odd:"}),
        value!({"cut": "body"}),
        value!({"content_type": "text/html", "body": "<html/>"}),
    ];
    for fault in faults {
        let Some((aws, sandbox)) = with_device() else { return };
        aws.scenario(&value!({"faults": [fault]}));
        let output = sandbox.awsenv(["-v", "whoami", "guarded"]).output();
        assert_eq!(aws.count("GetSessionToken"), 1, "{}", output.all());
        assert_none(&codes(&aws), &output.all(), "whoami");
        let code = aws.code(1);
        let words = ["-v", "use", "long", "--shell", "posix", "--mfa-code", "-"];
        let output = sandbox.awsenv(words).stdin(format!("{code}\n")).output();
        assert_none(&codes(&aws), output.err(), "use");
        assert_none(&codes(&aws), output.out(), "use");
        let output = sandbox
            .awsenv(["whoami", "long-audit", "--json", "--mfa-code", "-"])
            .stdin(code)
            .output();
        assert_none(&codes(&aws), output.out(), "whoami --json");
        assert_none(&codes(&aws), output.err(), "whoami --json");
    }
}

/// Neither as a word nor as a variable: awsenv starts the program for codes, the one for keys, and that of `exec`.
#[test]
fn no_program_is_given_a_code() {
    let Some(walk) = Walk::new() else { return };
    let Some((aws, sandbox)) = with_device() else { return };
    let run = sandbox.awsenv(["exec", "by-program", "--keys", "--", "true"]);
    let (output, trace) = walk.traced(&sandbox, run, "execve");
    output.success();
    assert_eq!(aws.count("GetSessionToken"), 1);
    let calls: Vec<&str> = trace.lines().filter(|line| line.contains("execve(")).collect();
    assert!(calls.len() > 3 && trace.contains("AWS_ACCESS_KEY_ID="), "{trace}");
    assert_none(&codes(&aws), &calls.join("\n"), "execve");
}

#[test]
fn no_file_and_no_state_has_a_code() {
    let Some((aws, sandbox)) = with_device() else { return };
    let lines = "use guarded && use long --region us-west-2; use audit\n\
        printf %s \"$AWSENV_STATE\" | tr '_-' '/+' | base64 -d 2>/dev/null; env; awsenv unset >/dev/null";
    let output = sh(&sandbox, lines);
    assert!(output.out().contains("\"p\":\"audit\""), "{}", output.all());
    let all = codes(&aws);
    assert_none(&all, output.out(), "the shell");
    assert_none(&all, output.err(), "stderr");
    let mut files = 0;
    for part in ["home/.local", "home/.config", "home/.cache", "home/.aws", "run", "tmp"] {
        files += check(&all, &sandbox.root().join(part));
    }
    assert!(files > 4, "{files} files");
}

/// Looks into every file below; the number of them. Their names say nothing either.
fn check(codes: &[String], dir: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let mut files = 0;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files += check(codes, &path);
        } else if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()).into_owned();
            // Six digits may be part of a long number in hex.
            let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            for code in codes {
                let is_there = words.contains(&code.as_str());
                assert!(!is_there, "{}", path.display());
            }
            files += 1;
        }
    }
    files
}

/// It is typed into a question, which the shell does not see.
#[test]
fn no_history_of_a_shell_has_a_code() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "HISTFILE=~/.history") else {
        return;
    };
    early_in_a_step();
    terminal.line("clear; awsenv use guarded");
    terminal.wait("the question", |screen| {
        screen.trim_end().ends_with("for the profile `guarded`:")
    });
    terminal.line(&aws.code(0));
    terminal.wait("the profile", |screen| screen.contains("[guarded"));
    terminal.line("history -a; clear; tail -n 3 .history; echo done");
    let screen = terminal.wait("the history", |screen| screen.contains("\ndone"));
    assert!(screen.contains("awsenv use guarded"), "{screen}");
    assert_none(&codes(&aws), &screen, "the screen");
    let history = std::fs::read_to_string(sandbox.path(".history")).expect("a history");
    assert_none(&codes(&aws), &history, "the history");
    exec(&sandbox, &["audit", "--keys"]);
}
