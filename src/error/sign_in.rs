//! Messages for sign-ins that gave no token.

use super::{Error, Kind, call};
use crate::provider::sign_in::{Obstacle, StartFlaw};
use crate::redact::{self, shown};
use crate::text::display;

pub(super) fn failed(session: &str, why: Obstacle) -> Error {
    let name = shown(session);
    let not = |kind, why: String| Error::new(kind, format!("cannot sign in to `{name}`: {why}"));
    match why {
        Obstacle::Refused { code, says } => {
            let says = says
                .map(|says| redact::said(says.as_bytes()))
                .filter(|says| !says.is_empty());
            let code = redact::said(code.as_bytes());
            let error = match code.as_str() {
                "access_denied" => not(Kind::Denied, "the request was denied in the browser".to_owned()),
                _ => not(Kind::Failed, format!("the page of the sign-in answers `{code}`")),
            };
            match says {
                Some(says) => error.hint(format!("it says: {}", display(&says))),
                None => error,
            }
        }
        Obstacle::Late => {
            not(Kind::LoginRequired, "the time to sign in is over".to_owned()).hint("run the same command again")
        }
        Obstacle::NoPort(why) => {
            not(Kind::Failed, format!("no port of 127.0.0.1 can be used ({why})")).hint("`--device` needs none")
        }
        Obstacle::NoRandom(why) => not(Kind::Failed, format!("the system gives no random numbers ({why})")),
        Obstacle::Page => not(
            Kind::InvalidRequest,
            "the page to sign in at is not one of https".to_owned(),
        )
        .hint("something other than AWS may answer there, such as a proxy or a login page of the network"),
        Obstacle::NotKept(why) => not(Kind::Failed, format!("the token cannot be kept: {why}")),
        Obstacle::StartUrl { url, place, flaw } => {
            let start = format!("the start URL `{}`", shown(&url));
            let kind = match &flaw {
                StartFlaw::Fault(fault) => call::way(&url, None, fault).kind,
                _ => Kind::InvalidConfig,
            };
            let why = match flaw {
                StartFlaw::NotHttps => format!("{start} is not one of https"),
                StartFlaw::Fault(fault) => format!("{start} cannot be asked: {}", call::way(&url, None, &fault).why),
                StartFlaw::Status(status) => format!("{start} answers with status {status}"),
                StartFlaw::Elsewhere(host) => {
                    format!("{start} leads to `{}`, which is not a host of AWS", shown(&host))
                }
            };
            Error::new(kind, format!("{place}: cannot sign in to `{name}`: {why}"))
                .hint("`sso_start_url` must be the page of IAM Identity Center, or lead to it by one redirect; its administrator knows it")
        }
    }
}
