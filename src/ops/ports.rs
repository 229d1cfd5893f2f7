//! The ports of `provider`, connected to real processes and keychains.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::cli::GivenCode;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::{AWSENV_ASKED, AWSENV_DEPTH};
use crate::env::wish::Wish;
use crate::error::{Error, Kind};
use crate::keychain::{self, Item, StoreKind};
use crate::ops::codes::Codes;
use crate::ops::told::told;
use crate::process::Captured;
use crate::provider::{Clock, Notice, Ports, ReadKeys, Run, Tell};
use crate::resolve::CredentialProcess;
use crate::secret::Secret;
use crate::sys;
use crate::sys::cli_cache::Cache;
use crate::sys::devices::Devices;
use crate::sys::http::Client;
use crate::sys::keychain::Keychain;
use crate::sys::process::Stderr;
use crate::sys::sessions::Store;
use crate::sys::sso::Store as Tokens;
use crate::text::display;
use crate::ui::Ui;

/// What lies outside this process, for one profile.
#[derive(Debug)]
pub struct Outside<'a> {
    env: &'a Env,
    /// The profiles that were asked for on the way here, one per line. Programs get it in AWSENV_ASKED.
    asked: String,
    keychain: Keychain<'a>,
    ui: &'a Ui,
    sessions: Store<'a>,
    http: Client<'a>,
    cli_cache: Cache<'a>,
    tokens: Tokens<'a>,
    codes: Codes<'a>,
    devices: Devices<'a>,
    /// What the user knows.
    told: RefCell<Vec<Notice>>,
}

impl<'a> Outside<'a> {
    /// Programs get the user's own environment and the mark of this profile.
    ///
    /// # Errors
    /// The settings cannot be read, or this runs inside the profile's own `credential_process`, which would run
    /// itself without end.
    pub fn of(context: &'a Context, profile: &str) -> Result<Self, Error> {
        let asked = asked(&context.process.env, profile)?;
        Ok(Self {
            codes: Codes::new(context, profile, &asked),
            asked,
            ..Self::new(context)
        })
    }

    /// With the code of the command line, if it has one.
    pub fn with_code(self, code: Option<GivenCode>) -> Self {
        Self {
            codes: self.codes.with_code(code),
            ..self
        }
    }

    /// For keys that are asked for in this way.
    pub fn for_wish(self, wish: &Wish) -> Self {
        Self {
            codes: self.codes.for_wish(wish),
            ..self
        }
    }

    /// Whether the command line gave a code that was not needed.
    pub fn has_code_left(&self) -> bool {
        self.codes.has_code_left()
    }

    /// For calls that are no profile's.
    pub fn new(context: &'a Context) -> Self {
        Self {
            env: context.env(),
            asked: context.process.env.text(AWSENV_ASKED).unwrap_or_default().to_owned(),
            keychain: context.keychain(),
            ui: context.ui,
            sessions: context.sessions(),
            http: context.http(),
            cli_cache: context.cli_cache(),
            tokens: context.tokens(),
            codes: Codes::new(context, "", ""),
            devices: context.devices(),
            told: RefCell::default(),
        }
    }

    /// For a look at what is kept, which waits for nothing.
    pub fn at_hand(context: &'a Context) -> Self {
        Self {
            sessions: context.sessions().without_waiting(),
            ..Self::new(context)
        }
    }

    /// Whether keys may be kept that [`Outside::at_hand`] does not see.
    pub fn is_blind(&self) -> bool {
        self.sessions.is_blind()
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports {
            run: self,
            keys: self,
            clock: &Machine,
            http: &self.http,
            sessions: &self.sessions,
            tell: self,
            cli_cache: &self.cli_cache,
            tokens: &self.tokens,
            codes: &self.codes,
            devices: &self.devices,
        }
    }
}

/// For a switch by name: the program that is started with it asks for the profile's keys itself, without the mark.
///
/// # Errors
/// This runs inside the profile's own `credential_process`, which the program would run again.
pub fn check_name_style(context: &Context, profile: &str, process: &CredentialProcess) -> Result<(), Error> {
    if depth(&context.process.env) >= MAX_DEPTH {
        return Err(leads_back(profile));
    }
    let own = context
        .process
        .args
        .iter()
        .map(|arg| arg.to_string_lossy().into_owned());
    let above = sys::ancestors::command_lines();
    let mut lines = std::iter::once(own.collect()).chain(above);
    if lines.any(|words| runs(&words, process)) {
        return Err(leads_back(profile));
    }
    Ok(())
}

/// More runs of `exec` inside each other than anyone starts by hand. A process that hands itself over to `exec` leaves no
/// command line to be recognized by.
const MAX_DEPTH: u32 = 10;

/// More runs of awsenv that wait for each other's processes than any chain of profiles needs.
const MAX_WAITING: usize = 10;

/// How many runs of `exec` this one is inside of.
pub fn depth(env: &Env) -> u32 {
    env.text(AWSENV_DEPTH).and_then(|depth| depth.parse().ok()).unwrap_or(0)
}

/// Whether a command line is that of the process, as a program, as a script that an interpreter runs, as the argument
/// of a shell, or what is left of it behind a program such as `env`.
fn runs(words: &[String], process: &CredentialProcess) -> bool {
    let name = |word: &String| Path::new(word).file_name().map(ToOwned::to_owned);
    let ends_with = |long: &[String], short: &[String]| {
        let Some((first, rest)) = short.split_first() else {
            return false;
        };
        let at = long.len().checked_sub(short.len());
        at.is_some_and(|at| name(&long[at]) == name(first) && long[at + 1..] == *rest)
    };
    words.last() == Some(&process.command)
        || ends_with(words, &process.argv)
        || words.len() > 1 && ends_with(&process.argv, words)
}

/// Adds this profile to those asked for on the way here.
///
/// # Errors
/// This profile was asked for before: its own process asks for it again.
fn asked(env: &Env, profile: &str) -> Result<String, Error> {
    let before = env.text(AWSENV_ASKED).unwrap_or_default();
    if before.lines().any(|name| name == profile) {
        return Err(leads_back(profile));
    }
    Ok(format!("{before}{profile}\n"))
}

fn leads_back(profile: &str) -> Error {
    let name = display(profile);
    let message = format!("the credential_process of `{name}` leads back to `{name}`");
    Error::new(Kind::InfiniteLoop, message).hint("`awsenv explain` shows which lines lead there")
}

impl Run for Outside<'_> {
    fn run(&self, argv: &[String], limit: Option<Duration>) -> io::Result<Captured> {
        // A process that clears its environment loses the mark, but not the runs of awsenv that wait for it.
        if sys::ancestors::count("awsenv") >= MAX_WAITING {
            return Err(io::Error::other("it leads back to awsenv again and again"));
        }
        let env = self.env.clone().with(AWSENV_ASKED, self.asked.as_ref());
        sys::process::capture(argv, &env, Stderr::Shown, limit)
    }
}

impl ReadKeys for Outside<'_> {
    fn item(&self, name: &str) -> Result<Item, keychain::Error> {
        // A word that names no store is a mistake in the settings, and no store has that name.
        let store = self.keychain.locate(name).map_err(|why| keychain::Error::Absent {
            store: StoreKind::default(),
            why,
        })?;
        self.keychain.read(store, name)
    }

    fn since(&self, name: &str) -> Option<i64> {
        let index = self.keychain.index().ok()?;
        index.find(name).map(|record| record.since.0)
    }

    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, keychain::Error> {
        self.keychain.password(service, user)
    }
}

/// The clock of this machine.
struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        sys::clock::now()
    }

    fn elapsed(&self) -> Duration {
        sys::clock::elapsed()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn chance(&self) -> f64 {
        sys::clock::chance()
    }
}

impl Tell for Outside<'_> {
    fn tell(&self, notice: Notice) {
        // Each call of a chain may find the same.
        let mut before = self.told.borrow_mut();
        if !before.iter().any(|earlier| notice.repeats(earlier)) {
            told(self.ui, &notice);
            before.push(notice);
        }
    }
}
