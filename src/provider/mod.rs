//! A plan -> credentials, through ports: whatever must be run or asked goes through a trait, so that nothing here knows
//! a process, a network or a keychain.

mod process;

use std::io;
use std::process::Output;

use crate::config::{BotoKeyring, Place};
use crate::credentials::{Credentials, Timestamp};
use crate::keychain::{self, Item};
use crate::resolve::{BaseSource, CredentialPlan, Keys};
use crate::secret::Secret;

/// What a provider may ask of the outside.
pub trait Ports {
    /// Runs a credential_process: no shell, output captured.
    ///
    /// # Errors
    /// The system's error if the program cannot be started.
    fn run(&self, argv: &[String]) -> io::Result<Output>;

    /// Reads an item of the keychain: one access, however long that takes.
    ///
    /// # Errors
    /// The store's own.
    fn keychain(&self, item: &str) -> Result<Item, keychain::Error>;

    /// Reads what another program keeps in the system's keychain.
    ///
    /// # Errors
    /// The store's own.
    fn password(&self, service: &str, user: &str) -> Result<Secret<String>, keychain::Error>;
}

/// Why there are no credentials.
#[derive(Debug)]
pub enum Error {
    /// The keys are no longer valid.
    Expired {
        /// The line that led to them; `None` for the environment's.
        place: Option<Place>,
    },
    /// An empty key id or secret.
    Empty {
        /// `None` for the environment's.
        place: Option<Place>,
    },
    Keychain(keychain::Error),
    /// The keyring that a boto profile names has no secret for its key.
    KeyringEmpty {
        /// The line of `keyring`.
        place: Place,
        service: String,
        access_key_id: String,
    },
    /// The credential_process printed something other than its document.
    ProcessAnswer {
        place: Place,
        /// What is wrong with the answer; never the answer itself.
        why: String,
    },
    /// The credential_process ended with a status other than 0.
    ProcessFailed {
        place: Place,
        /// As the system words it.
        status: String,
        /// What it printed to stderr.
        said: String,
    },
    /// The credential_process could not be started.
    ProcessMissing {
        place: Place,
        program: String,
        /// The system's message.
        why: String,
    },
    /// Needs a service that awsenv does not call.
    Unreachable {
        /// botocore's name of the source.
        method: &'static str,
    },
}

/// Gets the credentials that `plan` describes.
///
/// # Errors
/// The first thing that prevents it.
pub fn credentials(plan: &CredentialPlan, ports: &dyn Ports, now: Timestamp) -> Result<Credentials, Error> {
    let unreachable = || Error::Unreachable {
        method: plan.method().unwrap_or("none"),
    };
    if !plan.roles.is_empty() {
        return Err(unreachable());
    }
    let base = plan.base.as_ref().ok_or_else(unreachable)?;
    let credentials = match base {
        BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => of_keys(keys),
        BaseSource::BotoKeyring(keyring) => of_keyring(keyring, ports)?,
        BaseSource::CredentialProcess(process) => match &process.keychain {
            Some(item) => of_item(
                ports.keychain(item).map_err(Error::Keychain)?,
                process.account_id.as_deref(),
            ),
            None => process::run(process, ports)?,
        },
        _ => return Err(unreachable()),
    };
    let place = base.place().cloned();
    if credentials.access_key_id.is_empty() || credentials.secret_access_key.expose().is_empty() {
        return Err(Error::Empty { place });
    }
    if credentials.expires.is_some_and(|end| end.seconds_from(now) <= 0) {
        return Err(Error::Expired { place });
    }
    Ok(credentials)
}

/// The document that SDKs read from a `credential_process`, one line of JSON.
pub fn document(credentials: &Credentials) -> Secret<String> {
    process::render(credentials)
}

/// Keys of the keychain; they never expire. The profile's account is used if the item names none.
pub fn of_item(item: Item, account_id: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: item.access_key_id,
        secret_access_key: item.secret_access_key,
        session_token: None,
        expires: None,
        account_id: item.account_id.or_else(|| account_id.map(str::to_owned)),
    }
}

/// A key whose secret another program put in the keychain.
fn of_keyring(keyring: &BotoKeyring, ports: &dyn Ports) -> Result<Credentials, Error> {
    let secret = ports.password(&keyring.service, &keyring.access_key_id);
    let secret_access_key = secret.map_err(|error| match error {
        keychain::Error::Missing { .. } => Error::KeyringEmpty {
            place: keyring.place.clone(),
            service: keyring.service.clone(),
            access_key_id: keyring.access_key_id.clone(),
        },
        error => Error::Keychain(error),
    })?;
    Ok(Credentials {
        access_key_id: keyring.access_key_id.clone(),
        secret_access_key,
        session_token: keyring.session_token.clone(),
        expires: None,
        account_id: None,
    })
}

fn of_keys(keys: &Keys) -> Credentials {
    Credentials {
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.clone(),
        session_token: keys.session_token.clone().filter(|token| !token.expose().is_empty()),
        expires: keys.expiration.as_deref().and_then(Timestamp::parse),
        account_id: keys.account_id.clone(),
    }
}
