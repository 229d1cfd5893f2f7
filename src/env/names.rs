//! The only list of the variables that awsenv sets, clears, reads or warns about.
//!
//! Sources: the AWS SDKs' and botocore's lookups, and the variables by which other tools and prompts mark a profile.

use std::borrow::Cow;
use std::fmt;

use crate::redact;

/// The profile in use, made safe for display.
pub const AWSENV_PROFILE: &str = "AWSENV_PROFILE";
/// What tools must find if they are to use that profile: `NAME:` or `:KEYID`, which prompts compare with
/// `$AWS_PROFILE:$AWS_ACCESS_KEY_ID`.
pub const AWSENV_EXPECT: &str = "AWSENV_EXPECT";
/// When the credentials expire, in seconds since 1970.
pub const AWSENV_EXPIRES: &str = "AWSENV_EXPIRES";
/// What was changed and what was there before; see [`crate::env::state`].
pub const AWSENV_STATE: &str = "AWSENV_STATE";
/// Set by the wrapper function on each of its calls: the shell's name.
pub const AWSENV_WRAPPED: &str = "AWSENV_WRAPPED";
/// Set for a `credential_process` that awsenv runs: the profiles that are being asked for, one per line, so that a loop
/// is noticed.
pub const AWSENV_ASKED: &str = "AWSENV_ASKED";
/// Set for programs that `exec` runs: how many runs of `exec` they are inside of.
pub const AWSENV_DEPTH: &str = "AWSENV_DEPTH";
/// Which store keys are kept in; overrides the settings.
pub const AWSENV_KEYCHAIN: &str = "AWSENV_KEYCHAIN";
/// awsenv's own variables: set by `use`, removed by `unset`, never saved.
pub const OWN: [&str; 4] = [AWSENV_EXPECT, AWSENV_EXPIRES, AWSENV_PROFILE, AWSENV_STATE];

/// The identity: cleared by every `use`, then set to the profile's.
pub const IDENTITY: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_EXPIRATION",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// The part of the identity that decides which profile and which keys tools take.
pub const DECISIVE: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
];

/// Where a container gets its credentials: cleared, unless the profile's source is `EcsContainer`.
pub const CONTAINER: [&str; 4] = [
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

/// Other tools' marks, by which prompts would show a profile that is no longer in use.
pub const MARKS: [&str; 11] = [
    "AWSUME_COMMAND",
    "AWSUME_EXPIRATION",
    "AWSUME_PROFILE",
    "AWSU_PROFILE",
    "AWS_SSO",
    "AWS_SSO_ACCOUNT_ID",
    "AWS_SSO_PROFILE",
    "AWS_SSO_ROLE_ARN",
    "AWS_SSO_ROLE_NAME",
    "AWS_SSO_SESSION_EXPIRATION",
    "AWS_VAULT",
];
/// The prefix of further marks.
const MARK_PREFIX: &str = "GRANTED_SSO";

/// The two names of the region. botocore reads only the second, JavaScript only the first.
pub const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// Settings of a profile and the variables that mean the same, which the *keys* style exports.
pub const SETTINGS: [(&str, &str); 10] = [
    ("ca_bundle", "AWS_CA_BUNDLE"),
    ("defaults_mode", "AWS_DEFAULTS_MODE"),
    ("endpoint_url", "AWS_ENDPOINT_URL"),
    ("max_attempts", "AWS_MAX_ATTEMPTS"),
    ("output", "AWS_DEFAULT_OUTPUT"),
    ("retry_mode", "AWS_RETRY_MODE"),
    ("sdk_ua_app_id", "AWS_SDK_UA_APP_ID"),
    ("sts_regional_endpoints", "AWS_STS_REGIONAL_ENDPOINTS"),
    ("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
    ("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"),
];
/// The variable that means the same as a `[services]` entry: this, then the service id in upper case.
pub const ENDPOINT_PREFIX: &str = "AWS_ENDPOINT_URL_";

/// Left alone but named in a warning: they redirect requests or replace the signature, whatever the profile.
const WARNED: [&str; 2] = ["AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"];
/// The prefixes of further such variables.
const WARNED_PREFIXES: [&str; 2] = ["AWS_BEARER_TOKEN_", ENDPOINT_PREFIX];

/// Values that are not secret but would break every SDK if they were restored without their secret.
const COMPANIONS: [&str; 6] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_SESSION_EXPIRATION",
];

/// The name of an environment variable that every shell accepts: `[A-Za-z_][A-Za-z0-9_]*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarName(Cow<'static, str>);

impl VarName {
    /// `None` if some shell would not accept `name`.
    pub fn parse(name: &str) -> Option<Self> {
        is_name(name).then(|| Self(Cow::Owned(name.to_owned())))
    }

    /// A name from the code; it must be one that every shell accepts.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the value must never be written down.
    pub fn is_secret(&self) -> bool {
        redact::SECRET_VARIABLES.contains(&self.as_str())
    }

    /// Whether the value is useful only with a secret.
    pub fn is_companion(&self) -> bool {
        COMPANIONS.contains(&self.as_str())
    }

    /// Whether `use` may change this name at all; AWSENV_STATE is not trusted about any other.
    pub fn is_managed(&self) -> bool {
        let name = self.as_str();
        is_cleared(name)
            || CONTAINER.contains(&name)
            || REGION.contains(&name)
            || SETTINGS.iter().any(|(_, var)| *var == name)
            || name.starts_with(ENDPOINT_PREFIX)
    }
}

impl fmt::Display for VarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The constants above as names.
pub fn names(list: impl IntoIterator<Item = &'static str>) -> impl Iterator<Item = VarName> {
    list.into_iter().map(VarName::of)
}

fn is_name(name: &str) -> bool {
    let fits = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    fits && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Whether every `use` clears `name` (the container's names aside).
pub fn is_cleared(name: &str) -> bool {
    IDENTITY.contains(&name) || is_mark(name)
}

/// Whether `name` is a variable in which a shell keeps what it had before, or the name of the prompt's function.
pub fn is_kept_by_shell(name: &str) -> bool {
    let Some(kept) = name.strip_prefix("__awsenv_") else {
        return false;
    };
    let saved = VarName::parse(kept.strip_prefix("since_").unwrap_or(kept));
    kept == "hook" || saved.is_some_and(|name| name.is_managed())
}

/// Whether `name` is another tool's mark.
pub fn is_mark(name: &str) -> bool {
    MARKS.contains(&name) || name.starts_with(MARK_PREFIX)
}

/// Whether `name` redirects requests or replaces the signature, whatever the profile.
pub fn acts_on_all(name: &str) -> bool {
    WARNED.contains(&name) || WARNED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_one() {
        let lists: Vec<&str> = [
            &OWN[..],
            &IDENTITY,
            &DECISIVE,
            &CONTAINER,
            &MARKS,
            &REGION,
            &WARNED,
            &redact::SECRET_VARIABLES,
            &COMPANIONS,
        ]
        .concat();
        assert!(lists.into_iter().all(is_name));
        assert!(SETTINGS.iter().all(|(_, var)| is_name(var)));
    }

    #[test]
    fn names_that_shells_refuse_are_refused() {
        for bad in ["", "1A", "A-B", "A B", "A$(x)", "Ä", "A\n"] {
            assert_eq!(VarName::parse(bad), None, "{bad:?}");
        }
    }
}
