//! What a person reads who is asked for a code.

use crate::error::subject;
use crate::provider::{CodeQuestion, Subject};
use crate::redact::shown;

/// What is asked for, and what for. `profile` is the one that the run is about.
pub(super) fn wanted(question: &CodeQuestion<'_>, profile: &str) -> String {
    let of = match question.of {
        // Its serial number is there already.
        Subject::Mfa(_) => format!("the profile `{}`", shown(profile)),
        of => subject(of),
    };
    format!("MFA code of `{}`, for {of}", shown(&question.device.serial))
}

/// What is said of what was typed.
pub(super) const MISTYPED: &str = "a code has six digits";

/// What is said of a code that AWS does not take.
pub(super) const REJECTED: &str = "AWS rejects the code";

/// What is said of a code that was sent before.
pub(super) const SENT: &str = "AWS has had that code before";

/// The first that fits into so many columns: one waits for the next code, for so many seconds.
pub(super) fn countdown(seconds: u64, columns: usize) -> String {
    let all = [
        format!("awsenv: this code has been used; the device shows the next one in {seconds} s (Ctrl-C gives up)"),
        format!("awsenv: the next code comes in {seconds} s"),
        format!("{seconds} s"),
    ];
    let fits = |text: &&String| text.len() < columns;
    all.iter().find(fits).unwrap_or(&all[2]).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_shows_its_seconds_in_any_width() {
        for columns in [200, 90, 80, 40, 37, 20, 8, 1] {
            let text = countdown(17, columns);
            assert!(
                text.contains("17 s") && (text.len() < columns || text == "17 s"),
                "{columns}: {text}"
            );
        }
        assert!(countdown(17, 200).contains("Ctrl-C") && countdown(17, 80).starts_with("awsenv: the next"));
    }
}
