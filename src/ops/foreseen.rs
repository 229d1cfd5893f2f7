//! Why credentials surely cannot be had, as far as files, the environment and the index of the keychain say: nothing is
//! run, asked or opened.

use std::cell::OnceCell;
use std::io::ErrorKind;
use std::path::Path;

use crate::advice::Advice;
use crate::config::mistakes::{self, Wrong};
use crate::config::{Place, shlex};
use crate::context::Context;
use crate::credentials::{Timestamp, pair};
use crate::env::Env;
use crate::env::names::names;
use crate::error::{Error, Kind};
use crate::journal::KeyCommand;
use crate::keychain::Index;
use crate::ops::bundle;
use crate::ops::files::Files;
use crate::ops::keychain::command;
use crate::ops::refusal::hint;
use crate::redact::{command as shown_command, shown};
use crate::resolve::{
    self, BaseSource, Choice, CredentialPlan, CredentialProcess, Keys, Region, RegionSource, WebIdentity,
};
use crate::sys;
use crate::sys::keychain::{Keychain, Presence};
use crate::text::display;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS_CREDENTIAL_EXPIRATION is no time.
    Expiration,
    /// What is there is no key pair.
    Keys,
    /// The keychain has no such key.
    NoKey,
    /// The program cannot be run; it is awsenv's own line where `is_own`.
    Program {
        is_own: bool,
    },
    TokenFile,
}

/// A failure that the next call will meet.
#[derive(Clone, Debug)]
pub struct Foreseen {
    pub cause: Cause,
    pub message: String,
    /// `None` for what the environment says.
    pub place: Option<Place>,
    pub remedy: Option<Advice>,
    /// Otherwise the credentials may be there all the same.
    pub is_certain: bool,
}

impl Foreseen {
    fn new(cause: Cause, message: String, place: Option<&Place>) -> Self {
        Self {
            cause,
            message,
            place: place.cloned(),
            remedy: None,
            is_certain: true,
        }
    }

    fn remedy(mut self, remedy: impl Into<Advice>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The message with its place.
    pub fn placed(&self) -> String {
        match &self.place {
            Some(place) => format!("{}: {}", display(&place.to_string()), self.message),
            None => self.message.clone(),
        }
    }
}

impl From<Foreseen> for Error {
    fn from(found: Foreseen) -> Self {
        let error = Error::new(Kind::Credentials, found.placed());
        found.remedy.into_iter().fold(error, Error::hint)
    }
}

/// What the keychain is known to hold, read when it is first asked for.
#[derive(Debug)]
pub struct Held<'a> {
    keychain: Keychain<'a>,
    /// `None` if it cannot be read.
    index: OnceCell<Option<Index>>,
}

impl<'a> Held<'a> {
    pub fn of(context: &'a Context<'a>) -> Self {
        Self {
            keychain: context.keychain(),
            index: OnceCell::new(),
        }
    }

    fn presence(&self, item: &str) -> Presence {
        let index = self.index.get_or_init(|| self.keychain.index().ok());
        self.keychain.presence(index.as_ref(), item)
    }
}

/// The mistakes in the values that the next call takes, certain ones first, in words with their places.
pub fn of_values(
    files: &Files,
    env: &Env,
    name: &str,
    plan: &CredentialPlan,
    region: Option<&Region>,
) -> Vec<(bool, String)> {
    let mut found: Vec<(bool, String)> = Vec::new();
    let is_aws = env.filled("AWS_ENDPOINT_URL").is_none();
    if let Some(Region {
        value,
        source: RegionSource::Environment(variable),
    }) = region.filter(|_| is_aws)
        && let Some(wrong) = mistakes::region(value)
    {
        found.push((
            wrong.is_certain,
            format!("{variable}: {}: {}", wrong.what, wrong.instead),
        ));
    }
    for (variable, wrong) in of_variables(env) {
        found.push((
            wrong.is_certain,
            format!("{variable}: {}: {}", wrong.what, wrong.instead),
        ));
    }
    let Some(profile) = files.profiles.profile(name) else {
        return found;
    };
    let taken = taken(env, plan, region);
    let session = profile
        .text("sso_session")
        .and_then(|name| files.profiles.sso_session(name));
    let session = session.filter(|_| matches!(plan.base, Some(BaseSource::Sso(_))));
    let places: Vec<Place> = taken
        .iter()
        .filter_map(|key| profile.get(key))
        .chain(session.into_iter().flat_map(|session| session.entries()))
        .flat_map(|value| value.nested().map(|entry| entry.place()).chain([value.place()]))
        .collect();
    let mistakes = mistakes::in_values(&files.profiles, name).into_iter();
    let mistakes = mistakes.chain(bundle::of_profile(profile));
    found.extend(
        mistakes
            .filter(|mistake| places.contains(&mistake.place))
            .map(|mistake| (mistake.is_certain, hint(&mistake))),
    );
    found.sort_by_key(|(is_certain, _)| !is_certain);
    found
}

/// Variables, beside those of the region, whose values stop every call.
pub fn of_variables(env: &Env) -> impl Iterator<Item = (&'static str, Wrong)> {
    let checked = mistakes::checked().filter_map(|(key, variable)| {
        let wrong = match key {
            "ca_bundle" => bundle::of_variable(variable, env),
            _ => None,
        };
        let text = env.text(variable)?;
        Some((variable, wrong.or_else(|| mistakes::choice(key, text))?))
    });
    let output = env.text("AWS_DEFAULT_OUTPUT").and_then(mistakes::output);
    checked.chain(output.map(|wrong| ("AWS_DEFAULT_OUTPUT", wrong)))
}

/// What stops the credentials that the environment alone names.
pub fn in_environment(files: &Files, env: &Env, held: &Held<'_>) -> Option<Foreseen> {
    let choice = resolve::select(None, env);
    let base = files.resolve_in(env, &choice).ok()?.base?;
    let is_of_environment = matches!(
        &base,
        BaseSource::Environment { named: None, .. } | BaseSource::WebIdentity(WebIdentity { place: None, .. })
    );
    of_base(files, env, held, &choice.name, &base).filter(|_| is_of_environment)
}

/// The keys of the profile whose values the next call takes.
fn taken(env: &Env, plan: &CredentialPlan, region: Option<&Region>) -> Vec<&'static str> {
    let is_unset = |variable: &str| env.os(variable).is_none();
    let mut keys: Vec<&str> = mistakes::checked()
        .filter_map(|(key, variable)| is_unset(variable).then_some(key))
        .collect();
    keys.push("services");
    keys.extend(mistakes::unbeaten());
    keys.extend(is_unset("AWS_DEFAULT_OUTPUT").then_some("output"));
    let region = region.map(|region| &region.source);
    keys.extend(matches!(region, Some(RegionSource::Profile(_))).then_some("region"));
    keys.extend(mistakes::of_roles().filter(|_| !plan.roles.is_empty()));
    match &plan.base {
        Some(BaseSource::Sso(_)) => {
            keys.extend([
                "sso_account_id",
                "sso_region",
                "sso_role_name",
                "sso_start_url",
                "sso_session",
            ]);
        }
        Some(BaseSource::StaticKeys(_)) if plan.roles.is_empty() => {
            keys.extend(["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]);
        }
        _ => {}
    }
    keys
}

/// `env` is that in which tools run.
pub fn of_base(files: &Files, env: &Env, held: &Held<'_>, profile: &str, base: &BaseSource) -> Option<Foreseen> {
    match base {
        BaseSource::CredentialProcess(process) => {
            of_program(env, profile, process).or_else(|| of_item(files, held, profile, process))
        }
        BaseSource::Environment { keys, .. } => of_environment(keys),
        BaseSource::StaticKeys(keys) | BaseSource::Boto(keys) => of_keys(keys, &whose(profile)),
        BaseSource::WebIdentity(web) => of_token(web),
        _ => None,
    }
}

fn whose(profile: &str) -> String {
    format!("the key of profile `{}`", display(profile))
}

fn of_program(env: &Env, profile: &str, process: &CredentialProcess) -> Option<Foreseen> {
    let word = process.argv.first()?;
    let is_own = process.keychain.is_some();
    // Any other line may be meant for one directory only.
    if !is_own && word.contains(std::path::is_separator) && Path::new(word).is_relative() {
        return None;
    }
    let why = sys::process::find(word, env).err()?;
    let program = shlex::split(&shown_command(&process.command))
        .ok()
        .and_then(|words| words.into_iter().next())
        .unwrap_or_default();
    let message = format!(
        "the credential_process of `{}` runs `{}`, which {why}, so no SDK gets its keys",
        display(profile),
        display(&program)
    );
    let remedy = match is_own {
        true => "install awsenv there again, or correct the path: `command -v awsenv` prints it",
        false => "install the program, or correct the line",
    };
    Some(Foreseen::new(Cause::Program { is_own }, message, Some(&process.place)).remedy(remedy))
}

fn of_item(files: &Files, held: &Held<'_>, profile: &str, process: &CredentialProcess) -> Option<Foreseen> {
    let item = process.keychain.as_deref()?;
    let (store, is_certain) = match held.presence(item) {
        Presence::Unknown => return None,
        Presence::Missing(store) => (store, true),
        Presence::Unlisted(store) => (store, false),
    };
    if is_elsewhere(files, process, item) {
        return None;
    }
    let key = display(item);
    let message = match is_certain {
        true => format!("{} has no key for `{key}`", store.described()),
        false => format!(
            "the index of the keychain has no key for `{key}`, so {} may have none either",
            store.described()
        ),
    };
    let found = Foreseen {
        is_certain,
        ..Foreseen::new(Cause::NoKey, message, Some(&process.place))
    };
    let add = command(KeyCommand::Add, profile);
    let add = if item == profile {
        add
    } else {
        add.option("--item", item)
    };
    Some(found.remedy(Advice::from("store it again: ").command(add)))
}

/// Whether awsenv would find the key in the files, as it does for a profile that its line names.
fn is_elsewhere(files: &Files, process: &CredentialProcess, item: &str) -> bool {
    process.argv.iter().skip(1).filter(|name| files.has(name)).any(|name| {
        let plan = files.resolve(&Choice::explicit(name), None);
        plan.is_ok_and(|plan| plan.base.is_some() && plan.keychain_item() != Some(item))
    })
}

fn of_token(web: &WebIdentity) -> Option<Foreseen> {
    let path = Path::new(&web.token_file);
    // A relative path in a file may be meant for one directory only.
    if web.place.is_some() && path.is_relative() {
        return None;
    }
    let error = sys::fs::unreadable(path)?;
    let why = match error.kind() {
        ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let message = format!("the token file `{}` {why}", shown(&web.token_file));
    let found = Foreseen::new(Cause::TokenFile, message, web.place.as_ref());
    Some(match web.place {
        Some(_) => found.remedy("correct the path, or write the token there"),
        None => found.remedy(Advice::default().unset(names(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"]))),
    })
}

fn of_environment(keys: &Keys) -> Option<Foreseen> {
    let unset = Advice::default().unset(names(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]));
    if let Some(found) = of_keys(keys, "the key in the environment") {
        return Some(found.remedy(unset.text(", or set both again")));
    }
    let end = keys.expiration.as_deref()?;
    if Timestamp::parse(end).is_some() {
        return None;
    }
    let is_certain = is_no_time(end);
    let message = match is_certain {
        true => "AWS_CREDENTIAL_EXPIRATION is not a time with an offset, so the AWS CLI and boto3 fail",
        false => "AWS_CREDENTIAL_EXPIRATION is not a time as in RFC 3339, which not every SDK can read",
    };
    let unset = Advice::default().unset(names(["AWS_CREDENTIAL_EXPIRATION"]));
    let found = Foreseen::new(Cause::Expiration, message.to_owned(), None).remedy(unset);
    Some(Foreseen { is_certain, ..found })
}

/// Whether dateutil, which reads far more than RFC 3339, makes no time with an offset of it either.
fn is_no_time(text: &str) -> bool {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || "-/.:T ".contains(c));
    let clock = text.split_once(['T', ' ', ':']).map_or("", |(_, clock)| clock);
    !has_digit || is_plain && !clock.contains('-')
}

/// A pair that no service accepts. Services that only resemble AWS have ids and secrets of other shapes.
fn of_keys(keys: &Keys, whose: &str) -> Option<Foreseen> {
    if keys.is_empty() {
        return None;
    }
    let (id, secret) = (keys.access_key_id.as_str(), keys.secret_access_key.expose().as_str());
    let is_quoted = [id, secret].iter().any(|text| mistakes::quoted(text).is_some());
    let why = if is_quoted {
        "is in quotes, which are a part of it".to_owned()
    } else {
        let flaw = pair::certain(id, secret)?;
        format!("cannot work: {flaw}")
    };
    let found = Foreseen::new(Cause::Keys, format!("{whose} {why}"), keys.place.as_ref());
    Some(found.remedy(if is_quoted { "delete the quotes" } else { "correct both" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dateutil_cannot_take_for_a_time_with_an_offset() {
        for text in [
            "garbage",
            "2036-01-01",
            "1577836800",
            "2036-01-01T00:00:00",
            "2036-01-01 10:00",
            "2036/01/01",
        ] {
            assert!(is_no_time(text), "{text}");
        }
        for text in [
            "2036-01-01T00:00:00-0700",
            "2036-01-01 00:00 UTC",
            "Jan 1 2036 10:00Z",
            "2036-01-01T00:00-07",
            "2036-01-01T00:00:00+0000",
        ] {
            assert!(!is_no_time(text), "{text}");
        }
    }
}
