//! Roles from end to end: the real awsenv against the stand-in for AWS.

pub(crate) mod barred;
mod cache;
mod canary;
mod chains;
mod clients;
mod crowd;
mod doctor;
mod ended;
mod hostile;
mod recorded;
mod refused;
mod repeated;
mod silent;
pub(crate) mod story;
pub(crate) mod tls;
pub(crate) mod tunnel;
mod unreachable;

use serde_json::Value;

use crate::support::{Aws, Output, Sandbox};

/// A stand-in, and a sandbox whose sessions are named after `tester`.
fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let sandbox = named(aws.sandbox());
    Some((aws, sandbox))
}

pub(crate) fn named(mut sandbox: Sandbox) -> Sandbox {
    sandbox.set("USER", "tester");
    sandbox
}

pub(crate) fn role(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

/// The names of the roles that were asked for.
pub(crate) fn roles(aws: &Aws) -> Vec<String> {
    let requests = aws.requests();
    let arns = requests.iter().filter_map(|seen| seen.field("RoleArn"));
    arns.filter_map(|arn| arn.rsplit('/').next().map(str::to_owned))
        .collect()
}

#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_str(output.out()).unwrap_or_else(|error| panic!("{error}: {}", output.all()))
}

/// What awsenv says beside what it waits for, which a slow machine makes it say.
pub(crate) fn said(output: &Output) -> String {
    let lines = output.err().lines();
    let lines = lines.filter(|line| !line.starts_with("awsenv: waiting for "));
    lines.map(|line| line.to_owned() + "\n").collect()
}

/// Stdout of a run that must succeed without a word.
#[track_caller]
pub(crate) fn clean(output: &Output) -> &str {
    assert_eq!((output.status, &*said(output)), (0, ""), "{}", output.all());
    output.out()
}

/// The access key id that `credential-process` prints.
#[track_caller]
pub(crate) fn key_id(output: &Output) -> String {
    clean(output);
    json(output)["AccessKeyId"].as_str().expect("an id").to_owned()
}

/// Whose keys a profile has, as AWS says.
#[track_caller]
pub(crate) fn arn(sandbox: &Sandbox, words: &[&str]) -> String {
    let output = sandbox.awsenv(["whoami", "--json"].iter().chain(words)).output();
    output.success();
    json(&output)["arn"].as_str().expect("an ARN").to_owned()
}

/// Runs lines in sh with awsenv on PATH; `use` there takes words as `awsenv use` does.
pub(crate) fn sh(sandbox: &Sandbox, lines: &str) -> Output {
    let script = format!("use() {{ eval \"$(awsenv use \"$@\" --shell posix)\"; }}\n{lines}\n");
    sandbox.program("sh").args(["-c", &script]).output()
}

/// Without the port, which differs from run to run.
fn stable(sandbox: &Sandbox, aws: &Aws, text: &str) -> String {
    let host = aws.endpoint().split("://").nth(1).unwrap_or_default();
    sandbox.stable(&text.replace(host, "[STS]"))
}
