//! The ports of tests: what each gives, and what it was asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{CliCache, CliRequest, Clock, Http, NoTurn, Notice, Ports, ReadKeys, Run, Sessions, Tell, Turn};
use crate::aws::{Answer, Fault, Request, Transport};
use crate::credentials::Timestamp;
use crate::keychain::{Error, Item, StoreKind};
use crate::process::Captured;
use crate::secret::Secret;
use crate::session::{Key, Session};

/// A program that prints this; `Err` is how it fails.
pub(super) struct FakeRun {
    pub(super) prints: Result<&'static str, &'static str>,
    /// The programs that were run.
    pub(super) asked: RefCell<Vec<String>>,
}

impl Run for FakeRun {
    fn run(&self, argv: &[String], _: Option<Duration>) -> io::Result<Captured> {
        self.asked.borrow_mut().push(argv.join(" "));
        let text = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        Ok(match self.prints {
            Ok(document) => Captured {
                failure: None,
                stdout: text(document),
                stderr: text("a word"),
            },
            Err(said) => Captured {
                failure: Some("exit status: 3".to_owned()),
                stdout: text("not read"),
                stderr: text(said),
            },
        })
    }
}

/// A keychain with one item, and one secret of another program.
pub(super) struct FakeKeys {
    pub(super) item: Option<Item>,
    pub(super) password: Option<&'static str>,
    /// The names that were asked for.
    pub(super) asked: RefCell<Vec<String>>,
}

impl FakeKeys {
    fn missing(name: &str) -> Error {
        Error::Missing {
            store: StoreKind::default(),
            item: name.to_owned(),
        }
    }
}

impl ReadKeys for FakeKeys {
    fn item(&self, name: &str) -> Result<Item, Error> {
        self.asked.borrow_mut().push(name.to_owned());
        self.item.clone().ok_or_else(|| Self::missing(name))
    }

    fn since(&self, _: &str) -> Option<i64> {
        self.item.as_ref().map(|_| 1)
    }

    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error> {
        self.asked.borrow_mut().push(format!("{service}/{user}"));
        let secret = self.password.map(|secret| Secret::new(secret.to_owned()));
        secret.ok_or_else(|| Self::missing(service))
    }
}

/// Stands still but for pauses, which it notes.
pub(super) struct FakeClock {
    pub(super) now: Timestamp,
    pub(super) pauses: RefCell<Vec<Duration>>,
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.0.saturating_add_unsigned(self.elapsed().as_secs()))
    }

    fn elapsed(&self) -> Duration {
        self.pauses.borrow().iter().sum()
    }

    fn pause(&self, time: Duration) {
        self.pauses.borrow_mut().push(time);
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A service that gives these answers, one after the other, and then none.
#[derive(Default)]
pub(super) struct FakeHttp {
    pub(super) answers: RefCell<VecDeque<Result<Answer, Fault>>>,
    pub(super) asked: RefCell<Vec<Request>>,
}

impl Http for FakeHttp {
    fn send(&self, request: &Request, _: &Transport, _: Duration) -> Result<Answer, Fault> {
        self.asked.borrow_mut().push(request.clone());
        let none = Fault::Setting("the test has no more answers".to_owned());
        self.answers.borrow_mut().pop_front().unwrap_or(Err(none))
    }
}

/// Keeps sessions in memory, and notes each turn and what was found.
#[derive(Default)]
pub(super) struct FakeSessions {
    pub(super) kept: RefCell<BTreeMap<Key, Session>>,
    pub(super) turns: RefCell<Vec<Key>>,
    /// How long each turn might be waited for.
    pub(super) limits: RefCell<Vec<Option<Duration>>>,
    pub(super) no_turn: Option<NoTurn>,
}

struct FakeTurn;

impl Turn for FakeTurn {}

impl Sessions for FakeSessions {
    fn find(&self, key: &Key) -> Option<Session> {
        self.kept.borrow().get(key).cloned()
    }

    fn turn(&self, key: &Key, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        self.turns.borrow_mut().push(key.clone());
        self.limits.borrow_mut().push(limit);
        match &self.no_turn {
            Some(why) => Err(why.clone()),
            None => Ok(Box::new(FakeTurn)),
        }
    }

    fn keep(&self, key: &Key, session: &Session) {
        self.kept.borrow_mut().insert(key.clone(), session.clone());
    }
}

#[derive(Default)]
pub(super) struct FakeTell(pub(super) RefCell<Vec<Notice>>);

impl Tell for FakeTell {
    fn tell(&self, notice: Notice) {
        self.0.borrow_mut().push(notice);
    }
}

/// A cache with these roles, each by its ARN; notes what is put there.
#[derive(Default)]
pub(super) struct FakeCliCache {
    pub(super) roles: RefCell<BTreeMap<String, Session>>,
}

impl CliCache for FakeCliCache {
    fn find(&self, request: &CliRequest<'_>) -> Option<Session> {
        self.roles.borrow().get(request.role_arn).cloned()
    }

    fn keep(&self, request: &CliRequest<'_>, session: &Session) {
        let role = request.role_arn.to_owned();
        self.roles.borrow_mut().insert(role, session.clone());
    }
}

/// An outside that has nothing.
pub(super) struct Fake {
    pub(super) run: FakeRun,
    pub(super) keys: FakeKeys,
    pub(super) clock: FakeClock,
    pub(super) http: FakeHttp,
    pub(super) sessions: FakeSessions,
    pub(super) tell: FakeTell,
    pub(super) cli_cache: FakeCliCache,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            run: FakeRun {
                prints: Err("nothing to run"),
                asked: RefCell::default(),
            },
            keys: FakeKeys {
                item: None,
                password: None,
                asked: RefCell::default(),
            },
            clock: FakeClock {
                now: Timestamp(1_000),
                pauses: RefCell::default(),
            },
            http: FakeHttp::default(),
            sessions: FakeSessions::default(),
            tell: FakeTell::default(),
            cli_cache: FakeCliCache::default(),
        }
    }
}

impl Fake {
    pub(super) fn ports(&self) -> Ports<'_> {
        Ports {
            run: &self.run,
            keys: &self.keys,
            clock: &self.clock,
            http: &self.http,
            sessions: &self.sessions,
            tell: &self.tell,
            cli_cache: &self.cli_cache,
        }
    }

    /// Whether nothing was run or called, and no keychain asked.
    pub(super) fn is_untouched(&self) -> bool {
        self.http.asked.borrow().is_empty() && self.run.asked.borrow().is_empty() && self.keys.asked.borrow().is_empty()
    }
}
