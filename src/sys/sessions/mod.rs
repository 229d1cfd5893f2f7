//! Where sessions lie: encrypted files, and locks that let one process at a time get what many want.
//!
//! A session that cannot be read is as none. Nothing here stops a run: it goes on without what it cannot keep.

mod folder;
mod identity;
mod keeper;
mod lock;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use crate::config::settings::Settings;
use crate::env::Env;
use crate::keychain::NO_HOME;
use crate::provider::{NoTurn, Sessions, Turn};
use crate::session::{Key, Session};
use crate::sys::fs::state_dir;
use crate::sys::trust::Way;
use crate::sys::{clock, private};
use folder::{Folder, at};
use identity::{Found, Search};
use keeper::Keepers;
use lock::NoLock;

/// The sessions of this user on this machine. Opens nothing until it is asked.
pub struct Store<'a> {
    env: &'a Env,
    settings: &'a Settings,
    say: &'a dyn Fn(&str),
    until: Option<Instant>,
    opened: RefCell<Opened>,
    /// Whether the user knows that nothing is kept.
    is_told: Cell<bool>,
}

/// What is known of the sessions' key.
#[derive(Clone, Default)]
enum Opened {
    #[default]
    Unknown,
    /// There is none yet.
    Missing,
    /// None can be kept.
    Barred(Why),
    Found(Rc<Folder>),
    /// As `Found`, and its directory can be written.
    Ready(Rc<Folder>),
}

/// Why sessions cannot be kept.
#[derive(Clone)]
enum Why {
    /// There is no place for their key.
    Key,
    /// What is wrong with their directory.
    Directory(String),
}

/// Whether sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The settings say that they are not.
    Off,
    /// The key that opens them is in this place, as part of a sentence.
    Kept(String),
    /// Each reason is the end of a sentence.
    NotKept(Vec<String>),
}

/// Which sessions to remove.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// All, also those that cannot be opened here, and their key.
    All,
    Expired,
    Profile(&'a str),
}

impl fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl<'a> Store<'a> {
    /// `say` tells the user what awsenv waits for, and that nothing can be kept.
    pub fn new(env: &'a Env, settings: &'a Settings, say: &'a dyn Fn(&str)) -> Self {
        Self {
            env,
            settings,
            say,
            until: None,
            opened: RefCell::default(),
            is_told: Cell::new(false),
        }
    }

    /// Waits for no other process after this.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        let until = Some(until);
        Self { until, ..self }
    }

    /// Every session that can be opened here.
    pub fn all(&self) -> Vec<Session> {
        let folder = self.folder();
        let all = folder.map(|folder| folder.all()).unwrap_or_default();
        all.into_iter().map(|(_, session)| session).collect()
    }

    /// How many were removed.
    ///
    /// # Errors
    /// What the system says; there is no HOME.
    pub fn clear(&self, which: Which<'_>) -> io::Result<usize> {
        let root = root(self.env).ok_or_else(|| io::Error::other(NO_HOME))?;
        if let Which::Expired = which {
            return folder::folders(&root)
                .map(|dir| folder::sweep(&dir, clock::now()))
                .sum();
        }
        folder::create_root(&root)?;
        let _lock = folder::lock_key(&root)?;
        let mark = root.join(CLEARED);
        private::replace(&mark, b"").map_err(|error| at(&mark, &error))?;
        match which {
            Which::All => {
                let removed = folder::folders(&root).map(|dir| folder::empty(&dir)).sum();
                if let Some(keepers) = self.keepers() {
                    keepers.forget();
                }
                self.opened.take();
                removed
            }
            Which::Profile(profile) => {
                let Some(folder) = self.folder() else { return Ok(0) };
                let all = folder.all().into_iter();
                let keys = all.filter(|(_, session)| session.profile == profile);
                keys.map(|(key, _)| folder.remove(&key).map(|()| 1)).sum()
            }
            Which::Expired => Ok(0),
        }
    }

    /// Opens a keychain only if `may_wait`, because that may ask the user.
    pub fn state(&self, may_wait: bool) -> State {
        if !self.settings.sessions {
            return State::Off;
        }
        let (Some(root), Some(mut keepers)) = (root(self.env), self.keepers()) else {
            return State::NotKept(vec![NO_HOME.to_owned()]);
        };
        if let Err(error) = private::check_way(&root, Way::Name) {
            return State::NotKept(vec![at(&root, &error).to_string()]);
        }
        let unasked = keepers.slow.first().map(|keeper| keeper.described());
        if !may_wait {
            keepers.slow.clear();
        }
        match identity::find(&keepers) {
            Ok(Search::Found(Found { kept_in, .. }) | Search::Free(kept_in)) => State::Kept(kept_in),
            Err(whys) => match unasked.filter(|_| !may_wait) {
                Some(unasked) => State::Kept(unasked),
                None => State::NotKept(whys),
            },
        }
    }

    fn keepers(&self) -> Option<Keepers<'a>> {
        let dir = root(self.env)?;
        Some(Keepers::of(&dir, self.env, &self.settings.keychain, self.say))
    }

    /// The sessions, if there is a key for them.
    fn folder(&self) -> Option<Rc<Folder>> {
        if matches!(&*self.opened.borrow(), Opened::Unknown) {
            self.opened.replace(self.look());
        }
        match &*self.opened.borrow() {
            Opened::Found(folder) | Opened::Ready(folder) => Some(Rc::clone(folder)),
            _ => None,
        }
    }

    fn look(&self) -> Opened {
        let (Some(root), Some(keepers)) = (root(self.env), self.keepers()) else {
            return Opened::Barred(Why::Directory(NO_HOME.to_owned()));
        };
        match identity::find(&keepers) {
            Ok(Search::Found(found)) => Opened::Found(Rc::new(Folder::new(&root, found.identity))),
            Ok(Search::Free(_)) => Opened::Missing,
            Err(_) => Opened::Barred(Why::Key),
        }
    }

    /// The sessions, where they can be written.
    fn ready(&self) -> Result<Rc<Folder>, Why> {
        let found = self.folder();
        match &*self.opened.borrow() {
            Opened::Ready(folder) => return Ok(Rc::clone(folder)),
            Opened::Barred(why) => return Err(why.clone()),
            _ => {}
        }
        let ready = self.prepare(found);
        self.opened.replace(match &ready {
            Ok(folder) => Opened::Ready(Rc::clone(folder)),
            Err(why) => Opened::Barred(why.clone()),
        });
        ready
    }

    fn prepare(&self, found: Option<Rc<Folder>>) -> Result<Rc<Folder>, Why> {
        let failed = |error: io::Error| Why::Directory(error.to_string());
        let root = root(self.env).unwrap_or_default();
        folder::create_root(&root).map_err(failed)?;
        let folder = match (found, self.keepers()) {
            (Some(folder), _) => folder,
            (None, None) => return Err(Why::Directory(NO_HOME.to_owned())),
            (None, Some(keepers)) => {
                let _lock = folder::lock_key(&root).map_err(failed)?;
                let found = identity::make(&keepers).map_err(|_| Why::Key)?;
                Rc::new(Folder::new(&root, found.identity))
            }
        };
        folder.create().map_err(failed)?;
        Ok(folder)
    }

    fn tell(&self, why: &str) {
        if !self.is_told.replace(true) {
            (self.say)(&format!("sessions are not kept for the next run: {why}"));
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory(why) => why,
            Self::Key => "there is no safe place for the key that encrypts them; `awsenv doctor` says why",
        })
    }
}

/// The directory of all sessions; `None` without a HOME.
fn root(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/sessions"))
}

const CLEARED: &str = "cleared";

/// When the user last gave up sessions of any profile: what another program has from before is not taken either.
pub(super) fn cleared(env: &Env) -> Option<SystemTime> {
    let mark = root(env)?.join(CLEARED);
    fs::symlink_metadata(mark).and_then(|meta| meta.modified()).ok()
}

/// The turn where there are no locks.
struct Alone;

impl Turn for Alone {}

impl Sessions for Store<'_> {
    fn find(&self, key: &Key) -> Option<Session> {
        if !self.settings.sessions {
            return None;
        }
        self.folder()?.read(key)
    }

    fn turn(&self, key: &Key) -> Result<Box<dyn Turn + '_>, NoTurn> {
        if !self.settings.sessions {
            return Ok(Box::new(Alone));
        }
        // What keeps sessions from being kept is said when there is one.
        let Ok(folder) = self.ready() else {
            return Ok(Box::new(Alone));
        };
        match lock::take(&folder.lock_path(key), self.until, self.say) {
            Ok(held) => Ok(Box::new(held)),
            Err(NoLock::Turn(why)) => Err(why),
            Err(NoLock::Nowhere) => Ok(Box::new(Alone)),
        }
    }

    fn keep(&self, key: &Key, session: &Session) {
        if !self.settings.sessions {
            return;
        }
        let kept = self.ready().map_err(|why| why.to_string()).and_then(|folder| {
            // What has ended makes room first.
            folder.sweep(clock::now());
            folder.write(key, session).map_err(|error| error.to_string())
        });
        if let Err(why) = kept {
            self.tell(&why);
        }
    }
}

#[cfg(test)]
mod tests;
