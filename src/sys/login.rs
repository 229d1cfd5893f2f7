//! The cache of `aws login`, as far as a plan needs it: whether it is usable, and whose key it holds.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::config::locate::expand;
use crate::env::Env;
use crate::resolve::LoginCache;
use crate::sys::fs;

/// The fields that botocore requires; without one of them it rejects the profile. Their values are skipped, because
/// most are secret.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Fields {
    #[serde(deserialize_with = "is_there")]
    access_token: bool,
    #[serde(deserialize_with = "is_there")]
    client_id: bool,
    #[serde(deserialize_with = "is_there")]
    dpop_key: bool,
    #[serde(deserialize_with = "is_there")]
    refresh_token: bool,
}

/// The part that is not secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cache {
    access_token: AccessToken,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessToken {
    access_key_id: String,
    account_id: Option<String>,
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Looks up a `login_session` in `$AWS_LOGIN_CACHE_DIRECTORY`, else `~/.aws/login/cache`, in a file named by the
/// SHA-256 of the session.
pub fn cached(env: &Env, session: &str) -> LoginCache {
    let folder = env.filled("AWS_LOGIN_CACHE_DIRECTORY").unwrap_or("~/.aws/login/cache");
    let name: String = Sha256::digest(session.trim())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = expand(folder, env, &fs::home_of).join(name + ".json");
    let bytes = fs::read_regular(&path).ok().flatten().map(Zeroizing::new);
    bytes.map_or(LoginCache::Missing, |bytes| read(&bytes))
}

fn read(bytes: &[u8]) -> LoginCache {
    let Ok(fields) = serde_json::from_slice::<Fields>(bytes) else {
        return LoginCache::Missing;
    };
    let needed = [
        ("accessToken", fields.access_token),
        ("clientId", fields.client_id),
        ("dpopKey", fields.dpop_key),
        ("refreshToken", fields.refresh_token),
    ];
    let missing: Vec<_> = needed
        .into_iter()
        .filter_map(|(key, is_there)| (!is_there).then_some(key))
        .collect();
    if !missing.is_empty() {
        return LoginCache::Incomplete(missing);
    }
    match serde_json::from_slice::<Cache>(bytes) {
        Ok(cache) => LoginCache::Ready {
            access_key_id: cache.access_token.access_key_id,
            account_id: cache.access_token.account_id,
        },
        Err(_) => LoginCache::Incomplete(vec!["accessToken"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cache_says_of_itself() {
        let rest = r#""clientId": "c", "dpopKey": null, "refreshToken": "r", "more": [1]"#;
        let of = |token: &str| read(format!("{{\"accessToken\": {token}, {rest}}}").as_bytes());
        let ready = |account_id: Option<&str>| LoginCache::Ready {
            access_key_id: "ASIA".to_owned(),
            account_id: account_id.map(str::to_owned),
        };
        let token = r#"{"accessKeyId": "ASIA", "secretAccessKey": "s", "sessionToken": "t""#;
        assert_eq!(of(&format!("{token}}}")), ready(None));
        assert_eq!(of(&format!("{token}, \"accountId\": \"1\"}}")), ready(Some("1")));
        for token in ["{}", "\"x\"", "null", r#"{"accessKeyId": 1}"#] {
            assert_eq!(of(token), LoginCache::Incomplete(vec!["accessToken"]), "{token}");
        }
        assert_eq!(
            read(br#"{"clientId": "c", "dpopKey": "d"}"#),
            LoginCache::Incomplete(vec!["accessToken", "refreshToken"])
        );
        assert_eq!(read(b"nonsense"), LoginCache::Missing);
    }
}
