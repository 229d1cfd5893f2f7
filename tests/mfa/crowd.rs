//! Many processes that need a code at once.

use std::collections::BTreeSet;
use std::process::{Child, Output};

use super::{calls, start, start_with_program};
use crate::integration::terminal::Terminal;
use crate::sso::crowd::crowd_at;
use crate::support::{self, Aws, Sandbox, executable};

const MANY: usize = crate::sso::crowd::MANY;

const COMMAND: &str = "exec guarded --keys -- printenv AWS_ACCESS_KEY_ID";

const QUESTION: &str = "for the profile `guarded`:";

fn begin(sandbox: &Sandbox, profile: &str) -> Child {
    support::begin(sandbox.awsenv(["credential-process", profile]).command())
}

/// Starts so many for each profile in turn, and waits for all.
fn at_once(sandbox: &Sandbox, profiles: &[&str], count: usize) -> Vec<Output> {
    let all: Vec<Child> = (0..count)
        .map(|number| begin(sandbox, profiles[number % profiles.len()]))
        .collect();
    all.into_iter()
        .map(|child| child.wait_with_output().expect("its output"))
        .collect()
}

/// All have succeeded, and said no more than that they waited. Which answers there were.
#[track_caller]
fn answers(all: &[Output]) -> BTreeSet<&[u8]> {
    for output in all {
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{err}");
        assert!(
            err.lines().all(|line| line.starts_with("awsenv: waiting for ")),
            "{err}"
        );
    }
    all.iter().map(|output| &*output.stdout).collect()
}

#[test]
fn fifty_processes_are_one_question() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    slow(&sandbox, "2");
    let all = at_once(&sandbox, &["guarded"], MANY);
    assert_eq!(answers(&all).len(), 1);
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded"]);
    assert_eq!(program.asked().len(), 1);
    let again = at_once(&sandbox, &["guarded", "audit"], MANY);
    assert_eq!(answers(&again).len(), 2);
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded", "Audit"]);
}

#[test]
fn fifty_processes_for_several_roles_are_one_question() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    slow(&sandbox, "2");
    let all = at_once(&sandbox, &["guarded", "audit", "beyond", "recent"], MANY);
    assert_eq!(answers(&all).len(), 4);
    let mut calls = calls(&aws);
    calls.sort();
    assert_eq!(
        calls,
        ["Audit", "Beyond", "GetSessionToken with a code", "Guarded", "Recent"]
    );
    assert_eq!(program.asked().len(), 1);
}

/// A person needs a moment.
fn slow(sandbox: &Sandbox, seconds: &str) {
    let code = sandbox.bin().join("code");
    std::fs::rename(&code, sandbox.bin().join("code-at-once")).expect("a program");
    executable(&code, format!("#!/bin/sh\nsleep {seconds}\nexec code-at-once \"$@\"\n"));
}

/// Each takes a code itself. Their program shows what a device shows: one code in 30 seconds.
#[test]
fn two_roles_never_send_the_same_code() {
    let Some((aws, sandbox, _)) = start_with_program() else {
        return;
    };
    executable(&sandbox.bin().join("device"), aws.device(""));
    // A device is asked by one process at a time.
    let alone = "#!/bin/sh\nmkdir \"$TMPDIR/asking\" || exit 9\nsleep 0.5\ndevice \"$1\"\nrmdir \"$TMPDIR/asking\"\n";
    executable(&sandbox.bin().join("code"), alone);
    let all = at_once(&sandbox, &["long", "long-audit"], 8);
    assert_eq!(answers(&all).len(), 2);
    let mut done = calls(&aws);
    done.sort();
    assert_eq!(done, ["Audit with a code", "Guarded with a code"]);
    assert_distinct_codes(&aws);
}

/// No code was sent twice, nor refused.
#[track_caller]
fn assert_distinct_codes(aws: &Aws) {
    let requests = aws.requests();
    let codes: Vec<&str> = requests.iter().filter_map(|seen| seen.field("TokenCode")).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
    assert!(requests.iter().all(|seen| seen.status == 200), "{requests:#?}");
}

/// Neither waits for the other's code.
#[test]
fn two_devices_are_asked_at_once() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    // Each is only done when the other one has been asked.
    let both = "#!/bin/sh\n: >\"$TMPDIR/asked-${1##*[/-]}\"\n\
        while [ ! -e \"$TMPDIR/asked-phone\" ] || [ ! -e \"$TMPDIR/asked-GAHT12345678\" ]; do sleep 0.05; done\n\
        exec code-at-once \"$@\"\n";
    let code = sandbox.bin().join("code");
    std::fs::rename(&code, sandbox.bin().join("code-at-once")).expect("a program");
    executable(&code, both);
    let all = at_once(&sandbox, &["pair-phone", "pair-token"], 2);
    assert_eq!(answers(&all).len(), 2);
    assert_eq!((program.asked().len(), aws.count("GetSessionToken")), (2, 2));
}

#[test]
fn fifty_at_a_terminal_are_one_question() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let Some(()) = crowd_at(&terminal, &sandbox, COMMAND) else {
        return;
    };
    terminal.file("ended.begun");
    terminal.wait("the question", |screen| screen.contains(QUESTION));
    terminal.line(&aws.code(0));
    let ended: Vec<(i32, String, String)> = serde_json::from_str(&terminal.file("ended")).expect("JSON");
    let id = aws.issued()[1].access_key_id.clone() + "\n";
    for (status, out, err) in &ended {
        assert_eq!((*status, out), (0, &id), "{err}");
    }
    assert_eq!(ended.len(), MANY);
    assert_eq!(terminal.screen().matches("MFA code").count(), 1);
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded"]);
}

#[test]
fn fifty_at_a_terminal_are_one_question_that_is_cancelled() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let Some(()) = crowd_at(&terminal, &sandbox, COMMAND) else {
        return;
    };
    terminal.file("ended.begun");
    terminal.wait("the question", |screen| screen.contains(QUESTION));
    // Those that wait have waited since before.
    let lock = || {
        let files = std::fs::read_dir(sandbox.path(".local/state/awsenv/sessions")).expect("sessions");
        let names = files.flatten().map(|file| file.path());
        names
            .into_iter()
            .find(|path| {
                let is_of_job = path.to_string_lossy().contains("mfa-job-");
                path.extension() == Some("lock".as_ref()) && !is_of_job
            })
            .expect("a lock")
    };
    wait_for_holders(&lock(), MANY);
    terminal.key("C-d");
    let ended: Vec<(i32, String, String)> = serde_json::from_str(&terminal.file("ended")).expect("JSON");
    for (status, out, err) in &ended {
        assert_eq!((*status, out.as_str()), (130, ""), "{err}");
    }
    assert_eq!(ended.len(), MANY);
    assert_eq!(terminal.screen().matches("MFA code").count(), 1);
    assert!(aws.requests().is_empty());
}

/// Waits until so many processes have a file open.
#[track_caller]
fn wait_for_holders(file: &std::path::Path, count: usize) {
    let start = std::time::Instant::now();
    let holders = || {
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let open = processes.filter_map(|process| std::fs::read_dir(process.path().join("fd")).ok());
        let has = |open: std::fs::ReadDir| {
            let mut paths = open.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
            paths.any(|path| path == file)
        };
        open.map(has).filter(|has| *has).count()
    };
    while holders() < count {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(60),
            "{} wait",
            holders()
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
