//! Secrets: in no message, argument, log, state or file but the encrypted ones.

use std::path::Path;

use serde_json::json as value;

use super::{clean, role, sh, start};
use crate::support::walk::Walk;
use crate::support::{Aws, Sandbox, executable};

/// What must not be seen: the secrets of the users, and the secrets and tokens of all sessions.
fn secrets(aws: &Aws) -> Vec<String> {
    let users = ["base", "other"].map(|user| aws.key(user).1.to_owned());
    let sessions = aws.issued().into_iter();
    let sessions = sessions.flat_map(|session| [session.secret_access_key, session.session_token]);
    users.into_iter().chain(sessions).collect()
}

#[track_caller]
fn assert_none(secrets: &[String], text: &str, place: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{place}");
        // Nor a part that would be enough to guess by.
        assert!(!text.contains(&secret[..20]), "{place}");
    }
}

/// Every command that can have to do with keys; those of a shell are in a script.
const COMMANDS: [&[&str]; 18] = [
    &["-v", "whoami", "three"],
    &["whoami", "three", "--json"],
    &["-v", "whoami", "base", "--role", "arn:aws:iam::123456789012:role/One"],
    &["-v", "explain", "three"],
    &["explain", "three", "--json"],
    &["list", "--json"],
    &["sessions", "list"],
    &["sessions", "list", "--json"],
    &["doctor", "-v"],
    &["doctor", "--json"],
    &["doctor", "--network"],
    &["history", "--json"],
    &["current", "--json"],
    &["whoami", "wrong-external", "--json"],
    &["whoami", "closed"],
    &["-v", "exec", "two", "--keys", "--", "true"],
    &["whoami", "process"],
    &["complete", "--", "use", ""],
];

fn with_process() -> Option<(Aws, Sandbox)> {
    let (aws, sandbox) = start()?;
    let (id, secret) = aws.key("base");
    let program = sandbox.bin().join("keys");
    let document = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    // It says something, as such programs do.
    executable(&program, format!("#!/bin/sh\necho 'a word' >&2\necho '{document}'\n"));
    let more = format!(
        "\n[profile keys]\ncredential_process = {}\n[profile process]\nrole_arn = {}\nsource_profile = keys\nregion = eu-west-1\n",
        program.display(),
        role("One")
    );
    sandbox.write(".aws/config", crate::support::aws::CONFIG.to_owned() + &more);
    Some((aws, sandbox))
}

#[test]
fn no_output_has_a_secret() {
    let Some((aws, sandbox)) = with_process() else { return };
    let faults = [
        value!({}),
        value!({"status": 503}),
        value!({"cut": "body"}),
        value!({"pad": 10 << 20}),
        value!({"content_type": "text/html"}),
    ];
    for fault in faults {
        aws.scenario(&value!({"faults": [fault]}));
        for words in COMMANDS {
            let output = sandbox.awsenv(words).env("AWS_MAX_ATTEMPTS", "1").output();
            assert_none(&secrets(&aws), &output.all(), &words.join(" "));
        }
        for words in [
            &["-v", "use", "three", "--keys", "--shell", "posix"][..],
            &["-v", "credential-process", "three"],
        ] {
            let output = sandbox.awsenv(words).env("AWS_MAX_ATTEMPTS", "1").output();
            assert_none(&secrets(&aws), output.err(), &words.join(" "));
        }
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    }
    assert!(aws.issued().len() > 8, "there are secrets to find");
}

/// A server that says what it was told.
#[test]
fn an_error_that_quotes_a_secret_is_not_shown_whole() {
    let Some((aws, sandbox)) = start() else { return };
    clean(&sandbox.awsenv(["credential-process", "one"]).output());
    let all = secrets(&aws);
    let fault = value!({"when": {"Action": "AssumeRole"}, "status": 403, "code": "AccessDenied",
        "message": format!("your secret {} and {} and {}", all[0], all[2], all[3])});
    aws.scenario(&value!({"faults": [fault]}));
    for words in [
        &["whoami", "two", "--json"][..],
        &["-v", "use", "two", "--keys", "--shell", "posix"],
    ] {
        let output = sandbox.awsenv(words).output();
        assert_eq!(output.status, 1);
        assert!(output.err().contains("your secret "), "{}", output.all());
        assert_none(&all, &output.all(), &words.join(" "));
    }
}

#[test]
fn no_argument_of_a_program_has_a_secret() {
    let Some(walk) = Walk::new() else { return };
    let Some((aws, sandbox)) = with_process() else { return };
    for words in [
        &["exec", "three", "--keys", "--", "true"][..],
        &["credential-process", "process"],
        &["whoami", "process"],
        &["use", "process", "--keys", "--shell", "posix"],
    ] {
        let (output, trace) = walk.traced(&sandbox, sandbox.awsenv(words), "execve");
        output.success();
        let calls: Vec<&str> = trace.lines().filter(|line| line.contains("execve(")).collect();
        assert!(!calls.is_empty(), "{trace}");
        for call in calls {
            // The words are the first list, the variables the second.
            let arguments = call.split("], [").next().unwrap_or_default();
            assert_none(&secrets(&aws), arguments, arguments);
        }
    }
}

#[test]
fn no_file_and_no_state_has_a_secret() {
    let Some((aws, sandbox)) = with_process() else { return };
    let lines = "use three --keys && use base --role arn:aws:iam::123456789012:role/One && use process --keys || exit 9\n\
        printf %s \"$AWSENV_STATE\" | tr '_-' '/+' | base64 -d 2>/dev/null; awsenv exec -- true; printf '\\n'; awsenv unset >/dev/null";
    let output = sh(&sandbox, lines);
    assert!(output.out().contains("\"p\":\"process\""), "{}", output.all());
    let all = secrets(&aws);
    assert!(all.len() > 8);
    assert_none(&all, &output.all(), "AWSENV_STATE");
    let mut files = 0;
    for part in ["home/.local", "home/.config", "home/.cache", "run", "tmp"] {
        files += check(&all, &sandbox.root().join(part));
    }
    assert!(files > 3, "{files} files");
    // What awsenv keeps in memory is a key, and no session.
    check(&all, Path::new("/dev/shm"));
    let log = format!("{:?}", aws.requests());
    assert_none(&all, &log, "the log");
}

/// Looks into every file below, as bytes; the number of them.
fn check(secrets: &[String], dir: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let mut files = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            files += check(secrets, &path);
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            assert_none(secrets, &String::from_utf8_lossy(&bytes), &path.display().to_string());
            files += 1;
        }
    }
    files
}
