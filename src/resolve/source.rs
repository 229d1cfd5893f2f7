//! The credentials that one profile itself holds, in botocore's order: web identity, sso, the credentials file, login,
//! process, the config file. The first that exists wins; one that exists but is broken ends the search.

use crate::config::own_line::keychain_item;
use crate::config::shlex::{self, ShlexError};
use crate::config::{Place, Profile, ProfileSet};
use crate::secret::Secret;

use super::plan::{BaseSource, CredentialProcess, KeySource, Keys, Login, WebIdentity};
use super::read::{as_text, owned, text};
use super::sso;
use super::{Error, Inputs};

/// What `profile` holds. `with_env`: whether the environment's web identity counts (not for an explicit profile, and
/// never for a source).
pub(super) fn of_profile(
    inputs: &Inputs<'_>,
    profile: Profile<'_>,
    with_env: bool,
) -> Result<Option<BaseSource>, Error> {
    if let Some(web) = web_identity(inputs, profile.name(), Some(profile), with_env)? {
        return Ok(Some(BaseSource::WebIdentity(web)));
    }
    if let Some(sso) = sso::of_profile(inputs, profile)? {
        return Ok(Some(BaseSource::Sso(sso)));
    }
    if let Some(keys) = keys(profile, KeySource::SharedCredentialsFile)? {
        return Ok(Some(BaseSource::StaticKeys(keys)));
    }
    if let Some((session, place)) = text(profile, "login_session")? {
        let login = Login {
            session: session.to_owned(),
            cached: (inputs.login)(session),
            place,
        };
        return Ok(Some(BaseSource::Login(login)));
    }
    if let Some(process) = process(inputs.profiles, profile)? {
        return Ok(Some(BaseSource::CredentialProcess(process)));
    }
    Ok(keys(profile, KeySource::ConfigFile)?.map(BaseSource::StaticKeys))
}

/// Web identity of a profile, or of the environment alone. In each setting the environment comes first; an empty token
/// file counts as unset.
pub(super) fn web_identity(
    inputs: &Inputs<'_>,
    name: &str,
    profile: Option<Profile<'_>>,
    with_env: bool,
) -> Result<Option<WebIdentity>, Error> {
    let setting = |key: &str, variable: &str| -> Result<Option<(String, Option<Place>)>, Error> {
        if with_env && let Some(value) = inputs.env.os(variable) {
            return Ok(Some((value.to_string_lossy().into_owned(), None)));
        }
        let Some(profile) = profile else { return Ok(None) };
        Ok(text(profile, key)?.map(|(value, place)| (value.to_owned(), Some(place))))
    };
    let token = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE")?;
    let Some((token_file, place)) = token.filter(|(path, _)| !path.is_empty()) else {
        return Ok(None);
    };
    let role = setting("role_arn", "AWS_ROLE_ARN")?;
    let Some((role_arn, _)) = role.filter(|(arn, _)| !arn.is_empty()) else {
        return Err(Error::WebIdentityWithoutRole {
            profile: name.to_owned(),
            place,
        });
    };
    let role_session_name = setting("role_session_name", "AWS_ROLE_SESSION_NAME")?.map(|(value, _)| value);
    let role_session_name = role_session_name.filter(|name| !name.is_empty());
    Ok(Some(WebIdentity {
        role_arn,
        role_session_name,
        token_file,
        place,
    }))
}

/// Keys of one file: the other file's half, token or account does not count.
fn keys(profile: Profile<'_>, source: KeySource) -> Result<Option<Keys>, Error> {
    let value = |key: &str| match source {
        KeySource::SharedCredentialsFile => profile.in_credentials(key),
        _ => profile.in_config(key),
    };
    let read = |key: &str| -> Result<Option<String>, Error> {
        value(key)
            .map(|value| Ok(as_text(profile, value)?.0.to_owned()))
            .transpose()
    };
    let Some(id) = value("aws_access_key_id") else {
        return Ok(None);
    };
    let Some(secret) = read("aws_secret_access_key")? else {
        return Err(Error::PartialCredentials {
            provider: source.method(),
            missing: "aws_secret_access_key",
            profile: Some(profile.name().to_owned()),
            place: Some(id.place()),
        });
    };
    let token = match read("aws_security_token")? {
        Some(token) => Some(token),
        None => read("aws_session_token")?,
    };
    Ok(Some(Keys {
        source,
        access_key_id: as_text(profile, id)?.0.to_owned(),
        secret_access_key: Secret::new(secret),
        session_token: token.map(Secret::new),
        account_id: read("aws_account_id")?,
        expiration: None,
        place: Some(id.place()),
    }))
}

fn process(profiles: &ProfileSet, profile: Profile<'_>) -> Result<Option<CredentialProcess>, Error> {
    let Some((command, place)) = text(profile, "credential_process")? else {
        return Ok(None);
    };
    let argv = match shlex::split(command) {
        Ok(argv) if !argv.is_empty() => argv,
        refused => {
            let reason = refused.err().map_or("it is empty", reason);
            return Err(Error::BadProcess {
                profile: profile.name().to_owned(),
                reason,
                place,
            });
        }
    };
    Ok(Some(CredentialProcess {
        command: command.to_owned(),
        keychain: keychain_item(command).filter(|item| !is_of_role(profiles, profile, item)),
        argv,
        account_id: owned(profile, "aws_account_id")?,
        place,
    }))
}

/// Whether a line of awsenv's own is for another profile, and that one is a role: no keychain has its keys.
fn is_of_role(profiles: &ProfileSet, profile: Profile<'_>, item: &str) -> bool {
    let other = profiles.profile(item).filter(|other| other.name() != profile.name());
    other.is_some_and(|other| other.get("role_arn").is_some())
}

fn reason(error: ShlexError) -> &'static str {
    match error {
        ShlexError::NoClosingQuotation => "a quote is not closed",
        ShlexError::NoEscapedCharacter => "it ends with a backslash",
    }
}
