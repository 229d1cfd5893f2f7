//! MFA devices, as profiles name them, and the programs that know their codes.

use crate::config::mistakes::CODE_PROCESSES;
use crate::config::{Place, Profile};

use super::Error;
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
pub(super) fn of_role(profile: Profile<'_>) -> Result<Option<Device>, Error> {
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
    let mut found = CODE_PROCESSES.iter().filter_map(|key| profile.get(key));
    let value = found.find(|value| !value.is_nested())?;
    Some(CodeProcess {
        command: value.text().to_owned(),
        place: value.place(),
    })
}
