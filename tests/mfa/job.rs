//! Processes of one job that ask for codes at the same terminal: one asks at a time.

use std::process::Command;

use super::{calls, start};
use crate::integration::terminal::Terminal;
use crate::support::Sandbox;

/// A line that starts awsenv for each of these profiles in the job of the shell's child, and says when all have ended. What
/// each says is in a file of its own.
fn job(profiles: &[&str]) -> String {
    let started = profiles.iter().enumerate();
    let started = started.map(|(at, name)| format!("awsenv credential-process {name} >out.{at} 2>err.{at} & "));
    format!("clear; ({}wait; echo all have ended)", started.collect::<String>())
}

fn files(sandbox: &Sandbox, start: &str, count: usize) -> Vec<String> {
    let path = |at| sandbox.path(format!("{start}.{at}"));
    (0..count)
        .map(|at| std::fs::read_to_string(path(at)).unwrap_or_default())
        .collect()
}

/// The terminal is left as it was while a code was typed.
#[test]
fn where_the_one_that_asks_is_killed_another_one_asks_at_the_same_terminal() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open_bare(&sandbox, "bash", "") else {
        return;
    };
    terminal.line(&job(&["guarded"; 4]));
    let asked = |screen: &str, count| screen.matches("MFA code").count() == count && screen.trim_end().ends_with(':');
    for killed in 1..3 {
        terminal.wait("a question", |screen| asked(screen, killed));
        let mark = std::fs::read_dir(sandbox.path(".local/state/awsenv/sessions")).expect("locks");
        let mut marks = mark
            .flatten()
            .filter(|file| file.file_name().to_string_lossy().starts_with("mfa-job-"));
        let mark = std::fs::read_to_string(marks.next().expect("the lock of the job").path()).expect("a mark");
        let mark: serde_json::Value = serde_json::from_str(mark.trim()).expect("JSON");
        let killed = Command::new("kill").args(["-9", &mark["pid"].to_string()]).status();
        assert!(killed.expect("kill").success(), "{mark}");
    }
    terminal.wait("the last question", |screen| asked(screen, 3));
    terminal.line(&aws.code(0));
    terminal.wait("the end", |screen| screen.contains("all have ended\n"));
    let answers = files(&sandbox, "out", 4);
    assert_eq!(
        answers.iter().filter(|answer| !answer.is_empty()).count(),
        2,
        "{answers:?}"
    );
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded"]);
    terminal.at_prompt();
}

#[test]
fn each_device_is_asked_for_once_the_one_before_is_answered() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open_bare(&sandbox, "bash", "") else {
        return;
    };
    let profiles = ["guarded", "pair-phone", "audit", "pair-token", "pair-phone"];
    let base = "arn:aws:iam::123456789012:mfa/base";
    let phone = "arn:aws:iam::123456789012:mfa/pair-phone";
    let devices = [base, phone, "GAHT12345678"];
    terminal.line(&job(&profiles));
    terminal.wait("a question", |screen| screen.contains("MFA code"));
    // After a while, those that wait would say so.
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let mut asked = Vec::new();
    while asked.len() < devices.len() {
        let count = asked.len() + 1;
        let screen = terminal.wait("a question", |screen| {
            screen.matches("MFA code").count() == count && screen.trim_end().ends_with(':')
        });
        let last = screen.rsplit("MFA code of `").next().expect("a question");
        let device = last.split('`').next().expect("a serial number").to_owned();
        terminal.line(&aws.code_of(&device, 0));
        asked.push(device);
    }
    terminal.wait("the end", |screen| screen.contains("all have ended\n"));
    assert!(
        devices.iter().all(|device| asked.iter().any(|asked| asked == device)),
        "{asked:?}"
    );
    let answers = files(&sandbox, "out", profiles.len());
    assert!(
        answers.iter().all(|answer| answer.contains("AccessKeyId")),
        "{answers:?}"
    );

    // Those that wait leave the question to be seen.
    let said = files(&sandbox, "err", profiles.len()).concat();
    assert!(said.is_empty(), "{said}");

    // One key, and nobody asks any more.
    std::fs::remove_dir_all(sandbox.path(".local/state/awsenv/sessions")).expect("sessions");
    terminal.line(&job(&profiles));
    terminal.wait("a question", |screen| screen.matches("MFA code").count() == 1);
    std::thread::sleep(std::time::Duration::from_secs(1));
    terminal.key("C-c");
    let screen = terminal.wait("the end", |screen| screen.contains("all have ended\n"));
    assert_eq!(screen.matches("MFA code").count(), 1, "{screen}");
    assert!(files(&sandbox, "out", profiles.len()).concat().is_empty());
    terminal.at_prompt();
}
