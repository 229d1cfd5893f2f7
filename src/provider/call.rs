//! One call of a service: as many tries as it needs and may have.

use std::time::Duration;

use super::ports::{Clock, Http};
use crate::aws::{Answer, Class, Fault, Request, ServiceError, Transport};
use crate::credentials::Timestamp;

/// How long a call is worth trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// At least one.
    pub tries: u32,
    /// For all tries, with the pauses between them.
    pub limit: Duration,
}

/// Whether a request may reach the service twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    Freely,
    /// It has something that counts only once, such as a code: it is sent again only if the service cannot have seen it.
    Unsent,
}

#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub transport: &'a Transport,
    pub patience: Patience,
    pub repeat: Repeat,
}

/// An answer without an error.
#[derive(Debug)]
pub struct Reply {
    pub answer: Answer,
    pub tries: u32,
    /// By how many seconds this machine's clock is fast (or slow, if negative), if the service accepted nothing before
    /// this was taken off.
    pub skew: Option<i64>,
}

/// No such answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The last try's.
    pub why: Why,
    pub tries: u32,
    /// By how many seconds this machine's clock is fast, if the service says that it differs from its own.
    pub skew: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// There was no answer.
    Fault(Fault),
    Service(ServiceError),
}

/// For one try.
const ONE_TRY: Duration = Duration::from_secs(15);

/// Before the second try, on average twice as long as chance makes it.
const PAUSE: Duration = Duration::from_millis(50);

/// The same if the service says that there are too many requests.
const THROTTLED: Duration = Duration::from_secs(1);

const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// How much longer than otherwise a service may make us wait.
const LONGEST_WISH: Duration = Duration::from_secs(5);

/// In seconds. AWS allows five minutes.
const MOST_SKEW: i64 = 4 * 60;

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 3,
            limit: Duration::from_secs(30),
        }
    }
}

impl Call<'_> {
    /// Sends what `request` makes for the time that is given to it, until there is an answer without an error.
    ///
    /// # Errors
    /// The last try's, or why there is no request.
    pub fn run(
        &self,
        request: &dyn Fn(Timestamp) -> Result<Request, Fault>,
        clock: &dyn Clock,
        http: &dyn Http,
    ) -> Result<Reply, Failed> {
        let start = clock.elapsed();
        let left = || {
            self.patience
                .limit
                .saturating_sub(clock.elapsed().saturating_sub(start))
        };
        let mut skew = None;
        let mut tries = 0;
        loop {
            let failed = |why, tries, skew| Err(Failed { why, tries, skew });
            let request = match request(corrected(clock.now(), skew)) {
                Ok(request) => request,
                Err(fault) => return failed(Why::Fault(fault), tries, skew),
            };
            tries += 1;
            let sent = http.send(&request, self.transport, left().min(ONE_TRY));
            let (why, wish) = match sent {
                Err(fault) => (Why::Fault(fault), None),
                Ok(answer) => match ServiceError::of(&answer) {
                    None => return Ok(Reply { answer, tries, skew }),
                    Some(error) => {
                        if error.class == Class::ClockSkew {
                            let first = skew.is_none();
                            skew = answer.date.map(|date| clock.now().seconds_from(date)).or(skew);
                            let differs = skew.is_some_and(|skew| skew.abs() > MOST_SKEW);
                            if first && differs && self.repeat == Repeat::Freely && !left().is_zero() {
                                continue;
                            }
                        }
                        (Why::Service(error), answer.retry_after)
                    }
                },
            };
            let pause = pause(&why, tries, wish, clock.chance());
            if tries >= self.patience.tries || !self.may_repeat(&why) || pause >= left() {
                return failed(why, tries, skew);
            }
            clock.pause(pause);
        }
    }

    fn may_repeat(&self, why: &Why) -> bool {
        match (why, self.repeat) {
            (Why::Fault(fault), Repeat::Freely) => fault.is_passing(),
            (Why::Fault(fault), Repeat::Unsent) => fault.is_passing() && fault.is_unsent(),
            (Why::Service(error), Repeat::Freely) => error.is_passing(),
            (Why::Service(_), Repeat::Unsent) => false,
        }
    }
}

/// The time to sign for.
fn corrected(now: Timestamp, skew: Option<i64>) -> Timestamp {
    Timestamp(now.0.saturating_sub(skew.unwrap_or_default()))
}

/// As botocore 1.44.
fn pause(why: &Why, tries: u32, wish: Option<Duration>, chance: f64) -> Duration {
    let base = match why {
        Why::Service(error) if error.class == Class::Throttled => THROTTLED,
        Why::Service(_) | Why::Fault(_) => PAUSE,
    };
    let doubled = base.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
    let pause = doubled.min(LONGEST_PAUSE).mul_f64(chance);
    wish.map_or(pause, |wish| pause.max(wish.min(pause + LONGEST_WISH)))
}
