//! botocore as the judge: random files and environments, resolved by it and by awsenv (`tests/judge`).
//!
//! `AWSENV_JUDGE_COUNT` and `AWSENV_JUDGE_SEED` choose how many cases and which; `AWSENV_TEST_PYTHON` names a Python
//! that has botocore. Without one the test is skipped, with `CI=true` it fails.
#![allow(clippy::disallowed_methods, reason = "the test's own environment, not the program's")]

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use support::{AWSENV, PROJECT, say};

#[test]
fn botocore_and_awsenv_agree_on_random_cases() {
    let Some(python) = support::python("botocore") else {
        return;
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        .to_string();
    let seed = std::env::var("AWSENV_JUDGE_SEED").unwrap_or(now);
    let count = std::env::var("AWSENV_JUDGE_COUNT").unwrap_or_else(|_| "2000".to_owned());
    let output = Command::new(python)
        .args(["-X", "utf8"])
        .arg(Path::new(PROJECT).join("tests/judge/judge.py"))
        .args([AWSENV, "--seed", &seed, "--count", &count, "--jobs", "2"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "seed {seed}\n{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    say(said.trim_end());
}
