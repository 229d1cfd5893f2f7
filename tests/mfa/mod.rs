//! MFA codes from end to end: the real awsenv against the stand-in for AWS.

mod asked;
mod cache;
mod canary;
mod clients;
mod countdown;
mod crowd;
mod ended;
mod given;
mod job;
mod programs;
mod refused;
mod shared;
mod stale;
mod story;
mod told;
mod windows;

use serde_json::Value;

use crate::roles::{json, named};
use crate::support::mfa::CodeProgram;
use crate::support::{Aws, Output, Sandbox};

/// A stand-in, and a sandbox whose profiles name MFA devices, where nobody has codes.
fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let sandbox = named(aws.mfa_sandbox());
    Some((aws, sandbox))
}

/// As [`start`], with a program that has the codes.
fn start_with_program() -> Option<(Aws, Sandbox, CodeProgram)> {
    let (aws, sandbox) = start()?;
    let program = CodeProgram::of_settings(&aws, &sandbox);
    Some((aws, sandbox, program))
}

/// What each call asked for, and whether it took a code.
fn calls(aws: &Aws) -> Vec<String> {
    let requests = aws.requests();
    let calls = requests.iter().map(|seen| {
        let action = seen.action.as_deref().unwrap_or("nothing");
        let role = seen.field("RoleArn").and_then(|arn| arn.rsplit('/').next());
        let code = seen.field("TokenCode").map(|_| " with a code");
        format!("{}{}", role.unwrap_or(action), code.unwrap_or_default())
    });
    calls.collect()
}

/// Runs awsenv in a way that needs keys, and returns their id.
#[track_caller]
fn id(sandbox: &Sandbox, words: &[&str]) -> String {
    let output = sandbox.awsenv(words).output();
    output.success();
    json(&output)["AccessKeyId"].as_str().expect("an id").to_owned()
}

/// The keys that `exec` gives to a program.
#[track_caller]
fn exec(sandbox: &Sandbox, words: &[&str]) -> String {
    let words = ["exec"]
        .iter()
        .chain(words)
        .chain(&["--", "printenv", "AWS_ACCESS_KEY_ID"]);
    let output = sandbox.awsenv(words).output();
    output.success().trim_end().to_owned()
}

/// The error of a run that failed, by `--json`.
#[track_caller]
fn error(output: &Output) -> Value {
    assert_eq!(output.status, 1, "{}", output.all());
    json(output)["error"].clone()
}

#[track_caller]
fn hints(error: &Value) -> String {
    let hints = error["hints"].as_array().expect("hints").iter();
    hints
        .map(|hint| hint.as_str().expect("text").to_owned() + "\n")
        .collect()
}
