//! Temporary keys that one call gives and many runs want: what is kept of them, and whose turn the call is.

use super::{CliEntry, Error, NoTurn, Notice, Ports, Subject, Wants};
use crate::credentials::Timestamp;
use crate::session::{Key, LAST_HELP, Session};

pub(super) struct Wanted<'a> {
    pub(super) key: &'a Key,
    /// `None` where what the AWS CLI keeps may be of something else.
    pub(super) cli_entry: Option<CliEntry<'a>>,
    pub(super) of: Subject,
    /// Whether what is kept may not be used.
    pub(super) is_fresh: bool,
    /// In seconds: a session that is shorter does not do.
    pub(super) least: i64,
    /// When this run began to want them.
    pub(super) start: Timestamp,
    pub(super) wants: &'a Wants,
    pub(super) ports: Ports<'a>,
}

impl Wanted<'_> {
    /// What is kept and serves, by awsenv or by the AWS CLI.
    pub(super) fn found(&self) -> Option<Session> {
        let now = self.ports.clock.now();
        let serves = |session: &Session| {
            // Other processes that want new keys at the same time share those that the first one got.
            let is_new = !self.is_fresh || session.obtained >= self.start;
            is_new && session.lifetime >= self.least && session.serves(now, self.wants.margin)
        };
        let own = self.ports.sessions.find(self.key).filter(serves);
        let of_cli = || {
            let entry = self.cli_entry.filter(|_| !self.is_fresh)?;
            self.ports.cli_cache.find(entry).filter(serves)
        };
        own.or_else(of_cli)
    }

    /// As [`Wanted::found`], and the user may know.
    pub(super) fn kept(&self) -> Option<Session> {
        let session = self.found()?;
        self.ports.tell.tell(Notice::Kept {
            of: self.of.clone(),
            ends: session.ends(),
        });
        Some(session)
    }

    /// Makes the call, unless another process has made it meanwhile, and keeps what it gives.
    ///
    /// # Errors
    /// Those of `call`; it is not this process's turn.
    pub(super) fn turn(&self, call: impl FnOnce() -> Result<Session, Error>) -> Result<Session, Error> {
        let no_turn = |why: NoTurn| Error::NoTurn {
            of: self.of.clone(),
            why,
        };
        let limit = self.wants.left(self.ports.clock);
        let turn = self.ports.sessions.turn(self.key, limit).map_err(no_turn)?;
        if let Some(session) = self.kept() {
            return Ok(session);
        }
        let session = call().inspect_err(|error| {
            if error.is_cancelled() {
                turn.cancel();
            }
        })?;
        self.ports.sessions.keep(self.key, &session);
        if let Some(entry) = self.cli_entry {
            self.ports.cli_cache.keep(entry, &session);
        }
        Ok(session)
    }

    /// Keys that were to be renewed and still last a while, where AWS cannot be reached or a person has to sign in or to
    /// type a code.
    ///
    /// # Errors
    /// `error`, if there are none, or if it is of another kind.
    pub(super) fn stale(&self, error: Error) -> Result<Session, Error> {
        let now = self.ports.clock.now();
        let is_soft = error.is_passing() || error.needs_person();
        let serves = |session: &Session| session.lifetime >= self.least && session.serves(now, LAST_HELP);
        let kept = self.ports.sessions.find(self.key).filter(serves);
        match kept.filter(|_| is_soft && !self.is_fresh) {
            Some(session) => {
                self.ports.tell.tell(Notice::Stale {
                    of: self.of.clone(),
                    ends: session.ends(),
                });
                Ok(session)
            }
            None => Err(error),
        }
    }
}
