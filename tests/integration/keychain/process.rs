//! `credential-process`, as SDKs call it.

use std::time::{Duration, Instant};

use super::{KEYS, OTHER, WORK, json, private, sandbox, text};
use crate::support::keychain::Keychain;
use crate::support::walk::Walk;
use crate::support::{Key, Output, Sandbox, executable, find, identities_at_once, require};

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
    executable(&around, "#!/bin/sh\nexec awsenv credential-process loop\n");
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

/// Asserts that the profile gets this key at once, with nothing on stderr.
#[track_caller]
fn assert_serves(sandbox: &Sandbox, profile: &str, key: Key<'_>) {
    served(sandbox, profile, key).clean();
}

/// Asserts that this key comes, whatever else is said.
#[track_caller]
fn served(sandbox: &Sandbox, profile: &str, key: Key<'_>) -> Output {
    let start = Instant::now();
    let output = sandbox.awsenv(["credential-process", profile]).output();
    output.success();
    let document = json(&output);
    assert_eq!(
        (&document["AccessKeyId"], &document["SecretAccessKey"]),
        (&key.0.into(), &key.1.into())
    );
    // Without a desktop, awsenv would give up on the keychain after 5 s.
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    output
}

/// Asserts that no keys come, but a message with these words.
#[track_caller]
fn assert_refuses(sandbox: &Sandbox, args: &[&str], words: &str) -> Output {
    let output = sandbox.awsenv(args).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(output.err().contains(words), "{}", output.all());
    output
}

const NO_BUS: &str = "cannot reach a D-Bus session bus";
const LOST: &str = "set AWSENV_KEYCHAIN to the store that has";

#[test]
fn a_profile_of_the_files_needs_no_keychain() {
    let mut sandbox = sandbox();
    Keychain::absent(&mut sandbox);
    private(
        &sandbox,
        ".aws/config",
        format!(
            "{}\n[profile program]\ncredential_process = cat {}\n",
            text(&sandbox, ".aws/config"),
            sandbox.path("document").display()
        ),
    );
    let document = serde_json::json!({"Version": 1, "AccessKeyId": OTHER.0, "SecretAccessKey": OTHER.1});
    private(&sandbox, "document", document.to_string());
    assert_serves(&sandbox, "work", WORK);
    assert_serves(&sandbox, "program", OTHER);
    // Here a word that names no store does not matter either.
    sandbox.set("AWSENV_KEYCHAIN", "disk");
    assert_serves(&sandbox, "work", WORK);
    sandbox.unset("AWSENV_KEYCHAIN");
    Keychain::dead(&mut sandbox);
    assert_serves(&sandbox, "work", WORK);
    let Some(_keychain) = Keychain::silent(&mut sandbox) else {
        return;
    };
    assert_serves(&sandbox, "work", WORK);
}

#[test]
fn a_profile_of_the_files_opens_no_bus() {
    let mut sandbox = sandbox();
    let (keychain, Some(walk)) = (Keychain::absent(&mut sandbox), Walk::new()) else {
        return;
    };
    let bus = keychain.socket().display().to_string();
    let connects = |args: &[&str]| {
        let (output, trace) = walk.traced(&sandbox, sandbox.awsenv(args), "connect");
        (output.status, trace.contains(&bus))
    };
    assert_eq!(connects(&["credential-process", "work"]), (0, false));
    // An item requested by name, or a profile that is in no file, can only be in the keychain.
    assert_eq!(connects(&["credential-process", "work", "--item", "x"]), (1, true));
    assert_eq!(connects(&["credential-process", "nobody"]), (1, true));
}

#[test]
fn a_key_that_the_index_may_know_is_asked_of_its_store_alone() {
    let mut sandbox = sandbox();
    Keychain::absent(&mut sandbox);
    let record = |item: &str, profile: &str| {
        let record = serde_json::json!({
            "item": item, "profile": profile, "last_four": "RKEY", "account_id": null, "since": null, "store": "os"
        });
        let index = serde_json::json!({"version": 1, "items": [record]});
        private(&sandbox, ".local/state/awsenv/keychain.json", index.to_string());
    };
    let args = ["credential-process", "work"];
    record("work", "work");
    let output = assert_refuses(&sandbox, &args, NO_BUS);
    assert!(!output.err().contains(LOST), "{}", output.all());
    // An item with another name belongs to the profile too.
    record("x", "work");
    assert_refuses(&sandbox, &args, NO_BUS);
    assert_serves(&sandbox, "other", OTHER);
    private(&sandbox, ".local/state/awsenv/keychain.json", "{");
    let output = assert_refuses(&sandbox, &args, NO_BUS);
    assert!(
        output.err().contains("is damaged") && output.err().contains(LOST),
        "{}",
        output.all()
    );
}

/// Such a profile is in the files, and its keys are in the keychain all the same.
#[test]
fn a_key_is_found_although_the_index_is_lost() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let add = sandbox.awsenv(["key", "add", "ab", "--stdin"]);
    add.stdin(format!("{}\n{}\n", WORK.0, WORK.1)).output().success();
    std::fs::remove_file(sandbox.path(".local/state/awsenv/keychain.json")).expect("the index");
    private(
        &sandbox,
        ".boto",
        format!(
            "[Credentials]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            OTHER.0, OTHER.1
        ),
    );
    for line in [
        "region = eu-west-1",
        "credential_process = false",
        "credential_process = sh -c 'awsenv credential-process ab'",
        "aws_access_key_id = AKIA1",
        "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = ab",
    ] {
        private(
            &sandbox,
            ".aws/config",
            format!("[profile ab]\n{line}\n[profile none]\n{line}\n"),
        );
        private(&sandbox, ".aws/credentials", "");
        let output = served(&sandbox, "ab", WORK);
        // What a process says is shown as it comes.
        let is_own = output.err().is_empty() || line.contains("sh -c") && output.err().contains("leads back to `ab`");
        assert!(is_own, "{line}: {}", output.all());
        // Without a key in the keychain, the files say what is wrong.
        let none = sandbox.awsenv(["credential-process", "none"]).output();
        assert!(!none.err().contains("no key for"), "{line}: {}", none.all());
    }
}

#[test]
fn a_line_of_awsenv_leads_to_the_keychain() {
    let mut sandbox = Sandbox::with_config(
        "[profile line]\ncredential_process = awsenv credential-process line\n\
         [profile aside]\ncredential_process = awsenv credential-process aside --item x\n\
         [profile loop]\ncredential_process = sh -c 'awsenv credential-process loop'\n",
    );
    Keychain::absent(&mut sandbox);
    for profile in ["line", "aside"] {
        let output = assert_refuses(&sandbox, &["credential-process", profile], NO_BUS);
        assert!(output.err().contains(LOST), "{}", output.all());
    }
    let start = Instant::now();
    assert_refuses(&sandbox, &["credential-process", "loop"], "leads back to `loop`");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    assert_refuses(&sandbox, &["credential-process", "line"], "has no key for `line`");
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
