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

/// In seconds: a clock that is no more off needs no word. AWS allows five minutes.
pub const MOST_SKEW: i64 = 4 * 60;

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
                Ok(answer) => match ServiceError::of(&answer).map(|error| error.without(&request)) {
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

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;

    use super::*;
    use crate::aws::{Method, Stage};
    use crate::secret::Secret;

    /// A service and a clock: each try takes a time, and then ends in this way.
    #[derive(Default)]
    struct World {
        ends: RefCell<VecDeque<(Duration, Result<Answer, Fault>)>>,
        elapsed: Cell<Duration>,
        pauses: RefCell<Vec<Duration>>,
        /// When each request was signed.
        signed: RefCell<Vec<i64>>,
        limits: RefCell<Vec<Duration>>,
    }

    /// By the clock of this machine, at the start.
    const NOW: i64 = 1_800_000_000;

    impl World {
        fn of(ends: impl IntoIterator<Item = Result<Answer, Fault>>) -> Self {
            Self::slow(ends.into_iter().map(|end| (0, end)))
        }

        /// With the seconds that each try takes.
        fn slow(ends: impl IntoIterator<Item = (u64, Result<Answer, Fault>)>) -> Self {
            let ends = ends
                .into_iter()
                .map(|(seconds, end)| (Duration::from_secs(seconds), end));
            Self {
                ends: RefCell::new(ends.collect()),
                ..Self::default()
            }
        }

        fn run(&self, patience: Patience, repeat: Repeat) -> Result<Reply, Failed> {
            let call = Call {
                transport: &Transport::default(),
                patience,
                repeat,
            };
            let request = |at: Timestamp| {
                self.signed.borrow_mut().push(at.0);
                Ok(Request {
                    method: Method::Post,
                    url: String::new(),
                    headers: Vec::new(),
                    body: Secret::default(),
                })
            };
            call.run(&request, self, self)
        }

        fn freely(&self) -> Result<Reply, Failed> {
            self.run(Patience::default(), Repeat::Freely)
        }

        fn tries(&self) -> usize {
            self.limits.borrow().len()
        }
    }

    impl Clock for World {
        fn now(&self) -> Timestamp {
            Timestamp(NOW.saturating_add_unsigned(self.elapsed.get().as_secs()))
        }

        fn elapsed(&self) -> Duration {
            self.elapsed.get()
        }

        fn pause(&self, time: Duration) {
            self.pauses.borrow_mut().push(time);
            self.elapsed.set(self.elapsed.get() + time);
        }

        fn chance(&self) -> f64 {
            0.5
        }
    }

    impl Http for World {
        fn send(&self, _: &Request, _: &Transport, limit: Duration) -> Result<Answer, Fault> {
            self.limits.borrow_mut().push(limit);
            let (takes, end) = self.ends.borrow_mut().pop_front().expect("a try too many");
            self.elapsed.set(self.elapsed.get() + takes.min(limit));
            if takes > limit {
                Err(Fault::Late(Stage::Sent))
            } else {
                end
            }
        }
    }

    fn good() -> Result<Answer, Fault> {
        answer(200, "")
    }

    fn answer(status: u16, body: &str) -> Result<Answer, Fault> {
        Ok(Answer {
            status,
            body: Secret::new(body.as_bytes().to_vec()),
            ..Answer::default()
        })
    }

    fn error(status: u16, code: &str) -> Result<Answer, Fault> {
        answer(
            status,
            &format!("<Response><Error><Code>{code}</Code></Error></Response>"),
        )
    }

    fn broken(stage: Stage) -> Result<Answer, Fault> {
        Err(Fault::Broken(stage, "reset".to_owned()))
    }

    fn millis(all: &[u64]) -> Vec<Duration> {
        all.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn what_may_pass_is_tried_three_times() {
        let passing: Vec<fn() -> Result<Answer, Fault>> = vec![
            || broken(Stage::Resolve),
            || broken(Stage::Connect),
            || broken(Stage::Tls),
            || broken(Stage::Sent),
            || Err(Fault::Late(Stage::Connect)),
            || Err(Fault::Late(Stage::Sent)),
            || answer(429, ""),
            || answer(500, "no XML"),
            || answer(502, ""),
            || answer(503, ""),
            || answer(504, ""),
            || error(400, "Throttling"),
            || error(400, "IDPCommunicationError"),
            || error(400, "RequestTimeout"),
        ];
        for end in passing {
            let world = World::of([end(), end(), good()]);
            assert_eq!(world.freely().expect("the third try").tries, 3, "{:?}", end());
            let world = World::of([end(), end(), end(), good()]);
            let failed = world.freely().expect_err("three tries");
            assert_eq!((failed.tries, world.tries()), (3, 3), "{:?}", end());
        }
    }

    #[test]
    fn what_stays_is_tried_once() {
        for end in [
            Err(Fault::TooLarge),
            Err(Fault::Tls("its certificate has expired".to_owned())),
            Err(Fault::Setting("no such file".to_owned())),
            error(403, "AccessDenied"),
            error(403, "ExpiredToken"),
            error(403, "InvalidClientTokenId"),
            error(403, "SignatureDoesNotMatch"),
            error(400, "ValidationError"),
            error(403, "RegionDisabledException"),
            answer(302, ""),
            answer(404, "<html/>"),
            answer(501, ""),
        ] {
            let world = World::of([end]);
            let failed = world.freely().expect_err("an error");
            assert_eq!((failed.tries, failed.skew), (1, None), "{failed:?}");
        }
    }

    /// With a chance of one half.
    #[test]
    fn pauses_are_those_of_botocore() {
        let world = World::of([broken(Stage::Connect), answer(503, ""), good()]);
        world.freely().expect("an answer");
        assert_eq!(*world.pauses.borrow(), millis(&[25, 50]));
        let world = World::of([error(400, "Throttling"), answer(429, ""), good()]);
        world.freely().expect("an answer");
        assert_eq!(*world.pauses.borrow(), millis(&[500, 1000]));
        let throttled = Why::Service(ServiceError::of(&answer(429, "").expect("an answer")).expect("an error"));
        assert_eq!(pause(&throttled, 40, None, 0.5), Duration::from_secs(10));
    }

    #[test]
    fn a_service_may_ask_for_a_longer_pause() {
        let asks = |millis| {
            let mut asking = answer(503, "").expect("an answer");
            asking.retry_after = Some(Duration::from_millis(millis));
            let world = World::of([Ok(asking), good()]);
            world.freely().expect("an answer");
            world.pauses.take()
        };
        assert_eq!(asks(1_500), millis(&[1_500]));
        assert_eq!(asks(60_000), millis(&[5_025]));
        assert_eq!(asks(1), millis(&[25]));
    }

    #[test]
    fn all_tries_together_have_a_limit() {
        let world = World::slow([(20, good()), (20, good()), (20, good())]);
        let failed = world.freely().expect_err("too slow");
        assert_eq!(failed.why, Why::Fault(Fault::Late(Stage::Sent)));
        let limits = world.limits.take();
        assert_eq!((limits.len(), limits[0]), (2, Duration::from_secs(15)));
        assert!(limits[1] < Duration::from_secs(15) && world.elapsed.get() <= Duration::from_secs(30));
        // A pause that is longer than what is left is not worth it.
        let mut asking = answer(503, "").expect("an answer");
        asking.retry_after = Some(Duration::from_secs(4));
        let world = World::of([Ok(asking)]);
        let patience = Patience {
            tries: 5,
            limit: Duration::from_secs(3),
        };
        let failed = world.run(patience, Repeat::Freely).expect_err("no time");
        assert_eq!((failed.tries, world.elapsed.get()), (1, Duration::ZERO));
    }

    #[test]
    fn the_number_of_tries_is_a_parameter() {
        for tries in 1..=5 {
            let patience = Patience {
                tries,
                ..Patience::default()
            };
            let world = World::of((0..tries).map(|_| answer(503, "")));
            assert_eq!(world.run(patience, Repeat::Freely).expect_err("errors").tries, tries);
        }
    }

    #[test]
    fn a_code_is_sent_twice_only_if_it_was_not_sent() {
        let run = |ends: Vec<Result<Answer, Fault>>| World::of(ends).run(Patience::default(), Repeat::Unsent);
        for stage in [Stage::Resolve, Stage::Connect, Stage::Tls] {
            assert_eq!(
                run(vec![broken(stage), Err(Fault::Late(stage)), good()])
                    .expect("an answer")
                    .tries,
                3
            );
        }
        for end in [
            broken(Stage::Sent),
            Err(Fault::Late(Stage::Sent)),
            answer(503, ""),
            error(400, "Throttling"),
            skewed(Some(3_600)),
        ] {
            assert_eq!(run(vec![end]).expect_err("one try").tries, 1);
        }
    }

    /// By a service whose clock is so many seconds behind.
    fn skewed(behind: Option<i64>) -> Result<Answer, Fault> {
        let body = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>\
                    <Message>Signature not yet current</Message></Error></ErrorResponse>";
        let mut answer = answer(403, body)?;
        answer.date = behind.map(|behind| Timestamp(NOW - behind));
        Ok(answer)
    }

    #[test]
    fn a_wrong_clock_is_corrected_once() {
        for skew in [3_600, -3_600, 241, -241] {
            let world = World::of([skewed(Some(skew)), good()]);
            let reply = world.freely().expect("the second try");
            assert_eq!((reply.tries, reply.skew), (2, Some(skew)));
            assert_eq!(*world.signed.borrow(), [NOW, NOW - skew]);
            assert!(world.pauses.borrow().is_empty());
            let world = World::of([skewed(Some(skew)), skewed(Some(skew))]);
            let failed = world.freely().expect_err("still wrong");
            assert_eq!((failed.tries, failed.skew), (2, Some(skew)));
        }
        // It is no part of the number of tries, and later tries keep it.
        let world = World::of([answer(503, ""), answer(503, ""), skewed(Some(3_600)), good()]);
        assert_eq!(world.freely().expect("the fourth try").tries, 4);
        let world = World::of([skewed(Some(3_600)), answer(503, ""), good()]);
        let reply = world.freely().expect("the third try");
        assert_eq!((reply.tries, reply.skew), (3, Some(3_600)));
        assert_eq!(*world.signed.borrow(), [NOW, NOW - 3_600, NOW - 3_600]);
    }

    #[test]
    fn a_clock_that_is_right_or_unknown_is_not_corrected() {
        for (behind, skew) in [(Some(240), Some(240)), (Some(0), Some(0)), (None, None)] {
            let failed = World::of([skewed(behind)]).freely().expect_err("an error");
            assert_eq!((failed.tries, failed.skew), (1, skew));
        }
        let world = World::of([good()]);
        assert_eq!(world.freely().expect("an answer").skew, None);
    }

    #[test]
    fn a_request_that_cannot_be_made_is_no_try() {
        let world = World::of([]);
        let call = Call {
            transport: &Transport::default(),
            patience: Patience::default(),
            repeat: Repeat::Freely,
        };
        let none = Fault::Setting("no host".to_owned());
        let failed = call
            .run(&|_| Err(none.clone()), &world, &world)
            .expect_err("no request");
        assert_eq!((failed.why, failed.tries), (Why::Fault(none), 0));
    }
}
