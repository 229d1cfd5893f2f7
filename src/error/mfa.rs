//! Messages for codes of MFA devices that cannot be had, or that AWS does not accept.

use super::subject::subject;
use super::{Error, Kind};
use crate::advice::Command;
use crate::aws::sts;
use crate::provider::{NoCode, Rejected, Subject};
use crate::redact::shown;
use crate::text::display;

/// There is no code.
pub(super) fn missing(serial: &str, why: NoCode) -> Error {
    let needed = format!("a code of the MFA device `{}` is needed", shown(serial));
    match why {
        NoCode::Cancelled | NoCode::Ended => Error::cancelled(),
        NoCode::Unattended {
            profile,
            options,
            is_kept,
            why,
        } => {
            let error = Error::new(Kind::MfaRequired, format!("{needed}, and nobody can be asked: {why}"));
            let use_ = Command::new("awsenv use").operand(&profile);
            let with = |line: Command, option: &(&'static str, String)| line.option(option.0, &option.1);
            error.hint(options.iter().fold(use_, with)).hint(match is_kept {
                true => "type it in a terminal: the keys are kept, and serve here too",
                false => "type it in a terminal, and go on there: with `sessions = off`, no keys are kept",
            })
        }
        NoCode::Spent => Error::new(Kind::MfaRequired, format!("another one: {needed}"))
            .hint("`--mfa-code` gives one code, which AWS takes once"),
        NoCode::Late(seconds) => Error::new(
            Kind::MfaRequired,
            format!("{needed}, and none was typed within {seconds} s"),
        )
        .hint("`awsenv use` takes a code ahead, in a terminal: the keys are kept, and serve here too"),
        NoCode::Failed { place, why } => {
            let place = place.map_or(String::new(), |place| format!("{}: ", display(&place.to_string())));
            Error::new(Kind::MfaRequired, format!("{place}{needed}, and {why}"))
        }
    }
}

/// AWS does not accept the code, or would not.
pub(super) fn rejected(serial: &str, of: &Subject, why: &Rejected) -> Error {
    let device = shown(serial);
    let new = |message: String| Error::new(Kind::MfaRejected, message);
    match why {
        Rejected::Wrong { codes } => {
            let codes = match codes {
                1 => "the code".to_owned(),
                codes => format!("{codes} codes"),
            };
            new(format!(
                "AWS rejects {codes} of the MFA device `{device}` for {}",
                subject(of)
            ))
            .hint("a code counts once and for a short time; a clock that is wrong shows wrong codes, also on a phone")
        }
        Rejected::Device => {
            let error = new(format!("AWS knows no MFA device `{device}` of this user"));
            let error = match sts::device_of_user(serial) {
                Some(arn) => error.hint(format!("its ARN may be `{}`", shown(&arn))),
                None => error,
            };
            error.hint("`mfa_serial` must be as in IAM: `aws iam list-mfa-devices` shows it")
        }
        Rejected::Caller => new(format!(
            "AWS takes no code of the MFA device `{device}` for {}",
            subject(of)
        ))
        .hint("it takes one only from a user's own keys, and here a role or a session makes the call")
        .hint("leave out this `mfa_serial`, or name the profile with the user's keys as `source_profile`"),
        Rejected::Sent { next } => new(format!("AWS has had this code of the MFA device `{device}` before"))
            .hint(format!("it shows another one in {next} s")),
    }
}
