//! What AWS STS refuses, found before anything is run or asked.

use crate::aws::sts;
use crate::provider::Error;
use crate::resolve::{AssumeRole, Device};

/// What AWS STS refuses as an MFA device, found before anybody is asked for a code.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub(super) fn device(device: &Device) -> Result<(), Error> {
    let serial = &device.serial;
    let is_in = |c: char| c.is_ascii_alphanumeric() || "_+=/:,.@-".contains(c);
    let needs = if sts::is_security_key(serial) {
        "a device that shows codes: AWS STS takes none of a FIDO security key, and a user may have both"
    } else if !sts::SERIAL.contains(&serial.len()) || !serial.chars().all(is_in) {
        "9 to 256 letters, digits and `_+=/:,.@-`"
    } else {
        return Ok(());
    };
    Err(Error::RoleValue {
        profile: device.profile.clone(),
        key: "mfa_serial",
        needs,
        place: Some(device.place.clone()),
    })
}

/// What AWS STS refuses, found before anything is asked.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub(super) fn role(role: &AssumeRole) -> Result<(), Error> {
    let wrong = |key, needs| {
        Err(Error::RoleValue {
            profile: role.profile.clone(),
            key,
            needs,
            place: role.place.clone(),
        })
    };
    let is_name = |name: &String| sts::NAME.contains(&name.len()) && name.chars().all(sts::is_in_name);
    if !role.role_session_name.as_ref().is_none_or(is_name) {
        return wrong("role_session_name", "2 to 64 letters, digits and `_+=,.@-`");
    }
    // Emulators of AWS accept more characters than AWS does.
    if !role
        .external_id
        .as_ref()
        .is_none_or(|id| (2..=1224).contains(&id.len()))
    {
        return wrong("external_id", "2 to 1224 characters");
    }
    let fits = |seconds| u32::try_from(seconds).is_ok_and(|seconds| sts::DURATION.contains(&seconds));
    if !role.duration_seconds.is_none_or(fits) {
        return wrong("duration_seconds", "at least 900 and at most 43200");
    }
    Ok(())
}
