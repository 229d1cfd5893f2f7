//! MFA devices that AWS STS cannot take codes of, and programs for codes that cannot be run.

use super::wrong::Wrong;
use super::{MistakeCode, brief};
use crate::aws::sts;
use crate::config::shlex;

/// The keys that name a program for codes: awsenv's own, and aws-vault's, which counts if there is no other.
pub const PROCESSES: [&str; 2] = ["awsenv_mfa_process", "mfa_process"];

/// What is wrong with `mfa_serial`. Only a role cannot do without it.
pub(super) fn serial(text: &str, has_role: bool) -> Option<Wrong> {
    let found = |what: &str, instead: String| Wrong {
        is_certain: has_role,
        ..Wrong::new(MistakeCode::MfaSerial, what.to_owned(), instead)
    };
    if sts::is_security_key(text) {
        let what = "mfa_serial is a FIDO security key, and AWS STS takes no codes of those";
        let instead = "give the user a device that shows codes too, and write its ARN";
        return Some(found(what, instead.to_owned()));
    }
    let device = brief(&sts::device_of_user(text)?);
    let what = "mfa_serial is the ARN of a user, not of an MFA device";
    Some(found(what, format!("did you mean `{device}`?")))
}

/// A program that cannot be split into words. `--mfa-code` does without it.
pub(super) fn process(key: &str, text: &str) -> Option<Wrong> {
    let (why, instead) = match shlex::split(text) {
        Err(why) => (why.to_string(), "correct it, or leave it out"),
        Ok(words) if words.is_empty() => ("it is empty".to_owned(), "write the program, or leave it out"),
        Ok(_) => return None,
    };
    Some(Wrong {
        is_certain: false,
        ..Wrong::new(MistakeCode::MfaProcess, format!("{key} cannot be run: {why}"), instead)
    })
}
