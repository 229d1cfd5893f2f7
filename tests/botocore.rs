//! botocore as the judge: random files and environments, resolved by it and by awsenv (`tests/judge`).
//!
//! `AWSENV_JUDGE_COUNT` and `AWSENV_JUDGE_SEED` choose how many cases and which; `AWSENV_TEST_PYTHON` names a Python
//! that has botocore. Without one the test is skipped, with `CI=true` it fails.
#![allow(clippy::disallowed_methods, reason = "the test's own environment, not the program's")]

mod support;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use support::{AWSENV, PROJECT, in_ci};

#[test]
fn botocore_and_awsenv_agree_on_random_cases() {
    let Some(python) = python() else {
        assert!(!in_ci(), "no Python has botocore, and with CI=true nothing is skipped");
        say("skipped: no Python has botocore");
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

/// Not `println!`: the test runner shows that for failed tests only, and a skip must be seen.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The Python that is named, else the one of the project's virtual environment, else the system's: the first that has
/// botocore.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("AWSENV_TEST_PYTHON");
    let own = Path::new(PROJECT).join("tests/.venv/bin/python").into_os_string();
    let candidates = named.into_iter().chain([own, OsString::from("python3")]);
    candidates.map(PathBuf::from).find(|python| {
        let probe = Command::new(python).args(["-c", "import botocore"]).output();
        probe.is_ok_and(|output| output.status.success())
    })
}
