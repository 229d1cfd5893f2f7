//! Whose turn it is to ask at the terminal, where several processes of one job do, such as those of a pipe: each hides what
//! is typed, so another one would take the terminal for that of a program that draws on it.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use crate::env::Env;
use crate::provider::{NoTurn, Turn as _};
use crate::sys::lock::{self, Held};
use crate::sys::{sessions, terminal};

/// The turn, until this is dropped.
#[derive(Debug, Default)]
pub struct Asking {
    held: Option<(Held, PathBuf)>,
    is_cancelled: Cell<bool>,
}

impl Asking {
    /// Waits as long as another process of this job asks, at most for `limit`; the user sees its question. If that one was
    /// killed, the terminal reads lines again. Where there is no terminal or no lock, each goes on alone.
    ///
    /// # Errors
    /// The time is up, or the user has cancelled what the other one asked for.
    pub fn begin(env: &Env, limit: Option<Duration>) -> Result<Self, NoTurn> {
        let Some(path) = path(env) else {
            return Ok(Self::default());
        };
        let held = lock::held(&path, limit, &|_| {})?;
        if held.as_ref().is_some_and(Held::is_left) {
            terminal::recover();
        }
        Ok(Self {
            held: held.map(|held| (held, path)),
            is_cancelled: Cell::default(),
        })
    }

    /// Whether another process of this job asks now. What is said meanwhile would hide its question.
    pub(super) fn is_open(env: &Env) -> bool {
        path(env).is_some_and(|path| lock::holder(&path).is_some())
    }

    /// Notes that the user wants no more questions, for all that have waited since before.
    pub fn cancel(&self) {
        if let Some((held, _)) = &self.held {
            held.cancel();
            self.is_cancelled.set(true);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some((held, path)) = self.held.take() {
            held.let_go();
            drop(held);
            // Those who wait read there that the user has cancelled.
            if !self.is_cancelled.get() {
                lock::remove(&path);
            }
        }
    }
}

/// The lock of this job, if it has the terminal. Others are in the background, or stopped.
fn path(env: &Env) -> Option<PathBuf> {
    let job = terminal::job()?;
    Some(sessions::job_lock(&sessions::usable_root(env)?, job))
}
