//! A mistake in awsenv's own settings: said once, and no run stops.

use serde_json::Value;

use crate::support::{Key, Output, Sandbox};

const KEY: Key = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

fn sandbox(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_config("[profile work]\nregion = eu-west-1\n");
    let keys = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        KEY.0, KEY.1
    );
    sandbox.write(".aws/credentials", keys);
    sandbox.write(".config/awsenv/config", settings);
    sandbox
}

fn warnings(output: &Output) -> usize {
    output.err().matches("awsenv/config:1: ").count()
}

#[test]
fn no_command_stops_and_each_says_it_once() {
    for (settings, why) in [
        ("promt = off\n", "unknown key `promt`: did you mean `prompt`?"),
        (
            "producton = w*\n",
            "did you mean `production`? until it is corrected, every profile counts as production",
        ),
        (
            "keychain = fiel\n",
            "`keychain` must be `os`, `file` or `kernel`, not `fiel`",
        ),
        ("[keychan]\n", "unknown section `[keychan]`: did you mean `[keychain]`?"),
        ("just text\n", "expected `KEY = VALUE` or `[SECTION]`"),
    ] {
        let sandbox = sandbox(settings);
        for args in [
            &["credential-process", "work"][..],
            &["exec", "work", "--", "env"],
            &["exec", "work", "--keys", "--", "env"],
            &["use", "work", "--shell", "bash"],
            &["list"],
            &["explain", "work"],
            &["init", "bash"],
        ] {
            let output = sandbox.awsenv(args).output();
            assert_eq!(output.status, 0, "{settings}{args:?}: {}", output.all());
            assert!(output.err().contains(why), "{settings}{args:?}: {}", output.all());
            assert_eq!(warnings(&output), 1, "{settings}{args:?}: {}", output.all());
            assert!(!output.out().contains("until it is corrected"));
        }
        for args in [
            &["list", "--quiet"][..],
            &["prompt"],
            &["complete", "--shell", "fish", "--", "use", ""],
        ] {
            let output = sandbox.awsenv(args).output();
            assert_eq!((output.status, output.err()), (0, ""), "{settings}{args:?}");
        }
    }
}

#[test]
fn what_is_in_doubt_is_guarded() {
    let first = |settings: &str| {
        let sandbox = sandbox(settings);
        sandbox
            .awsenv(["use", "--query", "wor", "--first", "--shell", "bash"])
            .output()
    };
    assert_eq!(first("order = file\n").status, 0);
    let refused = first("producton = prod*\n");
    assert!(
        refused.status == 1 && refused.err().contains("production profile `work`"),
        "{}",
        refused.all()
    );
    let sandbox = sandbox("histroy = off\n");
    sandbox.awsenv(["use", "work", "--shell", "bash"]).output().success();
    assert_eq!(sandbox.awsenv(["history", "--json"]).output().out(), "[]\n");
}

#[test]
fn keys_are_read_where_they_are_and_none_is_stored_if_the_store_is_in_doubt() {
    let mut sandbox = sandbox("keychain = file\n");
    sandbox.write(".config/awsenv/config", "keychain = file\n");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox.awsenv(["key", "import", "work"]).output().success();
    sandbox.write(".config/awsenv/config", "keychain = fiel\n");
    let read = sandbox.awsenv(["credential-process", "work"]).output();
    assert!(read.status == 0 && read.out().contains(KEY.0), "{}", read.all());
    let stored = |sandbox: &Sandbox, profile: &str| {
        let pair = format!(
            "{}\n{}\n",
            "AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
        );
        let run = sandbox.awsenv(["key", "add", profile, "--stdin", "--replace"]);
        run.stdin(pair).output()
    };
    for profile in ["new", "work"] {
        let output = stored(&sandbox, profile);
        assert_eq!(output.status, 1, "{}", output.all());
        let why = "awsenv: ~/.config/awsenv/config:1: correct `keychain` first, which says where the keys are";
        assert!(output.err().contains(why), "{}", output.all());
        assert_eq!(output.err().matches("not `fiel`").count(), 1, "{}", output.all());
    }
    sandbox.set("AWSENV_KEYCHAIN", "file");
    assert_eq!(stored(&sandbox, "new").status, 0, "the user has said it");
}

#[test]
fn doctor_lists_each_with_its_line() {
    let sandbox = sandbox("promt = off\n\nhistory = no\n");
    let output = sandbox.awsenv(["doctor", "--json"]).output();
    assert_eq!(output.err(), "");
    let findings: Value = serde_json::from_str(output.out()).expect("JSON");
    let settings: Vec<_> = findings
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["check"] == "settings")
        .collect();
    let found: Vec<_> = settings
        .iter()
        .map(|one| (one["status"].as_str(), one["line"].as_u64()))
        .collect();
    assert_eq!(found, [(Some("warn"), Some(1)), (Some("fail"), Some(3))]);
}

#[test]
fn a_file_that_is_none_guards_everything() {
    let mut sandbox = sandbox("");
    sandbox.set("AWSENV_CONFIG", "/nowhere/at/all");
    let output = sandbox
        .awsenv(["use", "--query", "wor", "--first", "--shell", "bash"])
        .output();
    assert!(
        output.err().contains("AWSENV_CONFIG names it, but it does not exist"),
        "{}",
        output.all()
    );
    assert!(output.err().contains("production profile `work`"), "{}", output.all());
    sandbox.awsenv(["credential-process", "work"]).output().success();
}

#[test]
fn many_mistakes_are_three_and_a_count() {
    let sandbox = sandbox("");
    sandbox.write(".config/awsenv/config", "a1 = x\nb1 = x\nc1 = x\nd1 = x\ne1 = x\n");
    let output = sandbox.awsenv(["list"]).output();
    assert_eq!(output.err().matches("unknown key").count(), 3, "{}", output.all());
    let more = "awsenv: warning: 2 more mistakes in the settings; `awsenv doctor` lists them\n";
    assert!(output.err().ends_with(more), "{}", output.all());
}
