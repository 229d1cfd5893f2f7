//! The time of day, and how people write it where they are.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use crate::credentials::Timestamp;

/// A clock set to before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// For people: by TZ or the system's zone, which is named. `None` beyond the year 9999.
pub fn local(at: Timestamp) -> Option<String> {
    Some(zoned(at)?.strftime("%Y-%m-%d %H:%M %Z").to_string())
}

/// The day alone, as [`local`].
pub fn local_day(at: Timestamp) -> Option<String> {
    Some(zoned(at)?.strftime("%Y-%m-%d").to_string())
}

fn zoned(at: Timestamp) -> Option<ZonedDateTime> {
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    Some(jiff::Timestamp::from_second(at.0).ok()?.to_zoned_datetime(zone))
}
