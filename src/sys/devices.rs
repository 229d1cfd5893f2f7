//! MFA devices: one process at a time uses each, and codes that AWS has had are noted for as long as they live.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::env::Env;
use crate::provider::{self, NoTurn, Turn};
use crate::secret::Secret;
use crate::sys::asking::Asking;
use crate::sys::lock;
use crate::sys::sessions::{self, Notes};

/// The devices of this user.
pub struct Devices<'a> {
    env: &'a Env,
    say: &'a dyn Fn(&str),
    /// The codes that this process sends, with their devices: where no note can be written, it at least sends none twice.
    sent: RefCell<Vec<(String, Secret<String>)>>,
}

impl fmt::Debug for Devices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Devices")
    }
}

impl<'a> Devices<'a> {
    /// `say` tells the user what awsenv waits for.
    pub fn new(env: &'a Env, say: &'a dyn Fn(&str)) -> Self {
        Self {
            env,
            say,
            sent: RefCell::default(),
        }
    }

    /// Without a directory each process goes on alone.
    fn root(&self) -> Option<PathBuf> {
        sessions::usable_root(self.env)
    }
}

impl provider::Devices for Devices<'_> {
    fn turn(&self, serial: &str, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        let say = |text: &str| {
            if !Asking::is_open(self.env) {
                (self.say)(text);
            }
        };
        match self.root() {
            Some(root) => lock::turn(&Notes::of(&root, serial).lock_path(), limit, &say),
            None => Ok(lock::alone()),
        }
    }

    fn is_sent(&self, serial: &str, code: &Secret<String>) -> bool {
        let is_own = self.sent.borrow().iter().any(|(of, sent)| of == serial && sent == code);
        is_own || self.root().is_some_and(|root| Notes::of(&root, serial).has(code))
    }

    fn note(&self, serial: &str, code: &Secret<String>) {
        self.sent.borrow_mut().push((serial.to_owned(), code.clone()));
        if let Some(root) = self.root() {
            Notes::of(&root, serial).add(code);
        }
    }

    fn forget(&self, serial: &str, code: &Secret<String>) {
        self.sent.borrow_mut().retain(|(of, sent)| of != serial || sent != code);
        if let Some(root) = self.root() {
            Notes::of(&root, serial).remove(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use crate::provider::Devices as _;

    use super::*;

    const SERIAL: &str = "arn:aws:iam::123456789012:mfa/me";

    fn home() -> (tempfile::TempDir, Env) {
        let dir = tempfile::tempdir().unwrap();
        let env = [
            ("HOME", dir.path().join("")),
            ("XDG_STATE_HOME", dir.path().join("state")),
        ];
        let env = env.map(|(name, path)| (name, path.into_os_string()));
        (dir, env.into_iter().collect())
    }

    fn code(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_code_is_noted_for_the_next_process() {
        let (dir, env) = home();
        let devices = || Devices::new(&env, &|_| {});
        devices().note(SERIAL, &code("123456"));
        assert!(devices().is_sent(SERIAL, &code("123456")));
        assert!(!devices().is_sent(SERIAL, &code("123455")));
        devices().forget(SERIAL, &code("123456"));
        assert!(!devices().is_sent(SERIAL, &code("123456")));
        assert!(dir.path().join("state/awsenv/sessions").is_dir());
    }

    #[test]
    fn where_nothing_can_be_written_each_goes_on_alone() {
        let env = Env::default();
        let devices = Devices::new(&env, &|_| {});
        devices.note(SERIAL, &code("123456"));
        assert!(devices.is_sent(SERIAL, &code("123456")), "this process knows");
        assert!(!devices.is_sent(SERIAL, &code("654321")) && !devices.is_sent("other", &code("123456")));
        assert!(!Devices::new(&env, &|_| {}).is_sent(SERIAL, &code("123456")));
        devices.forget(SERIAL, &code("123456"));
        assert!(!devices.is_sent(SERIAL, &code("123456")));
        let one = devices.turn(SERIAL, Some(Duration::ZERO));
        let two = devices.turn(SERIAL, Some(Duration::ZERO));
        assert!(one.is_ok() && two.is_ok());
    }

    /// All those that have waited since before learn of it, one after the other; one that comes later does not.
    #[test]
    fn who_cancels_does_so_for_all_that_wait_for_the_device() {
        let (_dir, env) = home();
        let (waits, waiting) = mpsc::channel();
        let turn = Devices::new(&env, &|_| {});
        let turn = turn.turn(SERIAL, None).unwrap();
        std::thread::scope(|scope| {
            let waiters: Vec<_> = (0..3)
                .map(|_| {
                    let (env, waits) = (&env, waits.clone());
                    scope.spawn(move || {
                        let say = |_: &str| waits.send(()).unwrap();
                        Devices::new(env, &say).turn(SERIAL, None).map(drop)
                    })
                })
                .collect();
            waiters.iter().for_each(|_| waiting.recv().unwrap());
            turn.cancel();
            drop(turn);
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), Err(NoTurn::Cancelled));
            }
        });
        let said = RefCell::new(Vec::new());
        let say = |text: &str| said.borrow_mut().push(text.to_owned());
        assert!(Devices::new(&env, &say).turn(SERIAL, None).is_ok());
        assert!(said.borrow().is_empty());
        let other = format!("{SERIAL}2");
        let devices = Devices::new(&env, &say);
        let _turn = devices.turn(SERIAL, None).unwrap();
        assert!(
            devices.turn(&other, Some(Duration::ZERO)).is_ok(),
            "another device is free"
        );
    }
}
