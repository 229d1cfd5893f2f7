//! IAM Identity Center from end to end: the real awsenv against the stand-in for AWS.

mod crowd;
mod import;
mod keys;
mod known;
mod lists;
mod logout;
mod refused;
mod setup;

use serde_json::Value;

use crate::support::Output;

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(output.out()).unwrap_or_else(|error| panic!("{error}: {}", output.all()))
}
