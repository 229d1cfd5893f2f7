//! A window that asks for a code.

use super::start;
use crate::integration::terminal::Terminal;
use crate::support::aws::SERIAL;
use crate::support::{Sandbox, executable};

/// Settings that want a window, and a program for it that does what the text says.
fn with_window(sandbox: &mut Sandbox, text: &str) {
    executable(&sandbox.bin().join("zenity"), format!("#!/bin/sh\n{text}\n"));
    let settings = sandbox.write("settings", "[mfa]\nprompt = gui\n");
    sandbox.set("AWSENV_CONFIG", settings).set("DISPLAY", ":0");
}

#[test]
fn a_window_asks_until_a_code_is_typed() {
    let Some((aws, mut sandbox)) = start() else { return };
    let code = aws.code(0);
    with_window(
        &mut sandbox,
        &format!("printf '%s\\n' \"$@\" >>~/words; test -e ~/first && echo {code} || echo hunter2; touch ~/first"),
    );
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert!(output.success().contains("ASIA"), "{}", output.all());
    assert_eq!(output.err(), "");
    let words = std::fs::read_to_string(sandbox.path("words")).expect("a file");
    let question = format!("MFA code of `{SERIAL}`, for the profile `guarded`:");
    assert_eq!(words.matches(&question).count(), 2, "{words}");
    assert_eq!(words.matches("a code has six digits").count(), 1, "{words}");
    assert!(!words.contains(&code) && !words.contains("hunter"));
}

#[test]
fn who_closes_the_window_gives_up() {
    let Some((aws, mut sandbox)) = start() else { return };
    with_window(&mut sandbox, "sleep 1; exit 1");
    let output = sandbox.awsenv(["use", "guarded", "--shell", "bash"]).output();
    assert_eq!(output.status, 130, "{}", output.all());
    assert!(aws.requests().is_empty());
}

#[test]
fn where_no_window_can_be_shown_the_terminal_asks() {
    let Some((aws, mut sandbox)) = start() else { return };
    with_window(&mut sandbox, "touch ~/opened; exit 1");
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert!(
        output.err().contains("this process has no terminal"),
        "{}",
        output.err()
    );
    assert!(sandbox.path("opened").exists());
    std::fs::remove_file(sandbox.path("opened")).expect("a file");
    for (words, ci) in [
        (&["whoami", "guarded", "--no-input"][..], ""),
        (&["whoami", "guarded"], "true"),
    ] {
        let output = sandbox.awsenv(words).env("CI", ci).output();
        assert_eq!(output.status, 1);
        assert!(!sandbox.path("opened").exists(), "{words:?}");
    }
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("clear; awsenv whoami guarded; echo status $?");
    terminal.wait("the question", |screen| screen.trim_end().ends_with("`guarded`:"));
    terminal.line(&aws.code(0));
    terminal.wait("the status", |screen| screen.contains("status 0"));
    assert_eq!(aws.count("GetSessionToken"), 1);
}
