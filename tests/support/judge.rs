//! The identity that botocore, boto3 and the AWS CLI get for a profile: see `tests/judge/identity.py`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{PROJECT, Sandbox, in_ci, say};

/// A key id that the test STS knows, and its secret.
pub type Key<'a> = (&'a str, &'a str);

/// By profile and reader. `None` if the readers are not installed.
#[track_caller]
pub fn identities(sandbox: &Sandbox, profiles: &[&str], keys: &[Key<'_>]) -> Option<Value> {
    Some(ask(sandbox, &[sandbox.home()], profiles, keys, &[])?.remove(0))
}

/// As [`identities`], for botocore alone, in several HOMEs in turn. All other variables are the first sandbox's.
#[track_caller]
pub fn botocore_identities(sandboxes: &[&Sandbox], profiles: &[&str], keys: &[Key<'_>]) -> Option<Vec<Value>> {
    let homes: Vec<_> = sandboxes.iter().map(|sandbox| sandbox.home()).collect();
    ask(sandboxes.first()?, &homes, profiles, keys, &["--quick"])
}

/// What botocore gets in each of `count` processes that ask at the same moment.
#[track_caller]
pub fn identities_at_once(sandbox: &Sandbox, count: usize, profile: &str, keys: &[Key<'_>]) -> Option<Vec<Value>> {
    let options = ["--at-once", &count.to_string()];
    let mut answer = ask(sandbox, &[sandbox.home()], &[profile], keys, &options)?.remove(0);
    serde_json::from_value(answer[profile]["botocore"].take()).expect("an answer of each")
}

#[track_caller]
fn ask(
    sandbox: &Sandbox,
    homes: &[PathBuf],
    profiles: &[&str],
    keys: &[Key<'_>],
    options: &[&str],
) -> Option<Vec<Value>> {
    let python = python("awscli, boto3, botocore")?;
    let keys: BTreeMap<_, _> = keys.iter().copied().collect();
    let question = serde_json::json!({"keys": keys, "homes": homes});
    let output = sandbox
        .program(python)
        .args(["-X", "utf8", "-B"])
        .args([Path::new(PROJECT).join("tests/judge/identity.py")])
        .args(options)
        .args(profiles)
        .stdin(question.to_string())
        .output();
    Some(serde_json::from_str(output.success()).expect("JSON of the judge"))
}

/// The first Python with these modules: the one that `AWSENV_TEST_PYTHON` names, the project's virtual environment, the
/// system's. If there is none, it prints a line and returns `None`, or fails the test with `CI=true`.
#[expect(clippy::disallowed_methods, reason = "the tests' own environment, not the program's")]
pub fn python(modules: &str) -> Option<PathBuf> {
    let named = std::env::var_os("AWSENV_TEST_PYTHON");
    let own = Path::new(PROJECT).join("tests/.venv/bin/python").into_os_string();
    let candidates = named.into_iter().chain([own, OsString::from("python3")]);
    let found = candidates.map(PathBuf::from).find(|python| {
        let probe = Command::new(python).args(["-c", &format!("import {modules}")]).output();
        probe.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        assert!(!in_ci(), "no Python has {modules}, and with CI=true nothing is skipped");
        say(&format!("skipped: no Python has {modules}"));
    }
    found
}
