//! What went wrong, for people and scripts: kind, message, hints, exit status.
//!
//! Each stage has its own error enum beside its code; the messages for its variants are here. A message is lower case,
//! puts names in backticks, has no full stop at its end and never holds a secret.

pub mod call;
pub mod config;
mod edit;
mod keychain;
mod mfa;
mod provider;
mod resolve;
mod sign_in;
mod subject;

use std::fmt;

use serde_json::{Value, json};
pub use subject::subject;

use crate::advice::Advice;
use crate::redact::without_secrets;

/// `--json` names it, and it decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ctrl-C, or a question answered with no.
    Cancelled,
    /// botocore rejects a file.
    ConfigParse,
    /// The `credential_source` has no credentials now.
    CredentialSourceEmpty,
    /// Credentials cannot be obtained.
    Credentials,
    /// Any other failure.
    Failed,
    /// There is no keychain on this machine.
    KeychainAbsent,
    KeychainItemMissing,
    KeychainLocked,
    KeychainRefused,
    KeychainTimeout,
    /// The clock of this machine is too wrong for AWS.
    ClockSkew,
    /// AWS says no.
    Denied,
    /// The keys that call AWS have expired.
    ExpiredSource,
    /// AWS, or what answers in its place, did not understand.
    InvalidRequest,
    /// No way to AWS, or AWS is not well.
    Network,
    /// AWS STS is not active in a region.
    RegionDisabled,
    /// A person has to sign in to AWS first.
    LoginRequired,
    /// A code of an MFA device is needed, and nobody can be asked for it.
    MfaRequired,
    /// AWS does not accept the code, or the device.
    MfaRejected,
    /// AWS has too many requests.
    Throttled,
    /// The other side of a connection cannot prove who it is.
    Tls,
    /// Another process got the keys for so long that this one gave up.
    LockedOut,
    /// A role chain that leads back to itself.
    InfiniteLoop,
    /// A profile that lacks a setting its kind needs, or has contradictory ones.
    InvalidConfig,
    /// Only one half of a key pair is set.
    PartialCredentials,
    ProfileNotFound,
    /// The command line is invalid.
    Usage,
}

impl Kind {
    /// As in `{"error":{"kind": …}}`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Cancelled => "cancelled",
            Kind::ConfigParse => "config-parse",
            Kind::CredentialSourceEmpty => "credential-source-empty",
            Kind::Credentials => "credentials",
            Kind::Failed => "failed",
            Kind::KeychainAbsent => "keychain-absent",
            Kind::KeychainItemMissing => "keychain-item-missing",
            Kind::KeychainLocked => "keychain-locked",
            Kind::KeychainRefused => "keychain-refused",
            Kind::KeychainTimeout => "keychain-timeout",
            Kind::ClockSkew => "clock-skew",
            Kind::Denied => "denied",
            Kind::ExpiredSource => "expired-source",
            Kind::InvalidRequest => "invalid-request",
            Kind::Network => "network",
            Kind::RegionDisabled => "region-disabled",
            Kind::LoginRequired => "login-required",
            Kind::MfaRequired => "mfa-required",
            Kind::MfaRejected => "mfa-rejected",
            Kind::Throttled => "throttled",
            Kind::Tls => "tls",
            Kind::LockedOut => "locked-out",
            Kind::InfiniteLoop => "infinite-loop",
            Kind::InvalidConfig => "invalid-config",
            Kind::PartialCredentials => "partial-credentials",
            Kind::ProfileNotFound => "profile-not-found",
            Kind::Usage => "usage",
        }
    }
}

/// What to do where no file can be private: on the drive of a Windows in WSL, on a FAT stick.
pub const NO_MODES: &str = "put it on a file system that keeps modes; in WSL, a Windows drive keeps them if it is mounted with the option `metadata` (in /etc/wsl.conf, the section `[automount]` takes `options = \"metadata\"`; then run `wsl --shutdown`)";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    /// One or more lines; the first one is enough to understand the error.
    pub message: String,
    /// What to do about it, one hint a line.
    pub hints: Vec<Advice>,
    /// How many of the hints, the first ones, name what in the files is behind it.
    pub causes: usize,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            causes: 0,
        }
    }

    /// The user changed their mind, so the message is short and the exit status its own.
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "cancelled, nothing changed")
    }

    pub fn hint(mut self, hint: impl Into<Advice>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub fn status(&self) -> u8 {
        match self.kind {
            Kind::Cancelled => 130,
            Kind::Usage => 2,
            _ => 1,
        }
    }

    /// `hint` puts a hint into words.
    pub fn to_json(&self, hint: impl Fn(&Advice) -> String) -> Value {
        let hints: Vec<String> = self.hints.iter().map(hint).collect();
        without_secrets(json!({"error": {"kind": self.kind.as_str(), "message": self.message, "hints": hints}}))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelling_is_told_apart_from_failing() {
        assert_eq!(Error::cancelled().status(), 130);
        assert_eq!(Error::cancelled().kind.as_str(), "cancelled");
        assert_eq!(Error::new(Kind::Failed, "x").status(), 1);
        assert_eq!(Error::new(Kind::Usage, "x").status(), 2);
    }
}
