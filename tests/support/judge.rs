//! Who a profile is for botocore, boto3 and the AWS CLI: see `tests/judge/identity.py`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{PROJECT, Sandbox, in_ci, say};

/// What each reader gets for each profile; `keys` are the secrets of the access key ids that the judge's STS knows.
/// `None` where the readers are not installed.
///
/// `quick` asks botocore alone.
#[track_caller]
pub fn identities(sandbox: &Sandbox, profiles: &[&str], keys: &[(&str, &str)], quick: bool) -> Option<Value> {
    let python = python("awscli, boto3, botocore")?;
    let keys: BTreeMap<_, _> = keys.iter().copied().collect();
    let mut run = sandbox
        .program(python)
        .args(["-X", "utf8", "-B"])
        .args([Path::new(PROJECT).join("tests/judge/identity.py")]);
    if quick {
        run = run.args(["--quick"]);
    }
    let output = run
        .args(profiles)
        .stdin(serde_json::to_vec(&keys).expect("JSON"))
        .output();
    Some(serde_json::from_str(output.success()).expect("JSON of the judge"))
}

/// The Python that `AWSENV_TEST_PYTHON` names, else the one of the project's virtual environment, else the system's:
/// the first that has these modules. Without one: `None` and a line that says so at a desk, a failed test with
/// `CI=true`.
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
