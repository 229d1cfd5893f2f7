//! What a sign-in asks of the outside beside its calls: a person, a browser, a port of this machine, chance.

use std::fmt;
use std::io;
use std::time::Duration;

use super::Page;
use crate::secret::Secret;

/// Shows a person what to do, and for how long.
pub trait Person {
    /// What is shown of the time that is left is gone when the result is dropped.
    fn show<'s>(&'s self, page: &Page<'_>) -> Box<dyn Waiting + 's>;
}

/// A person has been shown a page, and is awaited.
pub trait Waiting {
    /// Called about once a second.
    fn left(&self, time: Duration);
}

/// Opens a page in a browser of this machine, unless the person does not want that.
pub trait Browser {
    fn open(&self, url: &str) -> Opened;
}

/// What became of a page that a browser may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Yes,
    /// Why not.
    Failed(String),
    Unwanted,
}

/// Waits for a browser of this machine.
pub trait Loopback {
    /// # Errors
    /// What the system says.
    fn listen(&self) -> io::Result<Box<dyn Listener + '_>>;
}

/// Hears only this machine.
pub trait Listener {
    fn port(&self) -> u16;

    /// The next browser that comes to the path of the callback; `None` if there is none in time.
    fn next(&self, limit: Duration) -> Option<Box<dyn Visit + '_>>;
}

/// A browser that waits for a page.
pub trait Visit {
    /// Of its URL, undecoded.
    fn query(&self) -> &Secret<String>;

    fn answer(self: Box<Self>, with: Answer);
}

/// What a browser is told that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The terminal has what it needs.
    Taken,
    /// There is no code, for the reason that the terminal shows.
    Refused,
    /// This is not what is awaited.
    Unknown,
}

/// Makes secrets.
pub trait Random {
    /// # Errors
    /// What the system says.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// All that a person and a browser are reached by.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub person: &'a dyn Person,
    pub browser: &'a dyn Browser,
    pub loopback: &'a dyn Loopback,
    pub random: &'a dyn Random,
}

impl fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}
