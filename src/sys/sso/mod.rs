//! The files of IAM Identity Center that are shared with the AWS CLI: tokens and registrations.
//!
//! The AWS CLI does not lock them, so a file is only ever replaced as a whole, and read again before it is.

pub mod left;
pub mod listing;
mod outlook;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::awscli::registration::{Purpose, Registration};
use crate::awscli::{self, token::Token};
use crate::config::locate::expand;
use crate::env::Env;
use crate::keychain::NO_HOME;
use crate::provider::{NoTurn, Tokens, Turn};
use crate::resolve::SsoSession;
use crate::sys::fs::{home_of, parent, state_dir};
use crate::sys::trust::Way;
use crate::sys::{lock, private};
pub use outlook::{LoggedOut, logged_out};

/// Not moved by AWS_CONFIG_FILE.
const FOLDER: &str = "~/.aws/sso/cache";

/// The tokens of one user.
pub struct Store<'a> {
    env: &'a Env,
    say: &'a dyn Fn(&str),
    /// Whether the user knows that a file is not read.
    is_told: Cell<bool>,
}

impl fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl<'a> Store<'a> {
    /// `say` tells the user what awsenv waits for, and why a file is not read.
    pub fn new(env: &'a Env, say: &'a dyn Fn(&str)) -> Self {
        Self {
            env,
            say,
            is_told: Cell::new(false),
        }
    }

    fn token_path(&self, session: &SsoSession) -> PathBuf {
        path(self.env, session.cache_name())
    }

    /// The content of a file, unless other users could have written it.
    fn read(&self, path: &Path) -> Option<Zeroizing<Vec<u8>>> {
        let read = private::read_as_root(path).map_err(|error| at(path, &error));
        let bytes = read.unwrap_or_else(|why| {
            if !self.is_told.replace(true) {
                (self.say)(&format!("not read: {why}"));
            }
            None
        });
        bytes.map(Zeroizing::new)
    }
}

/// The file that is named after a text.
fn path(env: &Env, name: &str) -> PathBuf {
    expand(FOLDER, env, &home_of).join(awscli::file_name(name))
}

/// Where a file is to be written. The directory is the AWS CLI's too, so an existing one keeps its mode.
fn prepare(path: &Path) -> io::Result<()> {
    if !path.is_absolute() {
        return Err(io::Error::other(NO_HOME));
    }
    let dir = parent(path);
    let made = if dir.is_dir() { Ok(()) } else { private::make_dir(dir) };
    made.and_then(|()| private::check_way(dir, Way::Name))
        .map_err(|error| at(dir, &error))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    prepare(path)?;
    private::replace(path, text.as_bytes()).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

impl Tokens for Store<'_> {
    fn find(&self, session: &SsoSession) -> Option<Token> {
        Token::parse(&self.read(&self.token_path(session))?)
    }

    fn turn(&self, session: &SsoSession, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        let Some(state) = state_dir(self.env) else {
            return Ok(lock::alone());
        };
        let dir = state.join("awsenv/sso");
        if private::make_dir(&dir).is_err() {
            return Ok(lock::alone());
        }
        let name = awscli::file_name(session.cache_name());
        lock::turn(&dir.join(name).with_extension("lock"), limit, self.say)
    }

    fn check(&self, session: &SsoSession) -> io::Result<()> {
        let path = self.token_path(session);
        prepare(&path)?;
        private::check_replaceable(&path).map_err(|error| at(&path, &error))
    }

    fn keep(&self, session: &SsoSession, token: &Token) -> io::Result<()> {
        write(&self.token_path(session), token.render().expose())
    }

    fn remove(&self, session: &SsoSession) -> io::Result<bool> {
        let path = self.token_path(session);
        match private::remove(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(at(&path, &error)),
        }
    }

    fn registration(&self, purpose: &Purpose<'_>) -> Option<Registration> {
        Registration::parse(&self.read(&path(self.env, &purpose.name()))?)
    }

    fn keep_registration(&self, purpose: &Purpose<'_>, registration: &Registration) -> io::Result<()> {
        write(&path(self.env, &purpose.name()), registration.render().expose())
    }
}
