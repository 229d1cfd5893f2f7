//! Temporary keys in AWS files, which nothing renews: those that have surely ended, and those that `aws configure
//! mfa-login` has left.

use std::time::Duration;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::config::mistakes::ELSEWHERE;
use crate::config::{Profile, Section, Value};
use crate::keychain::layout::{ID, SECRET};
use crate::sys;
use crate::text::display;

/// AWS gives no temporary keys that last longer.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
const LONGEST: Duration = Duration::from_secs(36 * 3600);

const OLD: &str = "the file was written more than 36 h ago";

pub(super) fn check(profile: Profile<'_>) -> Option<Finding> {
    // Emulators of AWS give keys that last.
    if ELSEWHERE.iter().any(|key| profile.get(key).is_some()) {
        return None;
    }
    let sections = [profile.credentials_section(), profile.config_section()];
    let id = sections.into_iter().flatten().find_map(temporary)?;
    let is_of_login = profile.credentials_section().is_some() && is_of_login(profile.name());
    let name = display(profile.name());
    let is_over = sys::fs::is_older(&id.place().file, LONGEST);
    let finding = match (is_of_login, is_over) {
        (true, true) => {
            let message = format!("the keys that `aws configure mfa-login` wrote to `{name}` have ended: {OLD}");
            let instead =
                "delete the section: with `mfa_serial` in the user's profile, awsenv gets such keys by itself";
            Finding::new(Check::TemporaryKeys, Status::Warn, message).remedy(instead)
        }
        (false, true) => {
            let message = format!("the temporary keys of `{name}` have ended: {OLD}");
            let instead = "run the program again that wrote them, or delete them";
            Finding::new(Check::TemporaryKeys, Status::Warn, message).remedy(instead)
        }
        (true, false) => {
            let message = format!("the keys that `aws configure mfa-login` wrote to `{name}` end within 36 h");
            Finding::new(Check::TemporaryKeys, Status::Ok, message)
        }
        (false, false) => return None,
    };
    Some(finding.at(&id.place()))
}

/// The id of temporary keys.
fn temporary(section: Section<'_>) -> Option<Value<'_>> {
    let has = |key: &str| section.get(key).is_some_and(|value| !value.text().is_empty());
    let has_token = has("aws_session_token") || has("aws_security_token");
    section
        .get(ID)
        .filter(|id| id.text().starts_with("ASIA") && has(SECRET) && has_token)
}

/// Whether a section is named as `aws configure mfa-login` names it: after the account and the device.
fn is_of_login(name: &str) -> bool {
    let account = name.split_once('-').map(|(account, _)| account);
    account.is_some_and(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
}
