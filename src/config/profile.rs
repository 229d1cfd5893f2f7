//! A profile's name, its kind, and names that look like it.

use super::own_line::keychain_item;
use super::profiles::Profile;

/// The SDK specification's pattern of names, `[A-Za-z0-9_\-/.%@:\+]+`; SDKs do not see a profile with another name.
pub fn is_portable_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&b))
}

pub fn account_of_arn(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// Where a profile's credentials come from, in the words of `list --json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    AssumeRole,
    /// Keys of a legacy boto file.
    Boto,
    CredentialProcess,
    /// awsenv's own command: the keys are in the keychain.
    Keychain,
    /// A session of `aws login`.
    Login,
    /// No credentials of its own.
    None,
    /// IAM Identity Center.
    Sso,
    StaticKeys,
    WebIdentity,
}

impl Kind {
    /// The word in JSON.
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

    /// The first source that botocore would take for `profile`, by its own order and conditions.
    pub fn of(profile: Profile<'_>) -> Self {
        let has = |key| profile.get(key).is_some();
        let filled = |key| profile.get(key).filter(|value| !value.text().is_empty());
        if has("role_arn") && !has("web_identity_token_file") {
            Kind::AssumeRole
        } else if filled("web_identity_token_file").is_some() {
            Kind::WebIdentity
        } else if has("sso_account_id") || has("sso_role_name") {
            Kind::Sso
        } else if profile.in_credentials("aws_access_key_id").is_some() {
            Kind::StaticKeys
        } else if has("login_session") {
            Kind::Login
        } else if let Some(command) = profile.get("credential_process") {
            if keychain_item(command.text()).is_some() {
                Kind::Keychain
            } else {
                Kind::CredentialProcess
            }
        } else if profile.in_config("aws_access_key_id").is_some() {
            Kind::StaticKeys
        } else {
            Kind::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_names() {
        for name in ["prod", "a/b.c%d@e:f+g_h-1"] {
            assert!(is_portable_name(name), "{name}");
        }
        for name in ["", "a b", "ünï", "a!", "a(b)", "a=b", "\"a\"", "a\\b"] {
            assert!(!is_portable_name(name), "{name}");
        }
    }
}
