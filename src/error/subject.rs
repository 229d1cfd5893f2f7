//! What an error or a notice is about, in words.

use crate::provider::Subject;
use crate::redact::shown;

/// What something is about, as part of a sentence.
pub fn subject(of: &Subject) -> String {
    match of {
        Subject::Code(serial) => format!("a code of the MFA device `{}`", shown(serial)),
        Subject::Mfa(serial) => format!("the session with the MFA device `{}`", shown(serial)),
        Subject::Role(arn) => format!("the role `{}`", shown(arn)),
        Subject::Sso { account_id, role_name } => {
            format!("the role `{}` in the account `{}`", shown(role_name), shown(account_id))
        }
        Subject::Token(session) => format!("the token of the SSO session `{}`", shown(session)),
    }
}
