//! The time of day, and how people write it where they are.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use crate::credentials::Timestamp;

/// A clock set to before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Since some moment of this run, by a clock that cannot be set.
pub fn elapsed() -> Duration {
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    FIRST.elapsed()
}

/// In microseconds since 1970, as [`now`].
#[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
pub(super) fn micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// A random number, at least 0 and less than 1. For chance only, not for secrets: the standard library seeds its hash
/// tables with it.
pub fn chance() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or_default();
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
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
