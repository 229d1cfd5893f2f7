//! Parts of a plan in words, for the commands that show one.

use std::borrow::Cow;

use crate::config::comments::may_hold_secret;
use crate::config::lint::is_secret;
use crate::resolve::{AssumeRole, BaseSource};
use crate::text::display;

/// What a value may have swallowed.
const SECRETS: [&str; 3] = ["aws_secret_access_key", "aws_session_token", "aws_security_token"];

/// The value of `key`, unless it is a secret or not [`harmless`].
pub fn visible<'t>(key: &str, text: &'t str) -> Option<&'t str> {
    harmless(text).filter(|_| !is_secret(&key.to_lowercase()))
}

/// `text`, unless it has swallowed the line of a secret: an indented line continues the value above it.
pub fn harmless(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    let hides = SECRETS.iter().any(|secret| lower.contains(secret));
    (!hides).then_some(text)
}

/// A value as a person may see it.
pub fn shown(text: &str) -> String {
    harmless(text).map_or_else(|| HIDDEN.to_owned(), display)
}

/// A command line as a person may see it: without its arguments, if they may hold a secret.
pub fn command(text: &str) -> Cow<'_, str> {
    if harmless(text).is_some() && !may_hold_secret(text) {
        return text.into();
    }
    let program = text.split_whitespace().next().filter(|word| !may_hold_secret(word));
    program.map_or(HIDDEN.into(), |program| format!("{program} {HIDDEN}").into())
}

/// Stands where a value is, or has swallowed, a secret.
pub const HIDDEN: &str = "(secret)";

/// Where credentials begin.
pub fn source(base: &BaseSource) -> String {
    let key = |id: &str| match visible("aws_access_key_id", id) {
        Some("") => "an empty key".to_owned(),
        Some(id) => format!("key {}", display(id)),
        None => "a key that has swallowed the lines below it".to_owned(),
    };
    match base {
        BaseSource::Boto(keys) => format!("{} of a legacy file, by {}", key(&keys.access_key_id), base.method()),
        BaseSource::BotoKeyring(keyring) => format!(
            "{} of a legacy file, with its secret in the keyring {}",
            key(&keyring.access_key_id),
            shown(&keyring.service)
        ),
        BaseSource::Container { uri, .. } => format!("the container endpoint {}", shown(uri)),
        BaseSource::CredentialProcess(process) if process.keychain.is_some() => {
            "a key in the keychain, by awsenv itself".into()
        }
        BaseSource::CredentialProcess(process) => {
            format!("what this program prints: {}", display(&command(&process.command)))
        }
        BaseSource::Environment { keys, .. } => format!("{} of the environment", key(&keys.access_key_id)),
        BaseSource::InstanceMetadata { .. } => "those of the EC2 instance".to_owned(),
        BaseSource::Login(login) => format!("`aws login` as {}", shown(&login.session)),
        BaseSource::Sso(sso) => format!(
            "IAM Identity Center: role {} in account {}, {} {}",
            shown(&sso.role_name),
            shown(&sso.account_id),
            if sso.session.is_some() { "session" } else { "start URL" },
            shown(sso.session.as_ref().unwrap_or(&sso.start_url)),
        ),
        BaseSource::StaticKeys(keys) => key(&keys.access_key_id),
        BaseSource::WebIdentity(web) => {
            format!(
                "the role {} with the token in {}",
                shown(&web.role_arn),
                shown(&web.token_file)
            )
        }
    }
}

/// What a role is assumed with.
pub fn parameters(role: &AssumeRole) -> impl Iterator<Item = (&'static str, String)> {
    let text = |value: &Option<String>| value.as_deref().map(shown);
    [
        ("an MFA code of", text(&role.mfa_serial)),
        ("the external id", text(&role.external_id)),
        ("the session name", text(&role.role_session_name)),
        (
            "a duration of",
            role.duration_seconds.map(|seconds| format!("{seconds} s")),
        ),
    ]
    .into_iter()
    .filter_map(|(what, value)| Some((what, value?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_without_what_may_be_a_secret() {
        for plain in ["aws configure export-credentials --profile x", "/opt/bin/get 'a b'"] {
            assert_eq!(command(plain), plain);
        }
        assert_eq!(command("get --password hunter2"), "get (secret)");
        assert_eq!(command("get wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "get (secret)");
        assert_eq!(command("get\naws_secret_access_key = x"), "get (secret)");
        assert_eq!(command("TOKEN=x get"), "(secret)");
    }
}
