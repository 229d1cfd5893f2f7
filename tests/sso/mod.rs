//! IAM Identity Center from end to end, as people use it: the real awsenv against the stand-in for AWS.

mod browser;
mod canary;
mod clients;
pub(crate) mod crowd;
mod ended;
mod import;
mod keys;
mod known;
mod lists;
mod logout;
mod odd;
mod recorded;
mod refused;
mod setup;
mod story;
mod tls;
mod told;
mod waiting;

use serde_json::Value;

use crate::support::Output;

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(output.out()).unwrap_or_else(|error| panic!("{error}: {}", output.all()))
}
