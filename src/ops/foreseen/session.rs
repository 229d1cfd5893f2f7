//! A login or a token that is not there.

use std::io::ErrorKind;
use std::path::Path;

use super::{Cause, Foreseen};
use crate::advice::{Advice, Command};
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::names;
use crate::redact::shown;
use crate::resolve::{BaseSource, CredentialPlan, LoginCache, WebIdentity};
use crate::sys;
use crate::sys::clock::local;
use crate::sys::sso::{self, LoggedOut};

/// Why botocore finds no credentials in a login session.
pub fn of_login(name: &str, plan: &CredentialPlan) -> Option<Foreseen> {
    let Some(BaseSource::Login(login)) = &plan.base else {
        return None;
    };
    let why = match &login.cached {
        LoginCache::Ready { .. } => return None,
        LoginCache::Missing => "is not logged in".to_owned(),
        LoginCache::Incomplete(missing) => format!("has a damaged login cache, which lacks {}", missing.join(", ")),
    };
    let session = shown(&login.session);
    let message = format!("the login session `{session}` {why} ({})", login.place);
    let login = Command::new("aws login").option("--profile", plan.owner(name));
    Some(Foreseen::new(Cause::LoggedOut, message, None).remedy(login))
}

/// Why SDKs find nobody signed in. `profile` is the one whose own credentials these are.
pub fn of_sso(env: &Env, profile: &str, base: &BaseSource, now: Timestamp) -> Option<Foreseen> {
    let BaseSource::Sso(sso) = base else { return None };
    let out = sso::logged_out(env, sso, now)?;
    let name = shown(sso.session.cache_name());
    let message = match out {
        LoggedOut::Missing => format!("you are not signed in to the SSO session `{name}`"),
        LoggedOut::Expired(end) => format!("the SSO session `{name}` expired at {}", local(end).unwrap_or_default()),
    };
    let login = Command::new("awsenv login").operand(profile);
    Some(Foreseen::new(Cause::SignedOut, message, None).remedy(login))
}

pub(super) fn of_token(web: &WebIdentity) -> Option<Foreseen> {
    let path = Path::new(&web.token_file);
    // A relative path in a file may be meant for one directory only.
    if web.place.is_some() && path.is_relative() && !web.token_file.starts_with(['~', '$']) {
        return None;
    }
    let error = sys::fs::unreadable(path)?;
    let why = match error.kind() {
        ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let message = format!("the token file `{}` {why}", shown(&web.token_file));
    let found = Foreseen::new(Cause::TokenFile, message, web.place.as_ref());
    Some(match web.place {
        Some(_) => found.remedy("correct the path, or write the token there"),
        None => found.remedy(Advice::default().unset(names(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"]))),
    })
}
