//! What went wrong, as a person and a script see it: kind, message, hints, exit status.
//!
//! Every stage has an enum of its own beside its code; here each of its variants gets its words. A message is lower
//! case, puts names in backticks, ends without a full stop, and never holds a secret.

mod config;
mod edit;
mod keychain;
mod provider;
mod resolve;

use std::fmt;

use serde_json::{Value, json};

/// The kinds that `--json` names and that decide the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ctrl-C, or a question answered with no.
    Cancelled,
    /// A file that botocore refuses.
    ConfigParse,
    /// A `credential_source` that holds nothing now.
    CredentialSourceEmpty,
    /// Credentials that cannot be had.
    Credentials,
    /// Anything else that failed.
    Failed,
    /// There is no keychain here.
    KeychainAbsent,
    /// The keychain has no such item.
    KeychainItemMissing,
    /// The keychain must be unlocked first.
    KeychainLocked,
    /// The keychain said no.
    KeychainRefused,
    /// The keychain did not answer in time.
    KeychainTimeout,
    /// Role chain that comes back to itself.
    InfiniteLoop,
    /// A profile that lacks what its kind needs, or says two things at once.
    InvalidConfig,
    /// Half a key pair.
    PartialCredentials,
    /// No profile of that name.
    ProfileNotFound,
    /// The command line cannot be understood.
    Usage,
}

impl Kind {
    /// The word in `{"error":{"kind": …}}`.
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
            Kind::InfiniteLoop => "infinite-loop",
            Kind::InvalidConfig => "invalid-config",
            Kind::PartialCredentials => "partial-credentials",
            Kind::ProfileNotFound => "profile-not-found",
            Kind::Usage => "usage",
        }
    }
}

/// An error on its way to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What a script can decide on.
    pub kind: Kind,
    /// One or more lines; the first says it all.
    pub message: String,
    /// What to do about it, a line each.
    pub hints: Vec<String>,
}

impl Error {
    /// An error of `kind` without hints.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// The person does not want it after all: one short line, and a status of its own.
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "cancelled, nothing changed")
    }

    /// Adds a line that says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The status the process ends with.
    pub fn status(&self) -> u8 {
        match self.kind {
            Kind::Cancelled => 130,
            Kind::Usage => 2,
            _ => 1,
        }
    }

    /// The document that `--json` prints.
    pub fn to_json(&self) -> Value {
        json!({"error": {"kind": self.kind.as_str(), "message": self.message, "hints": self.hints}})
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
