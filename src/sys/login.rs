//! The cache that `aws login` leaves, as far as a plan needs it: is there something usable, and whose key is it.

use sha2::{Digest as _, Sha256};

use crate::config::locate::expand;
use crate::env::Env;
use crate::resolve::LoginCache;
use crate::sys::fs;

/// What botocore asks of the file, or the profile is refused.
const NEEDED: [&str; 4] = ["accessToken", "clientId", "dpopKey", "refreshToken"];

/// Looks up a `login_session`: `$AWS_LOGIN_CACHE_DIRECTORY`, else `~/.aws/login/cache`, and a file named by the
/// SHA-256 of the session.
pub fn cached(env: &Env, session: &str) -> LoginCache {
    let folder = env.filled("AWS_LOGIN_CACHE_DIRECTORY").unwrap_or("~/.aws/login/cache");
    let name: String = Sha256::digest(session.trim())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = expand(folder, env, &fs::home_of).join(name + ".json");
    let bytes = fs::read_regular(&path).ok().flatten().map(zeroize::Zeroizing::new);
    let Some(cache) = bytes.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok()) else {
        return LoginCache::Missing;
    };
    let missing: Vec<_> = NEEDED.into_iter().filter(|key| cache.get(key).is_none()).collect();
    if !missing.is_empty() {
        return LoginCache::Incomplete(missing);
    }
    let text = |key: &str| cache["accessToken"][key].as_str().map(str::to_owned);
    match text("accessKeyId") {
        Some(access_key_id) => LoginCache::Ready {
            access_key_id,
            account_id: text("accountId"),
        },
        None => LoginCache::Incomplete(vec!["accessToken"]),
    }
}
