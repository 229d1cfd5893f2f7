//! What kind of profile a list shows: a glance at its keys in the order of the search. A profile that is broken has
//! the kind that it tries to be.

use crate::config::{Profile, shlex};

use super::chain::asks_for_role;
use super::source::is_keychain;

/// The kinds of `list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A role on other credentials.
    AssumeRole,
    /// Legacy boto keys.
    Boto,
    /// A program that prints credentials.
    CredentialProcess,
    /// awsenv's own program.
    Keychain,
    /// `aws login`.
    Login,
    /// Settings without credentials.
    None,
    /// IAM Identity Center.
    Sso,
    /// Keys in a file.
    StaticKeys,
    /// A role on a token file.
    WebIdentity,
}

impl Kind {
    /// The word in `list --json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::AssumeRole => "assume-role",
            Kind::Boto => "boto",
            Kind::CredentialProcess => "credential-process",
            Kind::Keychain => "keychain",
            Kind::Login => "login",
            Kind::None => "none",
            Kind::Sso => "sso",
            Kind::StaticKeys => "static-keys",
            Kind::WebIdentity => "web-identity",
        }
    }
}

/// The kind of a profile of the AWS files.
pub fn kind(profile: &Profile) -> Kind {
    let has = |key: &str| profile.get(key).is_some();
    if asks_for_role(profile) {
        Kind::AssumeRole
    } else if profile.get("web_identity_token_file").is_some_and(|value| value.text() != Some("")) {
        Kind::WebIdentity
    } else if has("sso_account_id") || has("sso_role_name") {
        Kind::Sso
    } else if profile.in_credentials("aws_access_key_id").is_some() {
        Kind::StaticKeys
    } else if has("login_session") {
        Kind::Login
    } else if let Some(command) = profile.get("credential_process") {
        let argv = command.text().and_then(|line| shlex::split(line).ok()).unwrap_or_default();
        if is_keychain(&argv) { Kind::Keychain } else { Kind::CredentialProcess }
    } else if profile.in_config("aws_access_key_id").is_some() {
        Kind::StaticKeys
    } else {
        Kind::None
    }
}
