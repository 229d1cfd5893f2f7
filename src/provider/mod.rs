//! A plan -> credentials, through ports: whatever must be run or asked goes through a trait, so that nothing here knows
//! a process, a network or a keychain.

mod ask;
pub mod call;
mod error;
#[cfg(test)]
mod fake;
mod key;
mod mfa;
mod notice;
mod ports;
mod process;
mod role;
pub mod sign_in;
pub mod sso;
mod sts;
#[cfg(test)]
mod tests;
mod wanted;

pub use error::{Asked, Error, Failure, Question, Rejected, SignedOut, Subject};
pub use notice::Notice;
pub use ports::{
    Again, CliCache, CliEntry, CliRequest, Clock, CodeQuestion, Codes, Devices, Http, NoCode, NoTurn, Ports, ReadKeys,
    Run, Sessions, Tell, Tokens, Turn,
};

pub use role::Step;

use std::time::Duration;

use sts::Sts;

use crate::aws::sts::Identity;
use crate::config::BotoKeyring;
use crate::credentials::pair;
use crate::credentials::{Credentials, Timestamp};
use crate::keychain::{self, Item};
use crate::resolve::{BaseSource, CredentialPlan, CredentialProcess, Keys, Origin, Reach};
use crate::secret::Secret;
use crate::session;

/// What is asked for beside the plan.
#[derive(Clone, Debug)]
pub struct Wants {
    /// How long the keys of the last role are to last, in seconds.
    pub duration: Option<u32>,
    /// Which keys that are kept may not be used.
    pub fresh: Fresh,
    /// What is done with MFA devices.
    pub mfa: Mfa,
    /// In seconds: kept keys must last for longer than this.
    pub margin: i64,
    /// The name of sessions whose profile gives them none.
    pub session_name: String,
    /// Until when all calls and waits must be done, by [`Clock::elapsed`].
    pub until: Option<Duration>,
}

/// Which keys are got again although they still last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fresh {
    #[default]
    No,
    /// Those that are wanted.
    Last,
    /// Also those of all sessions below, which may take a code.
    All,
}

/// What is done with MFA devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mfa {
    /// Whether the roles of a user share a session that took one code.
    pub is_shared: bool,
    /// Whether a user's own keys become those of such a session.
    pub of_user: bool,
}

impl Default for Mfa {
    fn default() -> Self {
        Self {
            is_shared: true,
            of_user: true,
        }
    }
}

impl Default for Wants {
    fn default() -> Self {
        Self {
            duration: None,
            fresh: Fresh::No,
            mfa: Mfa::default(),
            margin: session::MARGIN,
            session_name: "awsenv".to_owned(),
            until: None,
        }
    }
}

impl Wants {
    /// How much time is left for calls and waits; `None` if there is no end.
    fn left(&self, clock: &dyn Clock) -> Option<Duration> {
        Some(self.until?.saturating_sub(clock.elapsed()))
    }
}

/// Credentials, and when they end by this machine's clock, which need not be what AWS's clock says.
#[derive(Debug)]
pub struct Got {
    pub credentials: Credentials,
    pub ends: Option<Timestamp>,
}

/// Gets the credentials that `plan` describes, through all its roles.
///
/// # Errors
/// The first obstacle. Nothing is run or asked if awsenv cannot get the credentials in the end.
pub fn credentials(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>) -> Result<Got, Error> {
    role::credentials(plan, wants, ports)
}

/// What the credentials of a plan take, step by step, as far as is known without a call: the session of a user, and each
/// role. `ports.sessions` may not wait for anybody.
///
/// # Errors
/// What AWS would refuse; a setting of calls cannot be followed.
pub fn steps<'p>(plan: &'p CredentialPlan, wants: &'p Wants, ports: Ports<'p>) -> Result<Vec<Step<'p>>, Error> {
    role::steps(plan, wants, ports)
}

/// Whose keys a plan leads to.
#[derive(Debug)]
pub struct Whose {
    pub identity: Identity,
    /// The id of the key, if it lasts and AWS itself was asked: an emulator may say anything of it.
    pub lasting: Option<String>,
    /// As in [`Got`].
    pub ends: Option<Timestamp>,
    /// When they end by AWS's clock.
    pub expires: Option<Timestamp>,
}

/// Asks AWS whose keys `plan` leads to.
///
/// # Errors
/// As [`credentials`], and that AWS does not say.
pub fn whose(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>) -> Result<Whose, Error> {
    let Got { credentials, ends } = credentials(plan, wants, ports)?;
    let sts = Sts { plan, wants, ports };
    let endpoint = sts.endpoint()?;
    let identity = sts.whose(&endpoint, &credentials)?;
    let is_lasting = credentials.session_token.is_none() && endpoint.is_own();
    let lasting = is_lasting.then_some(credentials.access_key_id);
    let expires = credentials.expires;
    Ok(Whose {
        identity,
        lasting,
        ends,
        expires,
    })
}

/// The credentials that the chain begins with; new ones if `is_fresh` and awsenv itself keeps them.
fn of_base(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>, is_fresh: bool) -> Result<Got, Error> {
    let place = || plan.base.as_ref().and_then(BaseSource::place).cloned();
    let credentials = match plan.reach() {
        Reach::Now(Origin::Sso(sso)) => {
            let session = sso::keys(sso, &plan.calls, wants, ports, is_fresh)?;
            return Ok(Got {
                ends: Some(session.ends()),
                credentials: session.credentials,
            });
        }
        Reach::Now(Origin::Keys(keys)) => of_keys(keys),
        Reach::Now(Origin::Keyring(keyring)) => of_keyring(keyring, ports.keys)?,
        Reach::Now(Origin::Process(process)) => of_process(process, wants, ports)?,
        Reach::Nothing if plan.base.is_some() => return Err(Error::Empty { place: place() }),
        Reach::Later(needs) => return Err(Error::Unreachable { needs: Some(needs) }),
        Reach::Nothing => {
            return Err(Error::Unreachable { needs: None });
        }
    };
    if credentials.access_key_id.is_empty() || credentials.secret_access_key.expose().is_empty() {
        return Err(Error::Empty { place: place() });
    }
    // A program may answer with a key of any service.
    let is_written = !matches!(plan.reach(), Reach::Now(Origin::Process(_)));
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
    let ends = credentials.expires;
    Ok(Got { credentials, ends })
}

fn of_process(process: &CredentialProcess, wants: &Wants, ports: Ports<'_>) -> Result<Credentials, Error> {
    match &process.keychain {
        Some(item) => {
            let item = ports.keys.item(item).map_err(Error::Keychain)?;
            Ok(of_item(item, process.account_id.as_deref()))
        }
        None => process::run(process, ports.run, wants.left(ports.clock)),
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
