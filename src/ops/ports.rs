//! The ports of `provider`, connected to real processes and keychains.

use std::io;

use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::error::Error;
use crate::keychain::{self, Item, StoreKind};
use crate::process::Captured;
use crate::provider::{Clock, Ports, ReadKeys, Run};
use crate::secret::Secret;
use crate::sys;
use crate::sys::keychain::Keychain;

#[derive(Debug)]
pub struct Outside<'a> {
    env: &'a Env,
    keychain: Keychain<'a>,
}

impl<'a> Outside<'a> {
    /// Programs get the user's own environment.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn of(context: &'a Context) -> Result<Self, Error> {
        Self::with_env(context, context.env())
    }

    /// Programs get this environment.
    ///
    /// # Errors
    /// As [`Outside::of`].
    pub fn with_env(context: &'a Context, env: &'a Env) -> Result<Self, Error> {
        Ok(Self {
            env,
            keychain: context.keychain()?,
        })
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports {
            run: self,
            keys: self,
            clock: self,
        }
    }
}

impl Run for Outside<'_> {
    fn run(&self, argv: &[String]) -> io::Result<Captured> {
        sys::process::capture(argv, self.env)
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

    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, keychain::Error> {
        self.keychain.password(service, user)
    }
}

impl Clock for Outside<'_> {
    fn now(&self) -> Timestamp {
        sys::clock::now()
    }
}
