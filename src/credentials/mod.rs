//! Credentials and when they expire. Time is a parameter.

pub mod code;
pub mod pair;

use crate::secret::Secret;

/// What is wrong with a key that expires by itself, where one that lasts is needed.
pub const TEMPORARY: &str = "is temporary and will expire";

/// In seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Parses RFC 3339. An offset is required, as in every SDK.
    pub fn parse(text: &str) -> Option<Self> {
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(Self(time.as_second()))
    }

    /// Parses the `Date` of an HTTP answer, such as `Sat, 21 Nov 2026 02:37:07 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Self(time.as_second()))
    }

    /// RFC 3339 in UTC; `None` beyond the year 9999.
    pub fn to_rfc3339(self) -> Option<String> {
        Some(jiff::Timestamp::from_second(self.0).ok()?.to_string())
    }

    /// Whole seconds from `now`; negative once it has passed.
    pub fn seconds_from(self, now: Timestamp) -> i64 {
        self.0.saturating_sub(now.0)
    }
}

#[derive(Clone, Debug)]
pub struct Credentials {
    /// Not a secret: it names the key.
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    /// Only temporary credentials have one.
    pub session_token: Option<Secret<String>>,
    /// `None` if they never expire.
    pub expires: Option<Timestamp>,
    /// Twelve digits, if the source knows it.
    pub account_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_required() {
        assert_eq!(Timestamp::parse("2030-01-01T00:00:00Z"), Some(Timestamp(1_893_456_000)));
        assert_eq!(
            Timestamp::parse("2030-01-01T02:00:00+02:00"),
            Some(Timestamp(1_893_456_000))
        );
        assert_eq!(Timestamp::parse("2030-01-01T00:00:00"), None);
        assert_eq!(
            Timestamp(1_893_456_000).to_rfc3339().as_deref(),
            Some("2030-01-01T00:00:00Z")
        );
        assert_eq!(Timestamp(i64::MAX).to_rfc3339(), None);
    }

    #[test]
    fn dates_of_http_are_read() {
        let date = Timestamp::parse_http("Sat, 21 Nov 2026 02:37:07 GMT");
        assert_eq!(date, Some(Timestamp(1_795_228_627)));
        assert_eq!(Timestamp::parse_http("Sun, 21 Nov 2026 02:37:07 GMT"), None);
        assert_eq!(Timestamp::parse_http("yesterday"), None);
    }
}
