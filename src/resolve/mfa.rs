//! MFA devices: who has one, and the program that knows its codes.

use crate::config::{Place, Profile};

use super::Error;
use super::plan::{BaseSource, CredentialPlan};
use super::read::text;

/// An MFA device, as `mfa_serial` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The profile that names it.
    pub profile: String,
    /// Its ARN, or the number of one that is made of hardware.
    pub serial: String,
    /// The line of `mfa_serial`.
    pub place: Place,
    /// The program that prints its codes.
    pub process: Option<CodeProcess>,
}

/// `awsenv_mfa_process`, or `mfa_process` as aws-vault reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeProcess {
    /// As written: split into words as a `credential_process` is, and run without a shell.
    pub command: String,
    pub place: Place,
}

/// What is known before anything is run about the keys that a chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A user's own, which last, so AWS takes a code.
    User,
    /// A session's. AWS may take a code all the same, because the session may be a user's.
    Session,
    /// What a program prints decides.
    Unknown,
    /// No user's, so AWS takes no code.
    Other,
}

/// The keys that a program says.
const KEYS: [&str; 2] = ["awsenv_mfa_process", "mfa_process"];

/// The device that a profile names for its own keys, of which botocore knows nothing.
pub(super) fn own(profile: Profile<'_>) -> Option<Device> {
    let serial = profile
        .get("mfa_serial")
        .filter(|serial| !serial.is_nested() && !serial.text().is_empty())?;
    Some(Device {
        profile: profile.name().to_owned(),
        serial: serial.text().to_owned(),
        place: serial.place(),
        process: process(profile),
    })
}

/// The device that a profile names for its role.
pub(super) fn device(profile: Profile<'_>) -> Result<Option<Device>, Error> {
    let Some((serial, place)) = text(profile, "mfa_serial")? else {
        return Ok(None);
    };
    Ok(Some(Device {
        profile: profile.name().to_owned(),
        serial: serial.to_owned(),
        place,
        process: process(profile),
    }))
}

/// The program that a profile names for codes. botocore knows nothing of it, so a mistake in it concerns only those who
/// need a code.
pub(super) fn process(profile: Profile<'_>) -> Option<CodeProcess> {
    let mut found = KEYS.iter().filter_map(|key| profile.get(key));
    let value = found.find(|value| !value.is_nested())?;
    Some(CodeProcess {
        command: value.text().to_owned(),
        place: value.place(),
    })
}

impl CredentialPlan {
    /// The outermost device that is asked for a code: a role's, or that of the user.
    pub fn mfa(&self) -> Option<&Device> {
        let of_role = self.roles.iter().rev().find_map(|role| role.mfa.as_ref());
        of_role.or_else(|| self.user_device())
    }

    /// The device of a user whose keys are exchanged for those of a session.
    pub fn user_device(&self) -> Option<&Device> {
        let is_user = matches!(self.caller(), Caller::User | Caller::Unknown);
        self.device.as_ref().filter(|_| is_user && self.roles.is_empty())
    }

    /// A device that is named where AWS takes no code: for keys that are no user's, or those of a session.
    pub fn idle_device(&self) -> Option<&Device> {
        match self.roles.first() {
            Some(role) => role.mfa.as_ref().filter(|_| self.caller() == Caller::Other),
            None => {
                let is_idle = matches!(self.caller(), Caller::Session | Caller::Other);
                self.device.as_ref().filter(|_| is_idle)
            }
        }
    }

    pub fn caller(&self) -> Caller {
        let of_keys = |token: bool| if token { Caller::Session } else { Caller::User };
        match &self.base {
            Some(BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. }) => {
                of_keys(
                    keys.session_token
                        .as_ref()
                        .is_some_and(|token| !token.expose().is_empty()),
                )
            }
            Some(BaseSource::BotoKeyring(keyring)) => of_keys(keyring.session_token.is_some()),
            Some(BaseSource::CredentialProcess(process)) if process.keychain.is_some() => Caller::User,
            Some(BaseSource::CredentialProcess(_)) => Caller::Unknown,
            _ => Caller::Other,
        }
    }
}
