//! Messages for credentials that cannot be obtained.

use super::subject::subject;
use super::{Error, Kind};
use crate::advice::Command;
use crate::config::Place;
use crate::provider::{self, NoTurn, SignedOut, Subject};
use crate::redact::{HIDDEN, command, harmless, key_id, shown};
use crate::sys::clock::local;
use crate::text::display;

impl From<provider::Error> for Error {
    fn from(error: provider::Error) -> Self {
        use provider::Error as E;
        let at = |place: &Option<Place>| place.as_ref().map_or("the environment".to_owned(), ToString::to_string);
        let new = |message: String| Error::new(Kind::Credentials, message);
        match error {
            E::Expired { place } => {
                new(format!("{}: the credentials have expired", at(&place))).hint("get new ones from the same source")
            }
            E::Empty { place } => Error::new(
                Kind::PartialCredentials,
                format!("{}: the access key id or the secret access key is empty", at(&place)),
            )
            .hint("an empty value cannot be exported: fill it in, or use `--name`"),
            E::Flawed { place, flaw } => new(format!("{}: {flaw}", at(&place))).hint(flaw.remedy()),
            E::Keychain(error) => error.into(),
            E::KeyringAbsent { place, why } => Error::new(
                Kind::KeychainAbsent,
                format!("{place}: the keyring that has the secret is not available: {why}"),
            )
            .hint("boto 2 kept it in the desktop's keyring, which needs a session of the desktop"),
            E::KeyringEmpty {
                place,
                service,
                access_key_id,
            } => Error::new(
                Kind::KeychainItemMissing,
                format!(
                    "{place}: the keyring has no secret for the key `{}` under the service `{}`",
                    key_id(&access_key_id).unwrap_or(HIDDEN),
                    shown(&service)
                ),
            )
            .hint("boto 2 read it with Python's `keyring`: `keyring get SERVICE KEY-ID` shows whether it is there"),
            E::ProcessAnswer { place, why } => new(format!(
                "{place}: the output of the credential_process cannot be used: {why}"
            ))
            .hint("it must print {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …} and nothing else"),
            E::ProcessFailed { place, status, said } => {
                let said = if said.is_empty() {
                    String::new()
                } else {
                    format!(": {said}")
                };
                new(format!("{place}: the credential_process failed ({status}){said}"))
            }
            E::ProcessUnread { place, why } => new(format!(
                "{place}: the output of the credential_process cannot be read: {why}"
            ))
            .hint("it must print {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …} and nothing else"),
            E::ProcessMissing { place, program, why } => new(format!(
                "{place}: the credential_process `{}` cannot be run: {why}",
                command(&program)
            ))
            .hint("awsenv runs it without a shell, as the AWS CLI does: `~`, `$VARIABLE` and `|` are not special"),
            E::Call { question, failure } => super::call::failed(&question, &failure),
            E::SignIn { session, why } => super::sign_in::failed(&session, why),
            E::LoginRequired { session, login, why } => login_required(&session, login.as_deref(), why),
            E::Code { serial, why } => super::mfa::missing(&serial, why),
            E::CodeRejected { serial, of, why } => super::mfa::rejected(&serial, &of, &why),
            E::NoTurn { of, why } => {
                let what = match of {
                    Subject::Code(_) | Subject::Token(_) => subject(&of),
                    Subject::Mfa(_) | Subject::Role(_) | Subject::Sso { .. } => format!("the keys of {}", subject(&of)),
                };
                match why {
                    NoTurn::Cancelled => Error::new(
                        Kind::Cancelled,
                        format!("cancelled in another awsenv that was getting {what}"),
                    ),
                    NoTurn::Late(seconds) => Error::new(
                        Kind::LockedOut,
                        format!("another awsenv has been getting {what} for {seconds} s"),
                    )
                    .hint("try again once it has ended"),
                }
            }
            E::RoleValue {
                profile,
                key,
                needs,
                place,
            } => Error::new(
                Kind::InvalidConfig,
                format!(
                    "{}the `{key}` of `{}` must be {needs}",
                    place.map_or(String::new(), |place| format!("{place}: ")),
                    display(&profile)
                ),
            ),
            E::Setting(error) => error.into(),
            E::TokenFile { session, why } => Error::new(
                Kind::Failed,
                format!(
                    "the token of the SSO session `{}` has expired, and a new one could not be kept: {}",
                    shown(&session),
                    display(&why)
                ),
            ),
            E::Unreachable { needs: Some(needs) } => new(format!(
                "awsenv cannot get the keys of this profile yet: that needs {needs}"
            )),
            E::Unreachable { needs: None } => new("the profile has no credentials".to_owned()),
        }
    }
}

/// `login` is what `awsenv login` takes; else the session itself.
fn login_required(session: &str, login: Option<&str>, why: SignedOut) -> Error {
    let login = Command::new("awsenv login").operand(login.or_else(|| harmless(session)).unwrap_or("NAME"));
    let session = shown(session);
    let at = |end| local(end).map_or(String::new(), |at| format!(" at {at}"));
    let message = match why {
        SignedOut::Never => format!("you are not signed in to the SSO session `{session}`"),
        SignedOut::Expired(end) => format!(
            "you are no longer signed in to the SSO session `{session}`: it expired{}",
            at(end)
        ),
        SignedOut::Refused(end) => format!(
            "you are no longer signed in to the SSO session `{session}`: it expired{}, and AWS does not renew it",
            at(end)
        ),
        SignedOut::Ended => format!("AWS has ended the SSO session `{session}`"),
    };
    Error::new(Kind::LoginRequired, message).hint(login)
}
