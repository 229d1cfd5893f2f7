//! IAM Identity Center from end to end, as people use it: the real awsenv against the stand-in for AWS.

mod canary;
mod crowd;
mod ended;
mod import;
mod keys;
mod known;
mod lists;
mod logout;
mod refused;
mod setup;
mod told;

use serde_json::Value;

use crate::support::Output;

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(output.out()).unwrap_or_else(|error| panic!("{error}: {}", output.all()))
}
