//! A plan -> credentials, through ports: whatever must be run or asked goes through a trait, so that nothing here knows
//! a process, a network or a keychain.

#[cfg(test)]
mod fake;
mod ports;
mod process;
#[cfg(test)]
mod tests;

pub use ports::{CliCache, CliRequest, Clock, Http, NoTurn, Ports, ReadKeys, Run, Sessions, Turn};

use crate::config::{BotoKeyring, Place};
use crate::credentials::pair::{self, Flaw};
use crate::credentials::{Credentials, Timestamp};
use crate::keychain::{self, Item};
use crate::resolve::{BaseSource, CredentialPlan, Keys, Local, Reach};
use crate::secret::Secret;

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
    /// A key that the user has written cannot be one.
    Flawed {
        /// `None` for the environment's.
        place: Option<Place>,
        flaw: Flaw,
    },
    Keychain(keychain::Error),
    /// The keyring that a boto profile names cannot be read.
    KeyringAbsent {
        /// The line of `keyring`.
        place: Place,
        why: String,
    },
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
    /// The credential_process was started, but its output could not be read to the end.
    ProcessUnread {
        place: Place,
        why: String,
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

/// Gets the credentials that `plan` describes, through all its roles.
///
/// # Errors
/// The first obstacle. Nothing is run or asked if awsenv cannot get the credentials in the end.
pub fn credentials(plan: &CredentialPlan, ports: Ports<'_>) -> Result<Credentials, Error> {
    let place = || plan.base.as_ref().and_then(BaseSource::place).cloned();
    let credentials = match plan.reach() {
        Reach::Now(local) => of_local(local, ports)?,
        Reach::Nothing if plan.base.is_some() => return Err(Error::Empty { place: place() }),
        Reach::Nothing | Reach::Later(_) => {
            let method = plan.method().unwrap_or("none");
            return Err(Error::Unreachable { method });
        }
    };
    if credentials.access_key_id.is_empty() || credentials.secret_access_key.expose().is_empty() {
        return Err(Error::Empty { place: place() });
    }
    // A program may answer with a key of any service.
    let is_written = !matches!(plan.reach(), Reach::Now(Local::Process(_)));
    if is_written
        && let Some(flaw) = pair::certain(
            &credentials.access_key_id,
            credentials.secret_access_key.expose(),
            credentials.session_token.as_ref().map(|token| token.expose().as_str()),
        )
    {
        return Err(Error::Flawed { place: place(), flaw });
    }
    let is_over = |end: Timestamp| end.seconds_from(ports.clock.now()) <= 0;
    if credentials.expires.is_some_and(is_over) {
        return Err(Error::Expired { place: place() });
    }
    Ok(credentials)
}

fn of_local(local: Local<'_>, ports: Ports<'_>) -> Result<Credentials, Error> {
    match local {
        Local::Keys(keys) => Ok(of_keys(keys)),
        Local::Keyring(keyring) => of_keyring(keyring, ports.keys),
        Local::Process(process) => match &process.keychain {
            Some(item) => {
                let item = ports.keys.item(item).map_err(Error::Keychain)?;
                Ok(of_item(item, process.account_id.as_deref()))
            }
            None => process::run(process, ports.run),
        },
    }
}

/// The document that SDKs read from a `credential_process`, a line of JSON.
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

/// A key whose secret another program put into the keychain.
fn of_keyring(keyring: &BotoKeyring, keys: &dyn ReadKeys) -> Result<Credentials, Error> {
    let secret = keys.password(&keyring.service, &keyring.access_key_id);
    let secret_access_key = secret.map_err(|error| match error {
        keychain::Error::Missing { .. } => Error::KeyringEmpty {
            place: keyring.place.clone(),
            service: keyring.service.clone(),
            access_key_id: keyring.access_key_id.clone(),
        },
        keychain::Error::Absent { why, .. } => Error::KeyringAbsent {
            place: keyring.place.clone(),
            why,
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
