//! Whether SDKs that are given a profile's name will find a person signed in, as far as files tell.
//!
//! awsenv itself can do more than botocore: it renews the token of a start URL too.

use std::path::PathBuf;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::path;
use crate::awscli::{moment, token::Token};
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::provider::CliEntry;
use crate::resolve::Sso;
use crate::sys::cli_cache;
use crate::sys::fs::read_regular;

/// Why an SSO session gives no credentials without a new login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedOut {
    /// There is no token.
    Missing,
    /// Since then.
    Expired(Timestamp),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    credentials: Expiring,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expiring {
    expiration: String,
}

/// `None` if a call may work: by a token, one that can be renewed, or keys of the role that the AWS CLI still has.
pub fn logged_out(env: &Env, sso: &Sso, now: Timestamp) -> Option<LoggedOut> {
    // SDKs follow links, and do not ask whose the file is.
    let read = |path: PathBuf| read_regular(&path).ok().flatten().map(Zeroizing::new);
    let token = read(path(env, sso.session.cache_name())).and_then(|bytes| Token::parse(&bytes));
    let out = match token {
        None => LoggedOut::Missing,
        Some(token) if token.expires > now => return None,
        Some(token) if sso.session.name.is_some() && token.is_renewable(now) => return None,
        Some(token) => LoggedOut::Expired(token.expires),
    };
    let role = read(cli_cache::path(env, CliEntry::Sso(sso)));
    let role: Option<Role> = role.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let lasts = |role: Role| moment(&role.credentials.expiration).is_none_or(|end| end > now);
    (!role.is_some_and(lasts)).then_some(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Place;
    use crate::resolve::SsoSession;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const PAST: &str = "2020-01-01T00:00:00Z";
    const FUTURE: &str = "2100-01-01T00:00:00UTC";

    /// Of the session `my-sso`, or of a start URL.
    fn of(session: bool, token: Option<&str>, role: Option<&str>) -> Option<LoggedOut> {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: String| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let session = session.then(|| "my-sso".to_owned());
        if let Some(token) = token {
            let name = match session {
                Some(_) => "0ad374308c5a4e22f723adf10145eafad7c4031c",
                None => "3947de8b16688092197fa616c34e01335f21d256",
            };
            write(&format!(".aws/sso/cache/{name}.json"), token.to_owned());
        }
        if let Some(end) = role {
            let text = format!("{{\"ProviderType\": \"sso\", \"Credentials\": {{\"Expiration\": \"{end}\"}}}}");
            write(".aws/cli/cache/6a8f0fab0cd09b123b2c5687c0b9da5841584626.json", text);
        }
        let place = || Place {
            file: std::path::Path::new("config").into(),
            line: 1,
        };
        let sso = Sso {
            profile: "p".into(),
            session: SsoSession {
                name: session,
                start_url: "https://x.awsapps.com/start".into(),
                region: "us-east-1".into(),
                region_place: place(),
                scopes: None,
            },
            account_id: "123456789011".into(),
            role_name: "readOnly".into(),
            place: place(),
        };
        let env = [("HOME", home.path())].into_iter().collect();
        logged_out(&env, &sso, NOW)
    }

    fn token(end: &str, more: &str) -> String {
        format!("{{\"accessToken\": \"hush\", \"expiresAt\": \"{end}\"{more}}}")
    }

    #[test]
    fn a_call_needs_a_token_or_keys_that_the_cli_still_has() {
        assert_eq!(of(true, None, None), Some(LoggedOut::Missing));
        assert_eq!(of(true, Some("{"), None), Some(LoggedOut::Missing));
        assert_eq!(of(true, Some(&token(FUTURE, "")), None), None);
        assert_eq!(of(false, Some(&token(FUTURE, "")), None), None);
        let expired = Some(LoggedOut::Expired(Timestamp::parse(PAST).unwrap()));
        assert_eq!(of(true, Some(&token(PAST, "")), None), expired);
        assert_eq!(of(true, Some(&token(PAST, "")), Some(PAST)), expired);
        assert_eq!(of(true, Some(&token(PAST, "")), Some(FUTURE)), None);
        assert_eq!(of(true, None, Some(FUTURE)), None);
    }

    #[test]
    fn only_the_token_of_a_session_is_renewed() {
        let registered = |end: &str| {
            let more = format!(
                ", \"refreshToken\": \"hush\", \"clientId\": \"c\", \"clientSecret\": \"hush\", \"registrationExpiresAt\": \"{end}\""
            );
            token(PAST, &more)
        };
        assert_eq!(of(true, Some(&registered(FUTURE)), None), None);
        assert!(of(true, Some(&registered(PAST)), None).is_some());
        assert!(of(false, Some(&registered(FUTURE)), None).is_some());
    }
}
