//! Temporary credentials that are kept between runs, and how long they still serve. Time is a parameter.

use sha2::{Digest as _, Sha256};

use crate::credentials::{Credentials, Timestamp};

/// In seconds: with no more left, keys are renewed where that needs nobody. botocore renews its own then too.
pub const MARGIN: i64 = 15 * 60;

/// Names what a session gives: the hash of everything that decides it. Sixty-four digits in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// What a session was got by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AssumeRole.
    Role,
}

/// One session, with its secrets.
#[derive(Clone, Debug)]
pub struct Session {
    pub kind: Kind,
    /// The profile that it was got for; others may use it too.
    pub profile: String,
    pub role_arn: Option<String>,
    /// Whom AWS says that the keys are.
    pub arn: Option<String>,
    pub credentials: Credentials,
    /// By this machine's clock.
    pub obtained: Timestamp,
    /// In seconds, by AWS's clock alone: from its answer's date to the expiry.
    pub lifetime: i64,
}

impl Key {
    /// The key of everything that decides what a session gives, in an unambiguous form.
    pub fn hash(parts: &[u8]) -> Self {
        Self(Sha256::digest(parts).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// `None` if this is not the form of a key.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Session {
    /// When it ends by this machine's clock, which may be wrong in the same way as when the session was got.
    pub fn ends(&self) -> Timestamp {
        Timestamp(self.obtained.0.saturating_add(self.lifetime))
    }

    /// Whether so much is left that it is used as it is: more than `margin` seconds, or more than a third of its life if
    /// that is shorter.
    pub fn serves(&self, now: Timestamp, margin: i64) -> bool {
        // Got in the future: the clock was set back, so nothing is known of what is left.
        now >= self.obtained && self.ends().seconds_from(now) > margin.min(self.lifetime / 3)
    }
}
