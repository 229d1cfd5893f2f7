//! The ports of tests: what each gives, and what it was asked.

use std::cell::RefCell;
use std::io;

use zeroize::Zeroizing;

use super::{Clock, Ports, ReadKeys, Run};
use crate::credentials::Timestamp;
use crate::keychain::{Error, Item, StoreKind};
use crate::process::Captured;
use crate::secret::Secret;

/// A program that prints this; `Err` is how it fails.
pub(super) struct FakeRun {
    pub(super) prints: Result<&'static str, &'static str>,
    /// The programs that were run.
    pub(super) asked: RefCell<Vec<String>>,
}

impl Run for FakeRun {
    fn run(&self, argv: &[String]) -> io::Result<Captured> {
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

    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error> {
        self.asked.borrow_mut().push(format!("{service}/{user}"));
        let secret = self.password.map(|secret| Secret::new(secret.to_owned()));
        secret.ok_or_else(|| Self::missing(service))
    }
}

pub(super) struct FakeClock(pub(super) Timestamp);

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// An outside that has nothing.
pub(super) struct Fake {
    pub(super) run: FakeRun,
    pub(super) keys: FakeKeys,
    pub(super) clock: FakeClock,
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
            clock: FakeClock(Timestamp(1_000)),
        }
    }
}

impl Fake {
    pub(super) fn ports(&self) -> Ports<'_> {
        Ports {
            run: &self.run,
            keys: &self.keys,
            clock: &self.clock,
        }
    }

    /// Whether nothing was run, and no keychain asked.
    pub(super) fn is_untouched(&self) -> bool {
        self.run.asked.borrow().is_empty() && self.keys.asked.borrow().is_empty()
    }
}
