//! The caches of `aws sso login` and the AWS CLI, as far as it can be known from them that a call will fail.

use serde::Deserialize;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use crate::config::locate::expand;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::resolve::{AssumeRole, Sso};
use crate::sys::fs;

/// Why an SSO session gives no credentials without a new login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedOut {
    /// There is no token.
    Missing,
    /// Since then.
    Expired(Timestamp),
}

/// The part that is not secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    expires_at: String,
    registration_expires_at: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    refresh_token: bool,
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

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// `None` if a call may work: by a token, one that can be renewed, or keys of the role that the AWS CLI still has.
pub fn logged_out(env: &Env, sso: &Sso, now: Timestamp) -> Option<LoggedOut> {
    let lasts = |text: &str| moment(text).is_none_or(|end| end > now);
    let name = sso.session.as_ref().unwrap_or(&sso.start_url);
    let token: Option<Token> = read(env, "~/.aws/sso/cache", name);
    let out = match token {
        None => LoggedOut::Missing,
        Some(token) if lasts(&token.expires_at) => return None,
        Some(token) => {
            let is_renewed = sso.session.is_some() && token.refresh_token;
            if is_renewed && token.registration_expires_at.as_deref().is_some_and(lasts) {
                return None;
            }
            LoggedOut::Expired(moment(&token.expires_at)?)
        }
    };
    let (key, value) = match &sso.session {
        Some(session) => ("sessionName", session),
        None => ("startUrl", &sso.start_url),
    };
    // As Python writes it with sorted keys; it would escape what is not ASCII.
    let request = json!({"accountId": sso.account_id, "roleName": sso.role_name, key: value}).to_string();
    if !request.is_ascii() {
        return None;
    }
    let role: Option<Role> = read(env, "~/.aws/cli/cache", &request);
    role.is_none_or(|role| !lasts(&role.credentials.expiration))
        .then_some(out)
}

/// In seconds: botocore renews keys that last no longer.
const MARGIN: i64 = 900;

/// Whether the AWS CLI still has keys of the role.
pub fn has_role(env: &Env, role: &AssumeRole, now: Timestamp) -> bool {
    let parts = [
        ("DurationSeconds", role.duration_seconds.map(Value::from)),
        ("ExternalId", role.external_id.clone().map(Value::from)),
        ("RoleArn", Some(role.role_arn.clone().into())),
        ("RoleSessionName", role.role_session_name.clone().map(Value::from)),
        ("SerialNumber", role.mfa_serial.clone().map(Value::from)),
    ];
    // As Python writes it with sorted keys; it would escape what is not ASCII.
    let parts = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\"{name}\": {}", value?)));
    let request = format!("{{{}}}", parts.collect::<Vec<_>>().join(", "));
    let cached: Option<Role> = read(env, "~/.aws/cli/cache", &request);
    let lasts = |text: &str| moment(text).is_some_and(|end| end.seconds_from(now) > MARGIN);
    !request.is_ascii() || cached.is_some_and(|role| lasts(&role.credentials.expiration))
}

/// The document in the file that is named by the SHA-1 of `name`.
fn read<T: for<'de> Deserialize<'de>>(env: &Env, folder: &str, name: &str) -> Option<T> {
    let name: String = Sha1::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = expand(folder, env, &fs::home_of).join(name + ".json");
    let bytes = fs::read_regular(&path).ok().flatten().map(Zeroizing::new)?;
    serde_json::from_slice(&bytes).ok()
}

/// Old versions of the AWS CLI write `UTC` instead of `Z`.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&text.replace("UTC", "Z"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Place;

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
        let sso = Sso {
            session,
            start_url: "https://x.awsapps.com/start".into(),
            region: "us-east-1".into(),
            account_id: "123456789011".into(),
            role_name: "readOnly".into(),
            place: Place {
                file: std::path::Path::new("config").into(),
                line: 1,
            },
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
            let more = format!(", \"refreshToken\": \"hush\", \"registrationExpiresAt\": \"{end}\"");
            token(PAST, &more)
        };
        assert_eq!(of(true, Some(&registered(FUTURE)), None), None);
        assert!(of(true, Some(&registered(PAST)), None).is_some());
        assert!(of(false, Some(&registered(FUTURE)), None).is_some());
    }
}
