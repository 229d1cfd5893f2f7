//! The ports of `provider`, connected to real processes and keychains.

use std::io;

use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::AWSENV_ASKED;
use crate::error::{Error, Kind};
use crate::keychain::{self, Item, StoreKind};
use crate::process::Captured;
use crate::provider::{Clock, Ports, ReadKeys, Run};
use crate::secret::Secret;
use crate::sys;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// What lies outside this process, for one profile.
#[derive(Debug)]
pub struct Outside<'a> {
    env: &'a Env,
    /// The profiles that were asked for on the way here, one per line. Programs get it in AWSENV_ASKED.
    asked: String,
    keychain: Keychain<'a>,
}

impl<'a> Outside<'a> {
    /// Programs get the user's own environment and the mark of this profile.
    ///
    /// # Errors
    /// The settings cannot be read, or this runs inside the profile's own `credential_process`, which would run
    /// itself without end.
    pub fn of(context: &'a Context, profile: &str) -> Result<Self, Error> {
        Ok(Self {
            env: context.env(),
            asked: asked(&context.process.env, profile)?,
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

/// Adds this profile to those asked for on the way here.
///
/// # Errors
/// This profile was asked for before: its own process asks for it again.
fn asked(env: &Env, profile: &str) -> Result<String, Error> {
    let before = env.text(AWSENV_ASKED).unwrap_or_default();
    if before.lines().any(|name| name == profile) {
        let name = display(profile);
        let message = format!("the credential_process of `{name}` leads back to `{name}`");
        return Err(Error::new(Kind::InfiniteLoop, message).hint("`awsenv explain` shows which lines lead there"));
    }
    Ok(format!("{before}{profile}\n"))
}

impl Run for Outside<'_> {
    fn run(&self, argv: &[String]) -> io::Result<Captured> {
        let env = self.env.clone().with(AWSENV_ASKED, self.asked.as_ref());
        sys::process::capture(argv, &env)
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
