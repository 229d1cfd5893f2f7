//! Where sessions lie: encrypted files, and locks that let one process at a time get what many want.

use crate::env::Env;
use crate::provider::{NoTurn, Sessions, Turn};
use crate::session::{Key, Session};

/// The sessions of this user on this machine. Opens nothing until it is asked.
pub struct Store<'a> {
    _env: &'a Env,
    _say: &'a dyn Fn(&str),
}

impl std::fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl<'a> Store<'a> {
    /// `say` tells the user what awsenv waits for, and that nothing can be kept.
    pub fn new(env: &'a Env, say: &'a dyn Fn(&str)) -> Self {
        Self { _env: env, _say: say }
    }
}

struct Alone;

impl Turn for Alone {}

impl Sessions for Store<'_> {
    fn find(&self, _key: &Key) -> Option<Session> {
        None
    }

    fn turn(&self, _key: &Key) -> Result<Box<dyn Turn + '_>, NoTurn> {
        Ok(Box::new(Alone))
    }

    fn keep(&self, _key: &Key, _session: &Session) {}
}
