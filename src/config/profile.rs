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

/// At most three of `candidates` that a mistyped `name` may have meant, the likeliest first.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = Folded::of(name);
    let limit = (typed.length / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates.filter(|candidate| *candidate != name) {
        let other = Folded::of(candidate);
        let is_near = typed.length.abs_diff(other.length) <= limit;
        // Two swapped neighbours count as one edit.
        let distance = is_near.then(|| strsim::osa_distance(&typed.text, &other.text));
        if let Some(distance) = distance.filter(|distance| *distance <= limit) {
            found.push((distance, candidate));
        } else if typed.length >= 2 && (other.continues(&typed) || typed.continues(&other) && other.length >= 3) {
            found.push((limit + 1, candidate));
        }
    }
    found.sort_by_key(|&(distance, _)| distance);
    found.truncate(3);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A name as it is compared: in lower case, and no longer than anyone types.
struct Folded {
    text: String,
    /// In characters.
    length: usize,
}

impl Folded {
    fn of(name: &str) -> Self {
        const LONGEST: usize = 64;
        let text: String = name.to_lowercase().chars().take(LONGEST).collect();
        let length = text.chars().count();
        Self { text, length }
    }

    fn continues(&self, start: &Self) -> bool {
        self.text.starts_with(&start.text)
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

    #[test]
    fn near_names() {
        let names = ["prod", "production", "dev", "staging", "prod-eu"];
        let near = |name| nearest(name, names.into_iter());
        assert_eq!(near("prdo"), ["prod"]);
        assert_eq!(near("Prod"), ["prod", "production", "prod-eu"]);
        assert_eq!(near("stagign"), ["staging"]);
        assert_eq!(near("devel"), ["dev"]);
        assert_eq!(near("zzz"), Vec::<&str>::new());
        assert_eq!(near(""), Vec::<&str>::new());
    }
}
