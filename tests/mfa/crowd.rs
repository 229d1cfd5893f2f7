//! Many processes that need a code at once.

use std::collections::BTreeSet;
use std::process::{Child, Output, Stdio};

use super::{calls, start_with_program};
use crate::support::{Aws, Sandbox, executable};

const MANY: usize = 50;

fn begin(sandbox: &Sandbox, profile: &str) -> Child {
    let mut command = sandbox.awsenv(["credential-process", profile]).command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("a process")
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
    executable(&sandbox.bin().join("code"), aws.device(""));
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
