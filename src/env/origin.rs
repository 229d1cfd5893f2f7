//! Whose a value is: the user's, or one that `use` set in this shell, now or earlier.
//!
//! direnv and home-made switchers put back what they found, which may be a value of an earlier `use`.

use std::ffi::OsStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

use crate::env::diff::{Before, Layer};

/// What happened to one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The fingerprint of what was exported; `None` if the name was removed.
    pub set: Option<String>,
    /// The fingerprint of what a shell that cannot remove the name has instead.
    pub instead: Option<String>,
    /// The value before the first `use`.
    pub before: Before,
    /// The value that the user gave it between two later `use`s.
    pub since: Option<Before>,
}

impl Mark {
    /// Of a name that was absent before the first `use` and that `use` removes.
    pub const ABSENT: Mark = Mark {
        set: None,
        instead: None,
        before: Before::Absent,
        since: None,
    };

    /// Whether this is the value, or the absence, that the last `use` left.
    pub fn is_now(&self, value: Option<&OsStr>) -> bool {
        match (&self.set, value.map(fingerprint)) {
            (Some(set), Some(now)) => *set == now,
            (None, Some(now)) => self.instead.as_ref() == Some(&now),
            (None, None) => true,
            (Some(_), None) => false,
        }
    }

    /// What comes back.
    pub fn former(&self, layer: Layer) -> &Before {
        match (layer, &self.since) {
            (Layer::Latest, Some(since)) => since,
            _ => &self.before,
        }
    }
}

/// The values that earlier `use`s of this shell set, each as a few letters: enough to recognize one, and far too few to
/// find out a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(String);

/// Instead of the fingerprint of a value, which is never empty.
const ABSENT: &str = "";

/// In letters.
const SHORT: usize = 4;
/// In letters: 2048 values.
const MAX_SEEN: usize = SHORT * 2048;

impl Seen {
    /// `None` if it is not what [`Seen::as_str`] gives.
    pub fn parse(text: String) -> Option<Self> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() <= MAX_SEEN && text.len().is_multiple_of(SHORT) && text.bytes().all(is_letter))
            .then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Adds what a `use` did to `name`. Where there are too many, what was set longest ago goes.
    pub fn add(&mut self, name: &str, mark: &Mark) {
        for print in [&mark.set, &mark.instead].into_iter().flatten() {
            self.push(&short(name, print));
        }
        if mark.set.is_none() {
            self.push(&short(name, ABSENT));
        }
    }

    /// Whether a `use` set `name` to this value, or removed it.
    pub fn has(&self, name: &str, value: Option<&OsStr>) -> bool {
        let print = || value.map_or_else(|| ABSENT.to_owned(), fingerprint);
        !self.0.is_empty() && self.find(&short(name, &print())).is_some()
    }

    fn push(&mut self, short: &str) {
        if let Some(at) = self.find(short) {
            self.0.drain(at..at + SHORT);
        }
        self.0.push_str(short);
        let excess = self.0.len().saturating_sub(MAX_SEEN);
        self.0.drain(..excess);
    }

    fn find(&self, short: &str) -> Option<usize> {
        let mut all = self.0.as_bytes().chunks_exact(SHORT);
        all.position(|one| one == short.as_bytes()).map(|at| at * SHORT)
    }
}

/// 48 bits of SHA-256: enough to see that a value was changed, far too few to find a secret.
pub fn fingerprint(value: &OsStr) -> String {
    BASE64.encode(&Sha256::digest(value.as_encoded_bytes())[..6])
}

/// 24 bits, as four letters.
fn short(name: &str, print: &str) -> String {
    BASE64.encode(&Sha256::digest(format!("{name}={print}"))[..3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(value: &str) -> Mark {
        Mark {
            set: Some(fingerprint(value.as_ref())),
            ..Mark::ABSENT
        }
    }

    #[test]
    fn a_value_is_recognized_for_its_name_only() {
        let mut seen = Seen::default();
        seen.add("AWS_PROFILE", &set("a"));
        seen.add("AWS_PROFILE", &set("a"));
        assert_eq!(seen.as_str().len(), SHORT);
        assert!(seen.has("AWS_PROFILE", Some("a".as_ref())) && !seen.has("AWS_PROFILE", None));
        assert!(!seen.has("AWS_REGION", Some("a".as_ref())) && !seen.has("AWS_PROFILE", Some("b".as_ref())));
        seen.add("AWS_PROFILE", &Mark::ABSENT);
        assert!(seen.has("AWS_PROFILE", None) && !seen.has("AWS_REGION", None));
        assert_eq!(Seen::parse(seen.as_str().to_owned()), Some(seen));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let mut seen = Seen::default();
        for number in 0..2100 {
            seen.add("AWS_PROFILE", &set("often"));
            seen.add("AWS_PROFILE", &set(&number.to_string()));
        }
        assert_eq!(seen.as_str().len(), MAX_SEEN);
        let has = |value: &str| seen.has("AWS_PROFILE", Some(value.as_ref()));
        assert!(has("2099") && has("often") && !has("0"));
        for bad in ["abc", "abc=", "ab%d"] {
            assert_eq!(Seen::parse(bad.to_owned()), None, "{bad}");
        }
        assert_eq!(Seen::parse("a".repeat(MAX_SEEN + SHORT)), None);
    }

    #[test]
    fn a_name_that_cannot_be_removed_may_say_the_same() {
        let mark = Mark {
            instead: Some(fingerprint("same".as_ref())),
            ..Mark::ABSENT
        };
        assert!(mark.is_now(None) && mark.is_now(Some("same".as_ref())));
        assert!(!mark.is_now(Some("other".as_ref())));
        let set = Mark {
            set: Some(fingerprint("a".as_ref())),
            ..Mark::ABSENT
        };
        assert!(set.is_now(Some("a".as_ref())) && !set.is_now(None));
    }
}
