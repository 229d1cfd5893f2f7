//! `credential-process`, as SDKs call it.

use std::time::{Duration, Instant};

use super::{KEYS, WORK, json, sandbox};
use crate::support::keychain::Keychain;
use crate::support::{Sandbox, find, identities_at_once, require};

fn imported() -> Option<(Sandbox, Keychain)> {
    let mut sandbox = sandbox();
    let keychain = Keychain::unlocked(&mut sandbox)?;
    sandbox.awsenv(["key", "import", "work"]).output().success();
    Some((sandbox, keychain))
}

#[test]
fn the_document_is_what_sdks_want() {
    let Some((sandbox, _keychain)) = imported() else { return };
    let output = sandbox.awsenv(["credential-process", "work"]).output();
    output.clean();
    let document = json(&output);
    assert_eq!(document["Version"], 1);
    assert_eq!(
        (&document["AccessKeyId"], &document["SecretAccessKey"]),
        (&WORK.0.into(), &WORK.1.into())
    );
    let known = ["Version", "AccessKeyId", "SecretAccessKey", "AccountId"];
    let unknown: Vec<_> = document
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .collect();
    assert_eq!(
        unknown,
        Vec::<&String>::new(),
        "long-term keys have no token and do not expire"
    );
}

#[test]
fn twenty_sdks_at_once_get_their_keys() {
    let Some((sandbox, _keychain)) = imported() else { return };
    let Some(answers) = identities_at_once(&sandbox, 20, "work", &KEYS) else {
        return;
    };
    assert_eq!(answers.len(), 20);
    for answer in answers {
        assert_eq!(
            (&answer["method"], &answer["access_key_id"]),
            (&"custom-process".into(), &WORK.0.into()),
            "{answer}"
        );
    }
}

#[test]
fn an_error_is_a_status_and_words_and_nothing_on_stdout() {
    let Some((sandbox, keychain)) = imported() else { return };
    let fails = |args: &[&str], what: &str, words: &str| {
        let start = Instant::now();
        let output = sandbox.awsenv(args).output();
        assert_eq!((output.status, output.out()), (1, ""), "{what}: {}", output.all());
        assert!(output.err().contains(words), "{what}: {}", output.all());
        assert!(!output.err().contains(WORK.1), "{what}");
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "{what}: {:?}",
            start.elapsed()
        );
    };
    fails(&["credential-process", "nobody"], "no such profile", "nobody");
    fails(&["credential-process", "bare"], "no credentials", "bare");
    keychain.pause();
    fails(&["credential-process", "work"], "no answer", "");
    keychain.resume();
    keychain.lock();
    fails(&["credential-process", "work"], "locked", "lock");
    drop(keychain);
    fails(&["credential-process", "work"], "no bus", "");
}

#[test]
fn a_vanished_item_is_named() {
    let Some((sandbox, keychain)) = imported() else { return };
    keychain.clear("awsenv", "work");
    let output = sandbox.awsenv(["credential-process", "work"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(output.err().contains("`work`"), "{}", output.all());
    keychain.store("awsenv", "work", "hunter2 is no JSON");
    let output = sandbox.awsenv(["credential-process", "work"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(!output.err().contains("hunter2"), "{}", output.all());
}

#[test]
fn a_terminal_gets_no_secret() {
    let Some((sandbox, _keychain)) = imported() else { return };
    let Some(script) = require("script") else { return };
    let run = sandbox.program(script).env("SHELL", "/bin/sh");
    let output = run
        .args(["-qec", "awsenv credential-process work", "/dev/null"])
        .output();
    assert_ne!(output.status, 0, "{}", output.all());
    assert!(!output.out().contains(WORK.1), "{}", output.all());
}

#[test]
fn a_process_that_calls_itself_ends() {
    let mut sandbox = Sandbox::new();
    let bin = sandbox.bin().display().to_string();
    sandbox.write(
        ".aws/config",
        format!(
            "[profile loop]\ncredential_process = {bin}/around\n\
             [profile self]\ncredential_process = sh -c 'awsenv export self || awsenv credential-process self'\n"
        ),
    );
    let around = sandbox.bin().join("around");
    std::fs::write(&around, "#!/bin/sh\nexec awsenv credential-process loop\n").unwrap();
    std::fs::set_permissions(&around, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    for profile in ["loop", "self"] {
        let start = Instant::now();
        let output = sandbox
            .awsenv(["credential-process", profile])
            .limit(Duration::from_secs(30))
            .output();
        assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "{profile}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let Some((sandbox, keychain)) = imported() else { return };
    let Some(setsid) = find("setsid") else { return };
    keychain.lock();
    // Without a controlling terminal, and with a stdin that would answer.
    let run = sandbox
        .program(setsid)
        .args(["-w", "awsenv", "credential-process", "work"]);
    let output = run.stdin("y\nyes\n").output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(!output.err().contains('?'), "{}", output.all());
}
