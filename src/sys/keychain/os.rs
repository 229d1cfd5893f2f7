//! The operating system's keychain as a store. It may wait for the user or for ever, so each access has a time limit.

use std::time::Duration;

use zeroize::Zeroizing;

use super::place::{self, Place};
use super::store::{Access, Lock, Name, Store};
use crate::env::Env;
use crate::keychain::{Error, StoreKind};
use crate::secret::Secret;
use crate::sys::wait::{self, NoAnswer};

const STORE: StoreKind = StoreKind::Os;

/// Where the user could not see a question.
const WITHOUT_DESKTOP: Duration = Duration::from_secs(5);

/// Where the user would see a question.
const WITH_DESKTOP: Duration = Duration::from_secs(60);

const AWAITED: &str =
    "waiting for the system's keychain: is a window asking for its password? (at most 60 s; press Ctrl-C to give up)";

pub(super) struct OsStore<'a> {
    has_desktop: bool,
    say: &'a dyn Fn(&str),
}

impl<'a> OsStore<'a> {
    /// `say` tells the user what awsenv waits for.
    pub(super) fn new(env: &Env, say: &'a dyn Fn(&str)) -> Self {
        let has_desktop = has_desktop(env);
        Self { has_desktop, say }
    }

    /// A password that another program stored.
    pub(super) fn password(&self, service: &str, user: &str) -> Result<Secret<String>, Error> {
        let place = self.place(Name {
            service: service.to_owned(),
            user: user.to_owned(),
            label: String::new(),
        });
        self.wait(move || place.password())
    }

    fn place(&self, name: Name) -> Place {
        let may_ask = self.has_desktop;
        Place { name, may_ask }
    }

    fn wait<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let limit = if self.has_desktop {
            WITH_DESKTOP
        } else {
            WITHOUT_DESKTOP
        };
        let awaited = || {
            if self.has_desktop {
                (self.say)(AWAITED);
            }
        };
        wait::within(limit, awaited, work).unwrap_or_else(|no_answer| {
            Err(match no_answer {
                NoAnswer::Late => Error::Timeout {
                    store: STORE,
                    after: limit,
                },
                NoAnswer::Gone => Error::Refused {
                    store: STORE,
                    why: "its library failed".to_owned(),
                },
            })
        })
    }
}

impl Store for OsStore<'_> {
    fn kind(&self) -> StoreKind {
        STORE
    }

    fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
        let place = self.place(name.clone());
        self.wait(move || place.read())
    }

    fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error> {
        let place = self.place(name.clone());
        let content = Zeroizing::new(content.to_vec());
        self.wait(move || place.write(&content))
    }

    fn delete(&self, name: &Name) -> Result<(), Error> {
        let place = self.place(name.clone());
        self.wait(move || place.delete())
    }

    fn check(&self, name: &Name, access: Access) -> Result<(), Error> {
        let place = self.place(name.clone());
        self.wait(move || place.look(access))
    }

    fn unlock(&self) -> Result<Lock, Error> {
        let may_ask = self.has_desktop;
        let was_locked = self.wait(move || place::unlock(may_ask))?;
        Ok(if was_locked { Lock::Opened } else { Lock::Open })
    }
}

/// Whether the user would see the system's window. Over SSH it would open on the other machine, if at all.
fn has_desktop(env: &Env) -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return true;
    }
    let is_set = |name: &str| env.filled(name).is_some();
    (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) && !is_set("SSH_CONNECTION")
}

#[cfg(test)]
mod tests {
    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_question_is_seen_at_a_desktop_only() {
        let has = |pairs: &[(&str, &str)]| super::has_desktop(&pairs.iter().copied().collect());
        assert!(has(&[("DISPLAY", ":0")]) && has(&[("WAYLAND_DISPLAY", "wayland-0")]));
        assert!(!has(&[]) && !has(&[("DISPLAY", "")]));
        assert!(!has(&[
            ("DISPLAY", "localhost:10.0"),
            ("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
        ]));
    }
}
