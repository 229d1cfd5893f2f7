//! Leftover variables in the environment that affect every profile, or contradict each other.

use super::{Finding, Status};
use crate::advice::Advice;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::names::{self, AWSENV_STATE, VarName};
use crate::env::session::drift;

const CHECK: &str = "environment";

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let (state, user) = (context.state(), context.env());
    let mut findings = Vec::new();
    let mut warn = |message: String, remedy: Advice| {
        findings.push(Finding::new(CHECK, Status::Warn, message).remedy(remedy));
    };
    let env = &context.process.env;
    if state.is_none() && env.os(AWSENV_STATE).is_some() {
        warn("AWSENV_STATE is damaged".into(), unset(names::OWN));
    }
    for name in state.into_iter().flat_map(|state| drift(env, state)) {
        warn(
            format!("{name} was changed since `use`"),
            "awsenv use PROFILE, or awsenv unset".into(),
        );
    }
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        if user.os(name).is_some_and(|value| value.is_empty()) {
            warn(
                format!("{name} is set but empty, so botocore looks for a profile with an empty name"),
                unset([name]),
            );
        }
    }
    if let (Some(a), Some(b)) = (user.os("AWS_PROFILE"), user.os("AWS_DEFAULT_PROFILE"))
        && a != b
    {
        warn(
            "AWS_PROFILE and AWS_DEFAULT_PROFILE differ: boto3 uses the second, the AWS CLI and other SDKs the first"
                .into(),
            unset(["AWS_DEFAULT_PROFILE"]),
        );
    }
    let keys = user.filled("AWS_ACCESS_KEY_ID").is_some();
    if keys && env.filled("AWS_PROFILE").is_some() {
        warn(
            "AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: the SDK for JavaScript uses the profile, other SDKs the key".into(),
            unset(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]),
        );
    }
    if keys != user.filled("AWS_SECRET_ACCESS_KEY").is_some() {
        warn(
            "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set".into(),
            unset(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        );
    }
    match user.filled("AWS_CREDENTIAL_EXPIRATION").map(Timestamp::parse) {
        Some(None) => warn(
            "AWS_CREDENTIAL_EXPIRATION is not a time with an offset, so botocore fails".into(),
            unset(["AWS_CREDENTIAL_EXPIRATION"]),
        ),
        Some(Some(end)) if end.seconds_from(context.process.now) <= 0 => warn(
            "AWS_CREDENTIAL_EXPIRATION has passed, so the AWS CLI refuses the keys in the environment".into(),
            unset(["AWS_CREDENTIAL_EXPIRATION"]).text(", or get new keys"),
        ),
        _ => {}
    }
    for (name, _) in user.iter().filter(|(_, value)| !value.is_empty()) {
        let Some(name) = name.to_str() else { continue };
        if names::is_mark(name) {
            warn(
                format!("{name} was set by another tool, and prompts show it as the profile"),
                unset_if_plain(name),
            );
        } else if names::acts_on_all(name) {
            warn(format!("{name} affects every profile"), unset_if_plain(name));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::new(CHECK, Status::Ok, "no variable conflicts with a profile"));
    }
    findings
}

fn unset(names: impl IntoIterator<Item = &'static str>) -> Advice {
    Advice::default().unset(names::names(names))
}

/// For a name from the environment, which may be one that a shell would run as code.
fn unset_if_plain(name: &str) -> Advice {
    match VarName::parse(name) {
        Some(name) => Advice::default().unset([name]),
        None => "start the shell without this variable".into(),
    }
}
