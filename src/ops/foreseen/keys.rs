//! Keys that a user has written somewhere -> why no service accepts them.

use super::values::is_aws;
use super::{Cause, Foreseen};
use crate::advice::Advice;
use crate::config::mistakes;
use crate::credentials::Timestamp;
use crate::credentials::pair::{self, Part};
use crate::env::Env;
use crate::env::names::names;
use crate::ops::files::Files;
use crate::redact::key_id;
use crate::resolve::{BaseSource, Keys};
use crate::text::display;

const PAIR: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

const TOKEN: [&str; 2] = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

/// What is wrong with the keys of `profile`, or of the environment.
pub fn of_written(files: &Files, env: &Env, profile: &str, base: &BaseSource) -> Option<Foreseen> {
    let is_aws = is_aws(env, files.profiles.profile(profile));
    match base {
        BaseSource::Environment { keys, .. } => of_environment(keys, is_aws),
        BaseSource::StaticKeys(keys) | BaseSource::Boto(keys) => of_file(keys, profile, is_aws),
        _ => None,
    }
}

/// What is wrong with a key, and what it means; certain where no service accepts it.
enum Fault {
    Empty,
    Quoted,
    Flawed(pair::Flaw),
    /// A temporary key without its token.
    Tokenless,
    /// A key that lasts, with a token.
    ForeignToken,
    OddId,
}

fn fault(keys: &Keys, is_aws: bool) -> Option<Fault> {
    let (id, secret) = (keys.access_key_id.as_str(), keys.secret_access_key.expose().as_str());
    let token = keys.session_token.as_ref().map(|token| token.expose().as_str());
    let token = token.filter(|token| !token.is_empty());
    if keys.is_empty() {
        return Some(Fault::Empty);
    }
    if [id, secret].iter().any(|text| mistakes::quoted(text).is_some()) {
        return Some(Fault::Quoted);
    }
    if let Some(flaw) = pair::certain(id, secret, token) {
        return Some(Fault::Flawed(flaw));
    }
    // Services that only resemble AWS have ids and tokens of their own.
    if !is_aws {
        return None;
    }
    match token {
        None if id.starts_with("ASIA") => Some(Fault::Tokenless),
        Some(_) if id.starts_with("AKIA") => Some(Fault::ForeignToken),
        _ if key_id(id).is_none() => Some(Fault::OddId),
        _ => None,
    }
}

impl Fault {
    /// The end of a sentence that begins with the key.
    fn says(&self) -> String {
        match self {
            Fault::Empty => "is empty, which AWS does not accept".to_owned(),
            Fault::Quoted => "is in quotes, which are a part of it".to_owned(),
            Fault::Flawed(flaw) => format!("cannot work: {flaw}"),
            Fault::Tokenless => "is temporary, and its session token is missing".to_owned(),
            Fault::ForeignToken => "lasts, and has the session token of another key, so AWS refuses it".to_owned(),
            Fault::OddId => format!("is for another service than AWS: {}", pair::Flaw::NotAnId),
        }
    }

    /// A call may name another service.
    fn is_certain(&self) -> bool {
        !matches!(self, Fault::ForeignToken | Fault::OddId)
    }
}

fn of_file(keys: &Keys, profile: &str, is_aws: bool) -> Option<Foreseen> {
    let fault = fault(keys, is_aws)?;
    let name = display(profile);
    let message = match fault {
        Fault::Empty => format!("profile `{name}` has an empty key, which AWS does not accept"),
        ref fault => format!("the key of profile `{name}` {}", fault.says()),
    };
    let remedy = match fault {
        Fault::Empty => "fill in both halves",
        Fault::Quoted => "delete the quotes",
        Fault::Flawed(flaw) => flaw.remedy(),
        Fault::Tokenless => "add aws_session_token, which belongs to the key, or get new keys",
        Fault::ForeignToken => "delete aws_session_token",
        Fault::OddId => "correct it, or add the endpoint_url of the service",
    };
    let found = Foreseen::new(Cause::Keys, message, keys.place.as_ref()).remedy(remedy);
    Some(found.certain(fault.is_certain()))
}

fn of_environment(keys: &Keys, is_aws: bool) -> Option<Foreseen> {
    let of_pair = fault(keys, is_aws).map(of_variables);
    match of_pair {
        Some(found) if found.is_certain => Some(found),
        of_pair => of_end(keys).or(of_pair),
    }
}

fn of_variables(fault: Fault) -> Foreseen {
    let message = match fault {
        Fault::Tokenless => "the key in the environment is temporary, and AWS_SESSION_TOKEN is not set".to_owned(),
        ref fault => format!("the key in the environment {}", fault.says()),
    };
    let unset = |all: &[&'static str]| Advice::default().unset(names(all.iter().copied()));
    let remedy = match fault {
        Fault::ForeignToken => unset(&TOKEN),
        Fault::Tokenless | Fault::Flawed(pair::Flaw::Blank(Part::Token) | pair::Flaw::Quoted(Part::Token)) => {
            unset(&[PAIR, TOKEN].concat()).text(", or set all of them again")
        }
        Fault::OddId => unset(&PAIR).text(", or set AWS_ENDPOINT_URL to that of the service"),
        _ => unset(&PAIR).text(", or set both again"),
    };
    let found = Foreseen::new(Cause::Keys, message, None).remedy(remedy);
    found.certain(fault.is_certain())
}

/// What is wrong with AWS_CREDENTIAL_EXPIRATION.
fn of_end(keys: &Keys) -> Option<Foreseen> {
    let end = keys.expiration.as_deref()?;
    if Timestamp::parse(end).is_some() {
        return None;
    }
    let is_certain = is_no_time(end);
    let message = match is_certain {
        true => "AWS_CREDENTIAL_EXPIRATION is not a time with an offset, so the AWS CLI and boto3 fail",
        false => "AWS_CREDENTIAL_EXPIRATION is not a time as in RFC 3339, which not every SDK can read",
    };
    let unset = Advice::default().unset(names(["AWS_CREDENTIAL_EXPIRATION"]));
    let found = Foreseen::new(Cause::Expiration, message.to_owned(), None).remedy(unset);
    Some(found.certain(is_certain))
}

/// Whether dateutil, which reads far more than RFC 3339, makes no time with an offset of it either.
fn is_no_time(text: &str) -> bool {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || "-/.:T ".contains(c));
    let clock = text.split_once(['T', ' ', ':']).map_or("", |(_, clock)| clock);
    !has_digit || is_plain && !clock.contains('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dateutil_cannot_take_for_a_time_with_an_offset() {
        for text in [
            "garbage",
            "2036-01-01",
            "1577836800",
            "2036-01-01T00:00:00",
            "2036-01-01 10:00",
            "2036/01/01",
        ] {
            assert!(is_no_time(text), "{text}");
        }
        for text in [
            "2036-01-01T00:00:00-0700",
            "2036-01-01 00:00 UTC",
            "Jan 1 2036 10:00Z",
            "2036-01-01T00:00-07",
            "2036-01-01T00:00:00+0000",
        ] {
            assert!(!is_no_time(text), "{text}");
        }
    }
}
