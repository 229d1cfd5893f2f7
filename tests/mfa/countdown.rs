//! A code that AWS has had is not sent again: awsenv waits until the device shows the next one.

use std::time::Duration;

use super::start;
use crate::integration::terminal::Terminal;
use crate::support::Aws;

const QUESTION: &str = ", for the profile `guarded`:";

/// Gets a session by a code, and gives the same code for the next one. Returns in the countdown.
fn used(aws: &Aws, terminal: &Terminal<'_>) -> String {
    let code = aws.code(0);
    terminal.line("clear; awsenv whoami guarded >/dev/null; echo status $?");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
    terminal.line(&code);
    terminal.wait("the status", |screen| screen.contains("status 0"));
    // A session of the same second counts as one of the same run.
    std::thread::sleep(Duration::from_millis(1_100));
    terminal.line("clear; awsenv use guarded --refresh=all 2>err; echo \"status $?\"");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
    terminal.line(&code);
    let counts = "awsenv: this code has been used; the device shows the next one in ";
    terminal.wait("a countdown", |screen| screen.contains(counts));
    code
}

#[test]
fn a_used_code_is_waited_for_in_any_width_and_typed_again() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let code = used(&aws, &terminal);
    // Neither shown nor taken for the next code.
    terminal.line("111111").text("hunter2");
    for (columns, text) in [(60, "awsenv: the next code comes in "), (20, "s")] {
        terminal.resize(columns, 50);
        let line = |rows: &str| {
            let row = rows.trim_end().lines().next_back().unwrap_or_default();
            row.starts_with(text) || text == "s" && row.ends_with(" s") && row.len() < 5
        };
        // The step may end meanwhile.
        let rows = terminal.wait_rows("a shorter line", |rows| line(rows) || rows.trim_end().ends_with("`:"));
        assert!(!rows.contains("used; the device"), "{rows}");
    }
    terminal.resize(180, 50);
    let asked = |screen: &str| screen.trim_end().ends_with(QUESTION) && screen.contains("AWS has had that code before");
    let screen = terminal.wait("the question", asked);
    assert!(!screen.contains("hunter") && !screen.contains("111111"), "{screen}");
    assert!(
        !screen.contains("shows the next one") && !screen.contains("next code"),
        "{screen}"
    );
    std::thread::sleep(Duration::from_millis(500));
    assert!(asked(&terminal.screen()), "{}", terminal.screen());
    let next = aws.code(0);
    assert_ne!(code, next);
    terminal.line(&next);
    terminal.wait("the status", |screen| screen.contains("status 0"));
    assert_eq!(aws.count("GetSessionToken"), 2);
    assert!(aws.requests().iter().all(|seen| seen.status == 200));
    let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
    assert!(!err.contains("code"), "{err}");
}

#[test]
fn ctrl_c_ends_the_wait_and_what_was_typed_is_no_command() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    used(&aws, &terminal);
    terminal.line("touch canary").text("touch canary").key("C-c");
    let screen = terminal.wait("the status", |screen| screen.contains("status 130"));
    assert!(!screen.contains("shows the next one"), "{screen}");
    assert_eq!(terminal.answer("echo alive"), "alive\n");
    assert!(!sandbox.path("canary").exists());
    assert_eq!(aws.count("GetSessionToken"), 1);
}
