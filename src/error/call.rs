//! Messages for calls to AWS that gave nothing to use.

use super::{Error, Kind};
use crate::aws::{Class, Fault, ServiceError, Stage};
use crate::config::Place;
use crate::provider::{Asked, Failure, Question};
use crate::redact::{self, shown};
use crate::resolve::{CaBundle, Proxy};
use crate::text::display;

/// What is wrong, where, and what to do.
pub(super) fn failed(call: &Question, failure: &Failure) -> Error {
    match failure {
        Failure::Fault(fault) => of_fault(call, fault),
        Failure::Service(error) => of_service(call, error),
        Failure::Unreadable(why) => {
            let why = format!("the answer of `{}` {why}", host(&call.url));
            new(call, Kind::InvalidRequest, &why).hint(NOT_AWS)
        }
    }
}

const NOT_AWS: &str = "something other than AWS may answer there, such as a proxy or a login page of the network";

const URL: &str = "`awsenv explain` shows which URL is called and why; `awsenv doctor --network` tries the way there";

fn of_fault(call: &Question, fault: &Fault) -> Error {
    let Way { kind, why, remedy } = way(&call.url, call.proxy.as_ref(), fault);
    let mut error = new(call, kind, &why);
    let is_before_the_answer = fault.is_unsent() && !matches!(fault, Fault::Setting(_));
    // The host may be well, and what is between not.
    if let Some(proxy) = call.proxy.as_ref().filter(|_| is_before_the_answer) {
        let source = display(&proxy.source.to_string());
        error = error.hint(format!(
            "{source} sends the call through the proxy {}",
            shown(&proxy.shown)
        ));
    }
    let is_of_bundle = |bundle: &&CaBundle| match fault {
        Fault::Tls(_) => true,
        Fault::Setting(why) => why.contains(&*bundle.path.to_string_lossy()),
        Fault::Late(_) | Fault::Broken(..) | Fault::TooLarge => false,
    };
    if let Some(bundle) = call.ca_bundle.as_ref().filter(is_of_bundle) {
        let source = display(&bundle.source.to_string());
        error = error.hint(format!("{source} names the certificates to trust"));
    }
    match remedy {
        Some(remedy) => error.hint(remedy),
        None => error,
    }
}

/// What is wrong on the way to a host.
#[derive(Debug)]
pub struct Way {
    pub kind: Kind,
    /// A sentence.
    pub why: String,
    pub remedy: Option<&'static str>,
}

/// `proxy` is the one that the way to `url` goes through.
pub fn way(url: &str, proxy: Option<&Proxy>, fault: &Fault) -> Way {
    let host = host(url);
    let proxy = proxy.map(|proxy| shown(&proxy.shown));
    let stage = |stage: &Stage| match (stage, &proxy) {
        (Stage::Resolve, None) => format!("the host `{host}` cannot be found"),
        (Stage::Resolve, Some(proxy)) => format!("the proxy `{proxy}` cannot be found"),
        (Stage::Connect, None) => format!("`{host}` cannot be reached"),
        (Stage::Connect, Some(proxy)) => format!("`{host}` cannot be reached through the proxy `{proxy}`"),
        (Stage::Tls, _) => format!("`{host}` does not agree on TLS"),
        (Stage::Sent, _) => format!("`{host}` did not answer"),
    };
    let (kind, why, remedy) = match fault {
        Fault::Late(at) => (Kind::Network, format!("{} in time", stage(at)), Some(URL)),
        Fault::Broken(at, why) => (Kind::Network, format!("{} ({})", stage(at), said(why)), Some(URL)),
        Fault::Tls(why) => (
            Kind::Tls,
            format!("`{host}` cannot be trusted: {}", said(why)),
            Some(TRUST),
        ),
        Fault::TooLarge => (
            Kind::InvalidRequest,
            format!("the answer of `{host}` is larger than 1 MiB"),
            Some(NOT_AWS),
        ),
        Fault::Setting(why) => (Kind::InvalidConfig, said(why), None),
    };
    Way { kind, why, remedy }
}

const TRUST: &str = "if a proxy reads the traffic, `ca_bundle` or AWS_CA_BUNDLE must name its certificate; a wrong clock can be the cause too";

fn of_service(call: &Question, error: &ServiceError) -> Error {
    let Some(code) = &error.code else {
        let why = format!(
            "`{}` answered with status {}, but not as AWS does",
            host(&call.url),
            error.status
        );
        return new(call, Kind::Network, &why).hint(NOT_AWS);
    };
    let code = display(&code.chars().take(MAX_CODE).collect::<String>());
    let says = error.message.as_deref().map(said).unwrap_or_default();
    let quote = match says.is_empty() {
        true => format!("AWS says: {code}"),
        false => format!("AWS says: {says} ({code})"),
    };
    let failed = |kind, why: &str| new(call, kind, why).hint(quote.clone());
    match error.class {
        Class::Throttled => failed(Kind::Throttled, "AWS has had too many requests").hint(LATER),
        Class::Unwell => failed(Kind::Network, "the service is not available").hint(LATER),
        Class::ClockSkew => failed(Kind::ClockSkew, "the clock of this machine is wrong")
            .hint(SET_CLOCK),
        Class::Denied | Class::WrongCode | Class::UnknownDevice => denied(call, &says, failed),
        Class::ExpiredToken => {
            failed(Kind::ExpiredSource, "the keys that call AWS have expired").hint("get new ones from the same source")
        }
        Class::UnknownKey => failed(Kind::Credentials, &format!("AWS does not know {}", key(call))).hint(
            "it may be deleted or inactive, it may not belong to its session token, or it is a key of another partition, which `--region` decides",
        ),
        Class::WrongSignature if says.contains("scoped to a valid region") => {
            let why = format!("`{}` does not answer for the region `{}`", host(&call.url), shown(&call.region));
            failed(Kind::InvalidRequest, &why)
                .hint("`--region` or `region` must be one of AWS; `awsenv explain` shows where this one comes from")
        }
        Class::WrongSignature => {
            let why = format!("the secret access key does not match {}", key(call));
            failed(Kind::Credentials, &why).hint("copy both halves of the key again")
        }
        Class::RegionDisabled => {
            let why = format!("AWS STS is not active in `{}` for this account", shown(&call.region));
            failed(Kind::RegionDisabled, &why)
                .hint("use `--region` with an active one, or activate it in the account settings of IAM")
        }
        Class::NotFound => match &call.asked {
            Asked::SsoRole { .. } | Asked::Roles { .. } => denied(call, &says, failed),
            _ => failed(Kind::InvalidRequest, "AWS does not know it"),
        },
        Class::Unauthorized => failed(Kind::LoginRequired, "AWS does not accept the token"),
        Class::Invalid | Class::Other => {
            let error = failed(Kind::InvalidRequest, "AWS rejects the request");
            match says.contains("MaxSessionDuration") {
                true => error.hint("ask for less by `--duration` or `duration_seconds`: IAM has the role's maximum"),
                false => error,
            }
        }
    }
}

/// What to do about a clock that is wrong.
pub const SET_CLOCK: &str = "set it; where systemd keeps the time, `timedatectl set-ntp true` does";

const LATER: &str = "try again in a moment";

/// In characters: AWS's codes are words.
const MAX_CODE: usize = 64;

fn denied(call: &Question, says: &str, failed: impl Fn(Kind, &str) -> Error) -> Error {
    let caller = says
        .strip_prefix("User: ")
        .and_then(|rest| rest.split_whitespace().next());
    let why = match caller {
        Some(caller) => format!("AWS denies it to `{caller}`"),
        None => "AWS denies it".to_owned(),
    };
    let error = failed(Kind::Denied, &why);
    match &call.asked {
        Asked::Accounts { .. }
        | Asked::Identity
        | Asked::Session { .. }
        | Asked::Logout { .. }
        | Asked::Renewal { .. }
        | Asked::SignIn { .. } => error,
        Asked::Roles { .. } | Asked::SsoRole { .. } => error.hint(
            "IAM Identity Center gives you the accounts and roles that you are assigned to; `awsenv sso roles` lists them",
        ),
        Asked::Role {
            has_external_id,
            has_mfa_session,
            place,
            ..
        } => {
            let error = error.hint(
                "the role must exist, its trust policy must name the caller, and the caller's own policies must allow sts:AssumeRole",
            );
            let error = match has_mfa_session {
                true => error.hint("if the trust policy asks for a recent MFA code, `--refresh=all` takes a new one"),
                false => error,
            };
            error.hint(match (has_external_id, place) {
                (true, _) => {
                    "if the trust policy asks for an external id, `external_id` must equal it, capitals and all"
                }
                (false, Some(_)) => "if the trust policy asks for an external id, the profile needs `external_id`",
                (false, None) => {
                    "if the trust policy asks for an external id, the role needs a profile with `external_id`"
                }
            })
        }
    }
}

fn new(call: &Question, kind: Kind, why: &str) -> Error {
    let at = |place: &Place| format!("{}: ", display(&place.to_string()));
    let message = match &call.asked {
        Asked::Accounts { session } => format!(
            "cannot list the accounts of the SSO session `{}`: {why}",
            shown(session)
        ),
        Asked::Logout { session } => format!("cannot sign out of the SSO session `{}`: {why}", shown(session)),
        Asked::Renewal { session } => {
            format!("cannot renew the token of the SSO session `{}`: {why}", shown(session))
        }
        Asked::Roles { account_id, .. } => {
            format!("cannot list the roles in the account `{}`: {why}", shown(account_id))
        }
        Asked::SsoRole {
            account_id,
            role_name,
            place,
        } => format!(
            "{}cannot get the keys of the role `{}` in the account `{}`: {why}",
            at(place),
            shown(role_name),
            shown(account_id)
        ),
        Asked::Session { serial, place } => format!(
            "{}cannot get a session with the MFA device `{}`: {why}",
            at(place),
            shown(serial)
        ),
        Asked::Identity => format!("cannot ask AWS whose keys these are: {why}"),
        Asked::SignIn { session } => format!("cannot sign in to `{}`: {why}", shown(session)),
        Asked::Role { role_arn, place, .. } => {
            let place = place.as_ref().map_or(String::new(), at);
            format!("{place}cannot assume the role `{}`: {why}", shown(role_arn))
        }
    };
    Error::new(kind, message)
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    display(rest.split('/').next().unwrap_or_default())
}

fn key(call: &Question) -> String {
    match call.access_key_id.as_deref().and_then(redact::key_id) {
        Some(id) => format!("the key `{id}`"),
        None => "the key".to_owned(),
    }
}

/// What others say, made safe to be shown.
fn said(text: &str) -> String {
    redact::said(text.as_bytes())
        .lines()
        .map(display)
        .collect::<Vec<_>>()
        .join(" ")
}
