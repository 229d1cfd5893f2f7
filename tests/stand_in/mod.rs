//! The stand-in for AWS itself (`tests/aws`): it accepts what AWS accepts, and refuses what AWS refuses in the same words.

mod cases;
pub(crate) mod clients;
mod codes;
mod faults;
mod moto;
mod requests;
pub(crate) mod sso;
#[cfg(unix)]
mod tls;

use std::process::Stdio;

use serde::Deserialize;
use serde_json::Value;

use crate::support::aws::program;
use crate::support::python;

/// What came back for one request of `tests/aws/ask.py`.
#[derive(Clone, Debug, Deserialize)]
struct Answered {
    name: String,
    status: u16,
    /// Of the error; `None` if there is none.
    code: Option<String>,
    message: Option<String>,
    /// The caller's, or that of the new session.
    arn: Option<String>,
    /// The seconds from the request to the end of the new session.
    lifetime: Option<i64>,
}

/// Sends requests that botocore has signed, one after the other.
fn ask(endpoint: &str, cases: &Value) -> Option<Vec<Answered>> {
    let mut asker = program(&python("botocore")?, "ask.py")
        .arg(endpoint)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program that asks");
    serde_json::to_writer(asker.stdin.take().expect("piped"), cases).expect("an open pipe");
    let output = asker.wait_with_output().expect("its answers");
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}
