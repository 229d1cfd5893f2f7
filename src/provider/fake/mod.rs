//! The ports of tests: what each gives, and what it was asked.

mod devices;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use zeroize::Zeroizing;

use super::{CliCache, CliEntry, Clock, Http, NoTurn, Notice, Ports, ReadKeys, Run, Sessions, Tell, Tokens, Turn};
use crate::aws::{Answer, Fault, Request, Transport};
use crate::awscli::registration::{Purpose, Registration};
use crate::awscli::token::Token;
use crate::credentials::Timestamp;
use crate::keychain::{Error, Item, StoreKind};
use crate::process::Captured;
use crate::resolve::SsoSession;
use crate::secret::Secret;
use crate::session::{Key, Session};
pub(super) use devices::FakeDevices;

/// What several ports do, in its order; each has one of its own until a test lets them share one.
pub(super) type Events = Rc<RefCell<Vec<String>>>;

/// A program that prints this; `Err` is how it fails.
pub(super) struct FakeRun {
    pub(super) prints: Result<&'static str, &'static str>,
    /// The programs that were run.
    pub(super) asked: RefCell<Vec<String>>,
    pub(super) events: Events,
}

impl Run for FakeRun {
    fn run(&self, argv: &[String], _: Option<Duration>) -> io::Result<Captured> {
        self.asked.borrow_mut().push(argv.join(" "));
        self.events.borrow_mut().push("run".to_owned());
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

/// What several threads may use, by the names that a cell has.
#[derive(Default)]
pub(super) struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    pub(super) fn borrow(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap()
    }

    pub(super) fn borrow_mut(&self) -> MutexGuard<'_, T> {
        self.borrow()
    }
}

/// Stands still but for pauses, which it notes.
pub(super) struct FakeClock {
    pub(super) now: Timestamp,
    pub(super) pauses: Shared<Vec<Duration>>,
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
    pub(super) answers: Shared<VecDeque<Result<Answer, Fault>>>,
    pub(super) asked: Shared<Vec<Request>>,
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
    pub(super) events: Events,
}

/// Notes what becomes of it.
struct FakeTurn<'a> {
    name: &'static str,
    events: &'a Events,
}

impl<'a> FakeTurn<'a> {
    fn new(name: &'static str, events: &'a Events) -> Self {
        events.borrow_mut().push(name.to_owned());
        Self { name, events }
    }
}

impl Turn for FakeTurn<'_> {
    fn cancel(&self) {
        self.events.borrow_mut().push(format!("{} cancelled", self.name));
    }
}

impl Drop for FakeTurn<'_> {
    fn drop(&mut self) {
        self.events.borrow_mut().push(format!("{} done", self.name));
    }
}

impl Sessions for FakeSessions {
    fn find(&self, key: &Key) -> Option<Session> {
        self.kept.borrow().get(key).cloned()
    }

    fn turn(&self, key: &Key, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        self.turns.borrow_mut().push(key.clone());
        self.limits.borrow_mut().push(limit);
        match &self.no_turn {
            Some(why) => Err(why.clone()),
            None => Ok(Box::new(FakeTurn::new("session", &self.events))),
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

impl FakeCliCache {
    fn name(entry: CliEntry<'_>) -> String {
        match entry {
            CliEntry::Role(request) => request.role_arn.to_owned(),
            CliEntry::Sso(sso) => format!("{}/{}", sso.account_id, sso.role_name),
        }
    }
}

impl CliCache for FakeCliCache {
    fn find(&self, entry: CliEntry<'_>) -> Option<Session> {
        self.roles.borrow().get(&Self::name(entry)).cloned()
    }

    fn keep(&self, entry: CliEntry<'_>, session: &Session) {
        self.roles.borrow_mut().insert(Self::name(entry), session.clone());
    }
}

/// The files of one session, and what other programs do to them.
#[derive(Default)]
pub(super) struct FakeTokens {
    /// What is found, one after the other; the last one stays, and is what is kept.
    pub(super) found: RefCell<VecDeque<Option<Token>>>,
    pub(super) kept: RefCell<Vec<Token>>,
    pub(super) registered: RefCell<Option<Registration>>,
    /// How long each turn might be waited for.
    pub(super) turns: RefCell<Vec<Option<Duration>>>,
    pub(super) no_turn: Option<NoTurn>,
    /// Why nothing can be written, as it is found before, and as it fails.
    pub(super) unchecked: Option<&'static str>,
    pub(super) unkept: Option<&'static str>,
    pub(super) events: Events,
}

impl Tokens for FakeTokens {
    fn find(&self, _: &SsoSession) -> Option<Token> {
        let mut found = self.found.borrow_mut();
        match found.len() {
            0 | 1 => found.front().cloned().flatten(),
            _ => found.pop_front().flatten(),
        }
    }

    fn turn(&self, _: &SsoSession, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        self.turns.borrow_mut().push(limit);
        match &self.no_turn {
            Some(why) => Err(why.clone()),
            None => Ok(Box::new(FakeTurn::new("token", &self.events))),
        }
    }

    fn check(&self, _: &SsoSession) -> io::Result<()> {
        self.unchecked.map_or(Ok(()), |why| Err(io::Error::other(why)))
    }

    fn keep(&self, _: &SsoSession, token: &Token) -> io::Result<()> {
        if let Some(why) = self.unkept {
            return Err(io::Error::other(why));
        }
        self.kept.borrow_mut().push(token.clone());
        *self.found.borrow_mut() = VecDeque::from([Some(token.clone())]);
        Ok(())
    }

    fn remove(&self, _: &SsoSession) -> io::Result<bool> {
        Ok(self.found.borrow_mut().pop_front().is_some())
    }

    fn registration(&self, _: &Purpose<'_>) -> Option<Registration> {
        self.registered.borrow().clone()
    }

    fn keep_registration(&self, _: &Purpose<'_>, registration: &Registration) -> io::Result<()> {
        *self.registered.borrow_mut() = Some(registration.clone());
        Ok(())
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
    pub(super) tokens: FakeTokens,
    pub(super) devices: FakeDevices,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            run: FakeRun {
                prints: Err("nothing to run"),
                asked: RefCell::default(),
                events: Events::default(),
            },
            keys: FakeKeys {
                item: None,
                password: None,
                asked: RefCell::default(),
            },
            clock: FakeClock {
                now: Timestamp(1_000),
                pauses: Shared::default(),
            },
            http: FakeHttp::default(),
            sessions: FakeSessions::default(),
            tell: FakeTell::default(),
            cli_cache: FakeCliCache::default(),
            tokens: FakeTokens::default(),
            devices: FakeDevices::default(),
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
            tokens: &self.tokens,
            codes: &self.devices,
            devices: &self.devices,
        }
    }

    /// Lets all ports note what they do in one list.
    pub(super) fn share_events(&mut self) -> Events {
        let events = Events::default();
        self.run.events = Rc::clone(&events);
        self.sessions.events = Rc::clone(&events);
        self.devices.events = Rc::clone(&events);
        events
    }

    /// Whether nothing was run or called, and no keychain or person asked.
    pub(super) fn is_untouched(&self) -> bool {
        let is_unasked = self.keys.asked.borrow().is_empty() && self.devices.asked.borrow().is_empty();
        self.http.asked.borrow().is_empty() && self.run.asked.borrow().is_empty() && is_unasked
    }
}
