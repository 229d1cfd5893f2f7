//! Parts of a plan in words, for the commands that show one.

use crate::redact::{command, key_id, shown};
use crate::resolve::{AssumeRole, BaseSource};
use crate::text::display;

/// A key by its id, if that is one.
pub fn key(id: &str) -> String {
    match key_id(id) {
        Some("") => "an empty key".to_owned(),
        Some(id) => format!("key {}", display(id)),
        None if id.contains('\n') => "a key that includes the lines below it".to_owned(),
        None => "a key whose id is not shaped like one".to_owned(),
    }
}

/// [`key`] with its article.
pub fn the_key(id: &str) -> String {
    match key(id) {
        key if key.starts_with("a") => key,
        key => format!("the {key}"),
    }
}

/// How much of a value is shown.
pub type Show<'s> = &'s dyn Fn(&str) -> String;

pub fn source(base: &BaseSource) -> String {
    match base {
        BaseSource::CredentialProcess(process) if process.keychain.is_none() => {
            format!("the output of this program: {}", display(&command(&process.command)))
        }
        base => source_by(base, &shown),
    }
}

/// For comparisons, [`source`] with every value.
pub fn source_by(base: &BaseSource, show: Show<'_>) -> String {
    match base {
        BaseSource::Boto(keys) => format!("{} from a legacy file, by {}", key(&keys.access_key_id), base.method()),
        BaseSource::BotoKeyring(keyring) => format!(
            "{} from a legacy file, with its secret in the keyring {}",
            key(&keyring.access_key_id),
            show(&keyring.service)
        ),
        BaseSource::Container { uri, .. } => format!("the container endpoint {}", show(uri)),
        BaseSource::CredentialProcess(process) if process.keychain.is_some() => {
            "a key in the keychain, through awsenv itself".into()
        }
        BaseSource::CredentialProcess(process) => {
            format!("the output of this program: {}", show(&process.command))
        }
        BaseSource::Environment { keys, .. } => format!("{} from the environment", key(&keys.access_key_id)),
        BaseSource::InstanceMetadata { .. } => "those of the EC2 instance".to_owned(),
        BaseSource::Login(login) => format!("`aws login` as {}", show(&login.session)),
        BaseSource::Sso(sso) => format!(
            "IAM Identity Center: role {} in account {}, {} {}",
            show(&sso.role_name),
            show(&sso.account_id),
            if sso.session.name.is_some() {
                "session"
            } else {
                "start URL"
            },
            show(sso.session.cache_name()),
        ),
        BaseSource::StaticKeys(keys) => key(&keys.access_key_id),
        BaseSource::WebIdentity(web) => {
            format!(
                "the role {} with the token in {}",
                show(&web.role_arn),
                show(&web.token_file)
            )
        }
    }
}

pub fn parameters(role: &AssumeRole) -> impl Iterator<Item = (&'static str, String)> {
    parameters_by(role, &shown)
}

pub fn parameters_by(role: &AssumeRole, show: Show<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let text = |value: &Option<String>| value.as_deref().map(show);
    [
        ("an MFA code from", role.mfa.as_ref().map(|device| show(&device.serial))),
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
