//! Leftover variables in the environment that affect every profile, or contradict each other.

use super::access;
use super::check::Check;
use super::files::of_foreseen;
use super::finding::{Finding, Status};
use crate::advice::{Advice, Command};
use crate::config::{SectionKind, mistakes};
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::{self, AWSENV_STATE, ENDPOINT_PREFIX, VarName};
use crate::env::session::drift;
use crate::near::nearest;
use crate::ops::bundle;
use crate::ops::files::Files;
use crate::ops::foreseen::{self, Held};
use crate::redact::shown;

/// `files` are the AWS files, if they can be read.
pub(super) fn check(context: &Context, files: Option<&Files>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(undefined(context, files));
    for (check, message, remedy) in conflicts(context) {
        findings.push(Finding::new(check, Status::Warn, message).remedy(remedy));
    }
    findings.extend(values(context.env()));
    let of_keys = files.and_then(|files| foreseen::in_environment(files, context.env(), &Held::of(context)));
    findings.extend(of_keys.map(of_foreseen));
    findings.extend(access::foreign_home(context.env()));
    findings.extend(access::home(context.env()));
    if findings.is_empty() {
        let message = "no variable conflicts with a profile";
        findings.push(Finding::new(Check::Environment, Status::Ok, message));
    }
    findings
}

/// A variable that names a profile which no file defines: then every aws call fails.
fn undefined(context: &Context, files: Option<&Files>) -> Vec<Finding> {
    let Some(files) = files else { return Vec::new() };
    let env = &context.process.env;
    let finding = |variable: &'static str| {
        let name = env.filled(variable)?;
        if files.profiles.profile(name).is_some() {
            return None;
        }
        let searched = files.searched();
        let message = format!("{variable} names `{}`, which is not defined in {searched}", shown(name));
        let mistake = mistakes::defining(&files.profiles, SectionKind::Profile, name);
        let near = nearest(name, files.profiles.names());
        let finding = Finding::new(Check::ProfileUndefined, Status::Fail, message);
        Some(match (mistake, near.first()) {
            (Some(mistake), _) => finding
                .remedy(format!("{}: {}", mistake.what, mistake.instead))
                .at(&mistake.place),
            (None, Some(near)) => {
                finding.remedy(Advice::from("did you mean: ").command(Command::new("awsenv use").operand(near)))
            }
            (None, None) => finding.remedy(unset([variable])),
        })
    };
    ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
        .into_iter()
        .filter_map(finding)
        .collect()
}

/// Values that no file would get right either.
fn values(env: &Env) -> Vec<Finding> {
    let regions = names::REGION.into_iter();
    let regions = regions.filter_map(|name| Some((name, foreseen::region_of(env, name)?)));
    // botocore looks at it only without the other.
    let certificates = Some("REQUESTS_CA_BUNDLE").filter(|_| env.os("AWS_CA_BUNDLE").is_none());
    let certificates = certificates.and_then(|name| Some((name, bundle::of_variable(name, env)?)));
    let of_services = env.iter().filter_map(|(name, value)| {
        let name = name.to_str().filter(|name| name.starts_with(ENDPOINT_PREFIX))?;
        Some((name, mistakes::endpoint(value.to_str()?)?))
    });
    let named = regions.chain(foreseen::of_variables(env)).chain(certificates);
    let named = named.map(|(name, wrong)| -> (&str, _) { (name, wrong) });
    named
        .chain(of_services)
        .map(|(name, wrong)| {
            let message = format!("{name}: {}", wrong.what);
            let status = if wrong.is_certain { Status::Fail } else { Status::Warn };
            Finding::new(Check::VariableValue, status, message).remedy(wrong.instead)
        })
        .collect()
}

/// What a conflict is called, what it is, and what to do.
type Conflict = (Check, String, Advice);

fn conflicts(context: &Context) -> Vec<Conflict> {
    let (state, user) = (context.state(), context.env());
    let mut found = Vec::new();
    let mut warn = |check, message: String, remedy: Advice| found.push((check, message, remedy));
    let env = &context.process.env;
    if state.is_none() && env.os(AWSENV_STATE).is_some() {
        warn(Check::StateDamaged, "AWSENV_STATE is damaged".into(), unset(names::OWN));
    }
    for name in state.into_iter().flat_map(|state| drift(env, state)) {
        warn(
            Check::Drift,
            format!("{name} was changed since `use`"),
            "awsenv use PROFILE, or awsenv unset".into(),
        );
    }
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        if user.os(name).is_some_and(|value| value.is_empty()) {
            warn(
                Check::ProfileVariableEmpty,
                format!("{name} is set but empty, so botocore looks for a profile with an empty name"),
                unset([name]),
            );
        }
    }
    if let (Some(a), Some(b)) = (user.os("AWS_PROFILE"), user.os("AWS_DEFAULT_PROFILE"))
        && a != b
    {
        warn(
            Check::ProfileVariablesDiffer,
            "AWS_PROFILE and AWS_DEFAULT_PROFILE differ: boto3 uses the second, the AWS CLI and other SDKs the first"
                .into(),
            unset(["AWS_DEFAULT_PROFILE"]),
        );
    }
    let keys = user.filled("AWS_ACCESS_KEY_ID").is_some();
    if keys && env.filled("AWS_PROFILE").is_some() {
        warn(
            Check::ProfileAndKeys,
            "AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: the SDK for JavaScript uses the profile, other SDKs the key".into(),
            unset(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]),
        );
    }
    if keys != user.filled("AWS_SECRET_ACCESS_KEY").is_some() {
        warn(
            Check::HalfKeyPair,
            "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set".into(),
            unset(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        );
    }
    match user.filled("AWS_CREDENTIAL_EXPIRATION").map(Timestamp::parse) {
        Some(Some(end)) if keys && end.seconds_from(context.process.now) <= 0 => warn(
            Check::ExpirationPassed,
            "AWS_CREDENTIAL_EXPIRATION has passed, so the AWS CLI refuses the keys in the environment".into(),
            unset(["AWS_CREDENTIAL_EXPIRATION"]).text(", or get new keys"),
        ),
        _ => {}
    }
    for (name, _) in user.iter().filter(|(_, value)| !value.is_empty()) {
        let Some(name) = name.to_str() else { continue };
        if names::is_mark(name) {
            warn(
                Check::ForeignMark,
                format!("{name} was set by another tool, and prompts show it as the profile"),
                unset_if_plain(name),
            );
        } else if names::acts_on_all(name) {
            warn(
                Check::VariableForAll,
                format!("{name} affects every profile"),
                unset_if_plain(name),
            );
        }
    }
    found
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
