//! The key of a session: everything that decides what AWS gives, so that two wishes share a session only if they would
//! get the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::provider::ReadKeys;
use crate::resolve::{AssumeRole, BaseSource, Device, Endpoint, Sso};
use crate::session::Key;

/// What tells one source of keys from another, without its secret; `None` for those that awsenv does not use, and for
/// keys that are kept, whose key it is.
pub(super) fn of_base(base: &BaseSource, keys: &dyn ReadKeys) -> Option<Value> {
    Some(match base {
        BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => {
            json!({"access_key_id": keys.access_key_id})
        }
        BaseSource::BotoKeyring(keyring) => json!({"access_key_id": keyring.access_key_id}),
        BaseSource::CredentialProcess(process) => match &process.keychain {
            // A key that replaces another has the same name and another time.
            Some(item) => json!({"item": item, "since": keys.since(item)}),
            None => json!({"process": process.command}),
        },
        BaseSource::Container { .. }
        | BaseSource::InstanceMetadata { .. }
        | BaseSource::Login(_)
        | BaseSource::Sso(_)
        | BaseSource::WebIdentity(_) => return None,
    })
}

/// `endpoint` is the portal. The token is that of the session or the start URL, and who is signed in is not known.
pub(super) fn of_sso(sso: &Sso, endpoint: &Endpoint) -> Key {
    let parts = [
        ("v", json!(1)),
        ("op", json!("GetRoleCredentials")),
        ("sso_session", json!(sso.session.name)),
        ("start_url", json!(sso.session.start_url)),
        ("account_id", json!(sso.account_id)),
        ("role_name", json!(sso.role_name)),
    ];
    hashed(parts, endpoint)
}

/// A session that lasts longer than one wants serves all the same, so the key has no duration.
pub(super) fn of_session(device: &Device, endpoint: &Endpoint, source: &Value) -> Key {
    let parts = [
        ("v", json!(1)),
        ("op", json!("GetSessionToken")),
        ("mfa_serial", json!(device.serial)),
        ("source", source.clone()),
    ];
    hashed(parts, endpoint)
}

/// `duration` is the one that is asked for. Neither the region nor the profile's name changes what AWS gives.
pub(super) fn of_role(role: &AssumeRole, duration: Option<u32>, endpoint: &Endpoint, source: &Value) -> Key {
    let partition = role.role_arn.split(':').nth(1);
    let parts = [
        ("v", json!(1)),
        ("op", json!("AssumeRole")),
        ("partition", json!(partition)),
        ("role_arn", json!(role.role_arn)),
        ("role_session_name", json!(role.role_session_name)),
        ("external_id", json!(role.external_id)),
        ("mfa_serial", json!(role.mfa.as_ref().map(|device| &device.serial))),
        ("duration", json!(duration)),
        ("source", source.clone()),
    ];
    hashed(parts, endpoint)
}

/// AWS's own endpoint is no part of it.
fn hashed<const N: usize>(parts: [(&str, Value); N], endpoint: &Endpoint) -> Key {
    let mut parts = BTreeMap::from(parts);
    if !endpoint.is_own() {
        parts.insert("endpoint", json!(endpoint.url));
    }
    Key::hash(&serde_json::to_vec(&parts).unwrap_or_default())
}
