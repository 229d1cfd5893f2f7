//! The ports of `provider`, filled with the real world: processes and keychains.

use std::io;
use std::process::Output;

use crate::context::Context;
use crate::env::Env;
use crate::error::Error;
use crate::keychain::{self, Item, StoreKind};
use crate::provider::Ports;
use crate::secret::Secret;
use crate::sys;
use crate::sys::keychain::Keychain;

/// What credentials may be asked of.
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
}

impl Ports for Outside<'_> {
    fn run(&self, argv: &[String]) -> io::Result<Output> {
        let env: Vec<_> = self
            .env
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        sys::process::capture(argv, &env)
    }

    fn keychain(&self, item: &str) -> Result<Item, keychain::Error> {
        // A word that names no store is a mistake of the settings, and no store has that name.
        let store = self.keychain.locate(item).map_err(|why| keychain::Error::Absent {
            store: StoreKind::default(),
            why,
        })?;
        self.keychain.read(store, item)
    }

    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, keychain::Error> {
        self.keychain.password(service, user)
    }
}
