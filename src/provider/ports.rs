//! What a provider asks of the outside, a trait for each kind, so that a test needs no more than it is about.

use std::io;
use std::time::Duration;

use crate::aws::{Answer, Fault, Request, Transport};
use crate::awscli::registration::{Purpose, Registration};
use crate::awscli::token::Token;
use crate::config::Place;
use crate::credentials::Timestamp;
use crate::keychain::{Error, Item};
use crate::process::Captured;
use crate::provider::{Notice, Subject};
use crate::resolve::{AssumeRole, Device, Sso, SsoSession};
use crate::secret::Secret;
use crate::session::{Key, Session};

/// Runs programs.
pub trait Run {
    /// Runs a credential_process to its end, for at most `limit`: no shell, output captured. The user sees its stderr.
    ///
    /// # Errors
    /// What the system says if the program cannot be started; [`io::ErrorKind::TimedOut`] if the time is up.
    fn run(&self, argv: &[String], limit: Option<Duration>) -> io::Result<Captured>;
}

/// Reads keys, by one access to a keychain, which may wait for a person.
pub trait ReadKeys {
    /// An item of awsenv's own.
    ///
    /// # Errors
    /// The store's own.
    fn item(&self, name: &str) -> Result<Item, Error>;

    /// When an item was stored, as far as that is known without opening a store.
    fn since(&self, name: &str) -> Option<i64>;

    /// What another program keeps in the system's keychain.
    ///
    /// # Errors
    /// The store's own.
    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error>;
}

/// Tells the time when it is asked: a person may have taken minutes to unlock a keychain.
pub trait Clock {
    fn now(&self) -> Timestamp;

    /// Since some moment of this run, by a clock that cannot be set.
    fn elapsed(&self) -> Duration;

    /// Waits between two tries.
    fn pause(&self, time: Duration);

    /// A random number, at least 0 and less than 1, so that many processes do not try again in the same moment.
    fn chance(&self) -> f64;
}

/// Talks to AWS.
pub trait Http {
    /// Sends a request once, and follows no redirect. `limit` is for all of it.
    ///
    /// # Errors
    /// There is no answer; an answer of any status is none.
    fn send(&self, request: &Request, transport: &Transport, limit: Duration) -> Result<Answer, Fault>;
}

/// Tells the user what happened on the way, which is no failure.
pub trait Tell {
    fn tell(&self, notice: Notice);
}

/// Keeps sessions between runs, and lets one process at a time get what many want.
pub trait Sessions {
    /// What is kept under a key, if it can be opened. Never waits.
    fn find(&self, key: &Key) -> Option<Session>;

    /// Waits until no other process gets what the key names; others wait until the result is dropped. Where no lock can
    /// be had, each goes on alone. `limit` is for the wait; without one, a person at the
    /// terminal decides how long it is, and where there is none, it is less than a minute.
    ///
    /// # Errors
    /// It is not this process's turn.
    fn turn(&self, key: &Key, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn>;

    /// Keeps a session. A store that cannot says so to the user once, and the run goes on without.
    fn keep(&self, key: &Key, session: &Session);
}

/// The right to get a session while others wait; it ends when this is dropped, or the process dies.
pub trait Turn {
    /// Notes that the user does not want it, for all that have waited since before.
    fn cancel(&self) {}
}

/// Gets codes of MFA devices, of a person or a program.
pub trait Codes {
    /// A code of six digits; a new one each time.
    ///
    /// # Errors
    /// There is none.
    fn code(&self, question: &CodeQuestion<'_>) -> Result<Secret<String>, NoCode>;

    /// Waits until the device shows another code.
    ///
    /// # Errors
    /// There will be no other, or the person does not want to wait.
    fn wait(&self, question: &CodeQuestion<'_>, time: Duration) -> Result<(), NoCode>;
}

/// What a code is asked for.
#[derive(Clone, Copy, Debug)]
pub struct CodeQuestion<'a> {
    pub device: &'a Device,
    /// What AWS gives for it.
    pub of: &'a Subject,
    /// Why it is asked for again.
    pub again: Option<Again>,
    /// How long this may take; `None` if there is no end.
    pub left: Option<Duration>,
}

/// What was wrong with the code before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// AWS has rejected it.
    Rejected,
    /// AWS has had it before.
    Sent,
}

/// Why there is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoCode {
    /// The person does not want it to go on.
    Cancelled,
    /// A signal that is not a person's ends the run.
    Ended,
    /// Nobody can be asked; the reason, as a sentence, and what a person can use instead: the profile, with these options.
    Unattended {
        profile: String,
        options: Vec<(&'static str, String)>,
        /// Whether what the person gets is kept for this run too.
        is_kept: bool,
        why: String,
    },
    /// The one code that the command line gave has been used.
    Spent,
    /// Nobody has answered in so many seconds.
    Late(u64),
    /// The program that has the codes gave none; its line, if it is in an AWS file, and the reason.
    Failed { place: Option<Place>, why: String },
}

/// Knows which codes AWS has had, and lets one process at a time use a device.
pub trait Devices {
    /// Waits until no other process uses this device, as [`Sessions::turn`].
    ///
    /// # Errors
    /// It is not this process's turn.
    fn turn(&self, serial: &str, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn>;

    /// Whether the code was sent a short while ago.
    fn is_sent(&self, serial: &str, code: &Secret<String>) -> bool;

    /// Notes that the code is going to be sent. Where nothing can be written, only this process knows.
    fn note(&self, serial: &str, code: &Secret<String>);

    /// Takes back the note of a code that could not be sent.
    fn forget(&self, serial: &str, code: &Secret<String>);
}

/// Why it is not this process's turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTurn {
    /// The user of the process that had the turn does not want it, and this one has waited since before.
    Cancelled,
    /// Another process had the turn for so long, in seconds.
    Late(u64),
}

/// The tokens and registrations that awsenv shares with the AWS CLI.
pub trait Tokens {
    /// `None` if there is none, or none that can be read.
    fn find(&self, session: &SsoSession) -> Option<Token>;

    /// Waits until no other awsenv changes the token of this session, as [`Sessions::turn`].
    ///
    /// # Errors
    /// It is not this process's turn.
    fn turn(&self, session: &SsoSession, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn>;

    /// Whether [`Tokens::keep`] will work, as far as that is known: a token that is renewed and not kept is lost.
    ///
    /// # Errors
    /// What the system says.
    fn check(&self, session: &SsoSession) -> io::Result<()>;

    /// # Errors
    /// What the system says; the old token is still there then.
    fn keep(&self, session: &SsoSession, token: &Token) -> io::Result<()>;

    /// Removes the token; `false` if there was none.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, session: &SsoSession) -> io::Result<bool>;

    /// `None` as for [`Tokens::find`].
    fn registration(&self, purpose: &Purpose<'_>) -> Option<Registration>;

    /// # Errors
    /// What the system says.
    fn keep_registration(&self, purpose: &Purpose<'_>, registration: &Registration) -> io::Result<()>;
}

/// The keys that the AWS CLI has in its cache.
pub trait CliCache {
    /// What the AWS CLI would use without a call, if it surely is of that role; its profile is empty, because the AWS CLI
    /// notes none. What AWS was asked beyond the request is not known.
    fn find(&self, entry: CliEntry<'_>) -> Option<Session>;

    /// Lets the AWS CLI use a session, if the user wants that. What cannot be written is left out.
    fn keep(&self, entry: CliEntry<'_>, session: &Session);
}

/// What the AWS CLI names an entry of its cache by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CliEntry<'a> {
    Role(CliRequest<'a>),
    Sso(&'a Sso),
}

/// A role as a profile asks for it: the profile's own values, and nothing that the AWS CLI makes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CliRequest<'a> {
    pub role_arn: &'a str,
    pub session_name: Option<&'a str>,
    pub external_id: Option<&'a str>,
    /// Of the MFA device.
    pub serial: Option<&'a str>,
    /// In seconds.
    pub duration: Option<i64>,
}

impl<'a> From<&'a AssumeRole> for CliRequest<'a> {
    fn from(role: &'a AssumeRole) -> Self {
        Self {
            role_arn: &role.role_arn,
            session_name: role.role_session_name.as_deref(),
            external_id: role.external_id.as_deref(),
            serial: role.mfa.as_ref().map(|device| device.serial.as_str()),
            duration: role.duration_seconds,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Ports<'a> {
    pub run: &'a dyn Run,
    pub keys: &'a dyn ReadKeys,
    pub clock: &'a (dyn Clock + Sync),
    pub http: &'a (dyn Http + Sync),
    pub sessions: &'a dyn Sessions,
    pub tell: &'a dyn Tell,
    pub cli_cache: &'a dyn CliCache,
    pub tokens: &'a dyn Tokens,
    pub codes: &'a dyn Codes,
    pub devices: &'a dyn Devices,
}

impl std::fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}
