//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::credentials::Timestamp;

/// A clock set to before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
