//! Temporary credentials that are kept between runs, and how long they still serve. Time is a parameter.

use sha2::{Digest as _, Sha256};
pub mod document;

use crate::credentials::{Credentials, Timestamp};

/// In seconds: with no more left, keys are renewed where that takes no person. botocore renews its own then too.
pub const MARGIN: i64 = 15 * 60;

/// In seconds: with less left, keys at hand are no help to a program that only starts.
pub const LAST_HELP: i64 = 300;

/// Names what a session gives: the hash of everything that decides it. Sixty-four digits in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// What a session was got by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// AssumeRole.
    Role,
    /// GetRoleCredentials of IAM Identity Center.
    Sso,
    /// GetSessionToken with the code of an MFA device.
    Mfa,
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

impl Kind {
    const ALL: [Self; 3] = [Self::Role, Self::Sso, Self::Mfa];

    /// As in documents and in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Sso => "sso",
            Self::Mfa => "mfa",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_key_has_sixty_four_small_digits() {
        let hex = "0123456789abcdef".repeat(4);
        assert_eq!(Key::parse(&hex).unwrap().as_str(), hex);
        for bad in [
            &hex[1..],
            &hex.to_uppercase(),
            &hex.replace('0', "g"),
            &hex.replace('0', "/"),
            "",
        ] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_session_serves_while_the_margin_or_a_third_of_its_life_is_left() {
        let session = |lifetime| Session {
            kind: Kind::Role,
            profile: String::new(),
            role_arn: None,
            arn: None,
            credentials: Credentials {
                access_key_id: String::new(),
                secret_access_key: Secret::default(),
                session_token: None,
                // By AWS's clock, which says nothing here.
                expires: Some(Timestamp(0)),
                account_id: None,
            },
            obtained: Timestamp(1_000),
            lifetime,
        };
        let serves = |lifetime, after: i64| session(lifetime).serves(Timestamp(1_000 + after), 900);
        assert!(serves(3_600, 2_699) && !serves(3_600, 2_700));
        assert!(serves(900, 599) && !serves(900, 600));
        assert!(serves(3_600, 0) && !serves(3_600, -1));
        assert!(!serves(-5, 0) && !serves(0, 0));
        assert_eq!(session(i64::MAX).ends(), Timestamp(i64::MAX));
    }
}
