//! `current` and `doctor` say, without asking anyone, what the next call will surely meet.

use std::os::unix::fs::{PermissionsExt as _, chown};

use serde_json::Value;

use super::mistakes::sandbox;
use crate::support::{Sandbox, executable};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The findings of a kind as `STATUS MESSAGE [REMEDY]`.
fn found(sandbox: &Sandbox, kind: &str) -> Vec<String> {
    let all: Vec<Value> = serde_json::from_str(sandbox.awsenv(["doctor", "--json"]).output().out()).expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = |finding: &Value| {
        let [status, message, remedy] = ["status", "message", "remedy"].map(|key| text(&finding[key]));
        format!("{status} {message} [{remedy}]")
    };
    all.iter()
        .filter(|finding| finding["check"] == kind)
        .map(words)
        .collect()
}

/// `current` fails and says so, and `doctor` has a failure of that kind with the same words.
#[track_caller]
fn fails(sandbox: &Sandbox, kind: &str, words: &str) {
    let current = sandbox.awsenv(["current"]).output();
    assert_eq!(current.status, 1, "{}", current.all());
    assert!(current.err().contains(words), "{}", current.all());
    assert!(!current.all().contains(SECRET), "{}", current.all());
    let found = found(sandbox, kind);
    let has = |finding: &String| finding.starts_with("fail ") && finding.contains(words);
    assert!(found.iter().any(has), "{kind}: {found:?}");
}

#[test]
fn a_program_or_a_token_file_that_does_not_exist() {
    let config = "[profile gone]\nregion = eu-west-1\ncredential_process = /nonexistent/prog --x\n\
                  [profile name]\ncredential_process = no-such-program-anywhere\n\
                  [profile own]\ncredential_process = \"/gone/awsenv\" credential-process own\n\
                  [profile token]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = /nonexistent/t\n\
                  [profile works]\ncredential_process = sh -c true\n";
    let mut sandbox = sandbox(config, "");
    for (profile, kind, words) in [
        (
            "gone",
            "process-program",
            "runs `/nonexistent/prog`, which does not exist",
        ),
        (
            "name",
            "process-program",
            "`no-such-program-anywhere`, which is not on the PATH",
        ),
        ("own", "keychain-program", "runs `/gone/awsenv`, which does not exist"),
        ("token", "token-file", "the token file `/nonexistent/t` does not exist"),
    ] {
        sandbox.set("AWS_PROFILE", profile);
        fails(&sandbox, kind, words);
    }
    sandbox.set("AWS_PROFILE", "works");
    let current = sandbox.awsenv(["current"]).output();
    assert_eq!(current.status, 0, "{}", current.all());
    sandbox.unset("AWS_PROFILE");
    sandbox.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r");
    sandbox.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/env");
    fails(
        &sandbox,
        "token-file",
        "the token file `/nonexistent/env` does not exist",
    );
}

#[test]
fn a_key_that_the_keychain_does_not_have() {
    let mut sandbox = sandbox("", "");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let added = sandbox
        .awsenv(["key", "add", "--stdin", "x"])
        .stdin(format!("{ID}\n{SECRET}\n"))
        .output();
    assert_eq!(added.status, 0, "{}", added.all());
    sandbox.set("AWS_PROFILE", "x");
    assert_eq!(sandbox.awsenv(["current"]).output().status, 0);
    assert_eq!(found(&sandbox, "key-missing"), [""; 0]);
    let state = sandbox.home().join(".local/state/awsenv");
    let items = std::fs::read_dir(state.join("keys")).expect("a directory");
    for item in items.map(|item| item.expect("an item").path()) {
        if item.extension().is_some_and(|ending| ending == "age") {
            std::fs::remove_file(item).expect("an item");
        }
    }
    fails(&sandbox, "key-missing", "the encrypted file store has no key for `x`");
    // The line on a new machine.
    std::fs::remove_dir_all(sandbox.home().join(".local")).expect("a directory");
    fails(&sandbox, "key-missing", "the encrypted file store has no key for `x`");
    // Only the system's keychain knows, so this is no failure.
    sandbox.set("AWSENV_KEYCHAIN", "os");
    let current = sandbox.awsenv(["current"]).output();
    assert_eq!(current.status, 0, "{}", current.all());
    assert!(
        current.err().contains("the index of the keychain has no key for `x`"),
        "{}",
        current.all()
    );
    assert!(found(&sandbox, "key-missing")[0].starts_with("warn "));
}

#[test]
fn keys_in_the_environment_that_no_service_accepts() {
    for (id, secret, words) in [
        (format!("\"{ID}\""), format!("\"{SECRET}\""), "is in quotes"),
        (ID.to_owned(), format!("'{SECRET}'"), "is in quotes"),
        (SECRET.to_owned(), ID.to_owned(), "are swapped"),
        (" ".to_owned(), " ".to_owned(), "contains blanks"),
        (ID.to_owned(), format!("{SECRET} "), "contains blanks"),
    ] {
        let mut sandbox = sandbox("", "");
        sandbox
            .set("AWS_ACCESS_KEY_ID", id)
            .set("AWS_SECRET_ACCESS_KEY", secret);
        fails(&sandbox, "key-invalid", words);
    }
    let mut sandbox = sandbox("", "");
    sandbox
        .set("AWS_ACCESS_KEY_ID", "minioadmin")
        .set("AWS_SECRET_ACCESS_KEY", "minioadmin");
    let current = sandbox.awsenv(["current"]).output();
    assert_eq!(current.status, 0, "{}", current.all());
    for end in ["garbage", "2036-01-01", "1577836800"] {
        sandbox.set("AWS_CREDENTIAL_EXPIRATION", end);
        fails(&sandbox, "expiration-invalid", "not a time with an offset");
        let explain = sandbox.awsenv(["explain"]).output();
        assert!(explain.err().contains("not a time with an offset"), "{}", explain.all());
    }
}

#[test]
fn values_that_stop_every_call() {
    let pair = format!("aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let quoted = format!("aws_access_key_id = \"{ID}\"\naws_secret_access_key = \"{SECRET}\"\n");
    for (line, kind, words, keys) in [
        ("region = us-east-1a", "region", "a zone of `us-east-1`", &pair),
        (
            "region = \"eu-west-1\"",
            "quotes-in-value",
            "the quotes are part of the value",
            &pair,
        ),
        ("retry_mode = fast", "value", "retry_mode is `fast`", &pair),
        ("max_attempts = five", "value", "max_attempts is `five`", &pair),
        ("output = yml", "output", "no output format `yml`", &pair),
        ("region = eu-west-1", "quotes-in-value", "quotes", &quoted),
    ] {
        let mut sandbox = sandbox(&format!("[profile p]\n{line}\n"), &format!("[p]\n{keys}"));
        sandbox.set("AWS_PROFILE", "p");
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(current.status, 1, "{line}: {}", current.all());
        assert!(current.err().contains(words), "{line}: {}", current.all());
        let places = ["/.aws/config:2: ", "/.aws/credentials:2: "];
        let has_place = places.iter().any(|place| current.err().contains(place));
        assert!(has_place, "{line}: {}", current.all());
        assert!(
            found(&sandbox, kind).iter().any(|found| found.starts_with("fail ")),
            "{line}"
        );
        let used = sandbox.awsenv(["use", "--shell=bash", "p"]).output();
        assert_eq!(used.status, 0, "{line}: {}", used.all());
        assert!(used.err().contains(words), "{line}: {}", used.all());
    }
    let mut sandbox = sandbox("[profile p]\nregion = eu-west-1\n", &format!("[p]\n{pair}"));
    sandbox.set("AWS_PROFILE", "p");
    for (variable, value) in [
        ("AWS_REGION", "us-east-1a"),
        ("AWS_RETRY_MODE", "fast"),
        ("AWS_MAX_ATTEMPTS", "five"),
        ("AWS_DEFAULT_OUTPUT", "yml"),
    ] {
        sandbox.set(variable, value);
        fails(&sandbox, "variable-value", value);
        sandbox.unset(variable);
    }
    assert_eq!(sandbox.awsenv(["current"]).output().status, 0);
}

#[test]
fn a_profile_without_credentials_for_a_mistaken_key() {
    let sandbox_of = |line: &str| {
        let mut sandbox = sandbox(&format!("[profile base]\n{line}\n"), "");
        sandbox
            .set("AWS_PROFILE", "base")
            .set("AWS_EC2_METADATA_DISABLED", "true");
        sandbox
    };
    for (line, right) in [
        (format!("aws_acces_key_id = {ID}"), "did you mean `aws_access_key_id`?"),
        (
            "role-arn = arn:aws:iam::123456789012:role/r".to_owned(),
            "did you mean `role_arn`?",
        ),
    ] {
        let sandbox = sandbox_of(&line);
        for (words, status) in [(&["current"][..], 1), (&["exec", "--", "true"], 0)] {
            let output = sandbox.awsenv(words).output();
            assert_eq!(output.status, status, "{words:?}: {}", output.all());
            let place = output.err().contains("/.aws/config:2: ");
            assert!(place && output.err().contains(right), "{words:?}: {}", output.all());
        }
    }
}

#[test]
fn an_empty_machine_is_told_where_to_begin() {
    let sandbox = Sandbox::new();
    for words in [
        &["current"][..],
        &["explain"],
        &["key", "import", "--all"],
        &["use", "--shell=bash"],
        &["list"],
    ] {
        let output = sandbox.awsenv(words).output();
        assert!(output.err().contains("awsenv configure"), "{words:?}: {}", output.all());
    }
}

#[test]
fn remedies_work_where_they_are_shown() {
    let sandbox_with = sandbox("", &format!("[half]\naws_access_key_id = {ID}\n"));
    assert_eq!(found(&sandbox_with, "plaintext-keys"), [""; 0]);
    let mut text = b"\xef\xbb\xbf".to_vec();
    text.extend(b"[profile a]\n");
    sandbox_with.write(".aws/config", text);
    let refused = sandbox_with.awsenv(["doctor", "--json"]).output();
    assert!(!refused.out().contains("awsenv explain PROFILE"), "{}", refused.out());
    let mut homeless = sandbox("", "");
    homeless.unset("HOME");
    let output = homeless.awsenv(["doctor", "--json"]).output();
    assert!(!output.out().contains("key unlock"), "{}", output.out());
    assert!(output.out().contains("set HOME"), "{}", output.out());
}

#[test]
fn a_section_of_many_keys_costs_little() {
    let keys: String = (0..10_000).map(|number| format!("unheard_of_{number} = x\n")).collect();
    let sandbox = sandbox(&format!("[profile many]\nregoin = x\n{keys}"), "");
    let start = std::time::Instant::now();
    let output = sandbox.awsenv(["use", "--shell=bash", "many"]).output();
    let took = start.elapsed();
    assert!(output.err().contains("did you mean `region`?"), "{}", output.all());
    assert!(took.as_secs() < 10, "{took:?}");
}

/// Runs as a user who owns all of the sandbox but these files; `None` where this is not root.
fn as_other(sandbox: &Sandbox, of_root: &[&str], words: &[&str]) -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let status = std::process::Command::new("chown")
        .args(["-R", "12345:12345"])
        .arg(sandbox.root())
        .status();
    assert!(status.expect("chown").success());
    for path in of_root {
        chown(sandbox.home().join(path), Some(0), Some(0)).expect("a file of root");
    }
    // The directory above the binary may be closed to others.
    let program = sandbox.root().join("awsenv");
    executable(
        &program,
        std::fs::read(env!("CARGO_BIN_EXE_awsenv")).expect("the binary"),
    );
    let run = sandbox
        .program("setpriv")
        .args(["--reuid=12345", "--regid=12345", "--clear-groups"]);
    Some(run.args([program]).args(words).output().all())
}

#[test]
fn a_file_of_root_in_ones_own_home() {
    let sandbox = sandbox(
        "",
        &format!("[a]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"),
    );
    let credentials = sandbox.home().join(".aws/credentials");
    std::fs::set_permissions(credentials, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let Some(text) = as_other(&sandbox, &[".aws/credentials"], &["doctor"]) else {
        return;
    };
    assert!(
        text.contains("file-owner: ") && text.contains("belongs to root, so you cannot edit it"),
        "{text}"
    );
    assert!(text.contains("sudo chown") && !text.contains("fix: chmod"), "{text}");
    assert!(!text.contains("fix: awsenv key import"), "{text}");
}

#[test]
fn a_directory_that_may_not_be_entered() {
    let sandbox = sandbox(
        "",
        &format!("[a]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"),
    );
    let dir = sandbox.home().join(".aws");
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    let Some(list) = as_other(&sandbox, &[".aws"], &["list"]) else {
        return;
    };
    assert!(
        list.contains("cannot read `~/.aws/config`") && !list.contains("configure"),
        "{list}"
    );
    let doctor = as_other(&sandbox, &[".aws"], &["doctor"]).unwrap_or_default();
    assert!(
        doctor.contains("fail  file-unreadable") && doctor.contains("sudo chown"),
        "{doctor}"
    );
}

#[test]
fn root_in_the_home_of_another_user_is_told_to_run_as_that_user() {
    let sandbox = sandbox(
        "",
        &format!("[a]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"),
    );
    if as_other(&sandbox, &[], &["list"]).is_none() {
        return;
    }
    let text = sandbox.awsenv(["doctor"]).output().all();
    assert!(
        text.contains("plaintext-keys") && text.contains("run awsenv as"),
        "{text}"
    );
    assert!(!text.contains("fix: awsenv key"), "{text}");
}
