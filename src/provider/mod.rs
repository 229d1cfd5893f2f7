//! A plan -> credentials, through ports: what has to be run or asked is asked through a trait, so that nothing here
//! knows a process, a network or a keychain.

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
    /// What the system says if the program cannot be started.
    fn run(&self, argv: &[String]) -> io::Result<Output>;

    /// Reads an item of the keychain: one access, however long that may take.
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
    /// The keys that came are no longer valid.
    Expired {
        /// The line that led to them; `None` for the environment's.
        place: Option<Place>,
    },
    /// An empty key id or secret.
    Empty {
        /// Its line; `None` for the environment's.
        place: Option<Place>,
    },
    /// The keychain did not give the keys.
    Keychain(keychain::Error),
    /// The keyring that a boto profile names has no secret for its key.
    KeyringEmpty {
        /// The line of `keyring`.
        place: Place,
        /// The service it was looked for under.
        service: String,
        /// The user it was looked for under: the access key id.
        access_key_id: String,
    },
    /// The credential_process printed something else than its document.
    ProcessAnswer {
        /// The line of `credential_process`.
        place: Place,
        /// What is wrong with the answer; never the answer itself.
        why: String,
    },
    /// The credential_process ended with another status than 0.
    ProcessFailed {
        /// The line of `credential_process`.
        place: Place,
        /// The status, as the system words it.
        status: String,
        /// What it said on stderr.
        said: String,
    },
    /// The credential_process did not start.
    ProcessMissing {
        /// The line of `credential_process`.
        place: Place,
        /// The program.
        program: String,
        /// What the system said.
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
/// The first thing that stands in the way.
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

/// The document that SDKs read from a `credential_process`, a line of JSON.
pub fn document(credentials: &Credentials) -> Secret<String> {
    process::render(credentials)
}

/// Keys of the keychain; they never end. The profile's account stands in where the item names none.
pub fn of_item(item: Item, account_id: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: item.access_key_id,
        secret_access_key: item.secret_access_key,
        session_token: None,
        expires: None,
        account_id: item.account_id.or_else(|| account_id.map(str::to_owned)),
    }
}

/// A key whose secret another program put into the keychain.
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
