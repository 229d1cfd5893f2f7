//! What `login` and `logout` are about: a profile's session, or one by its name.

use crate::advice::{Advice, Command};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::choose;
use crate::ops::files::Files;
use crate::ops::now;
use crate::ops::sso::sessions;
use crate::redact::shown;
use crate::resolve::{BaseSource, Calls, Choice, Login, SsoSession};
use crate::text::{display, either, name as shown_name};

/// What is signed in to, and how it is called.
#[derive(Clone, Debug)]
pub struct Target {
    pub session: SsoSession,
    pub calls: Calls,
}

/// What `word` names: a profile first, unless it `is_session`. Without a word that of the profile in use, else the only
/// session, else the one that the user picks. `usage` says how to name one.
///
/// # Errors
/// There is none of that name, or the profile has nothing to sign in to.
pub fn target(context: &Context, word: Option<&str>, is_session: bool, usage: &str) -> Result<Target, Error> {
    let files = Files::load(context)?;
    let by_itself = |session| Target {
        session,
        calls: files.calls(None),
    };
    let Some(word) = word else {
        let choice = now::choice(context);
        let used = now::profile(&choice, &files).and_then(|name| of_profile(&files, name).ok().flatten());
        return match used {
            Some(target) => Ok(target),
            None => sessions::chosen(context, &files, None, usage).map(by_itself),
        };
    };
    if is_session {
        return sessions::named(&files, word).map(by_itself);
    }
    let of_word = || {
        let choice = choose::choose(context, Some(word.as_ref()))?.choice;
        of_profile(&files, &choice.name)?.ok_or_else(|| nothing(&files, &choice.name))
    };
    if choose::is_known(context, word.as_ref()) {
        return of_word();
    }
    sessions::named(&files, word)
        .map(by_itself)
        .map_err(|error| unknown(&files, word, error))
}

/// `None` if the profile has nothing to sign in to here.
fn of_profile(files: &Files, name: &str) -> Result<Option<Target>, Error> {
    let (plan, _) = files.resolve_past_boto(&Choice::explicit(name), None)?;
    let session = match plan.base {
        Some(BaseSource::Sso(sso)) => Some(sso.session),
        Some(BaseSource::Login(login)) => return Err(of_aws_login(&login, plan.base_of.as_deref().unwrap_or(name))),
        _ => without_role(files, name)?,
    };
    Ok(session.map(|session| Target {
        session,
        calls: plan.calls,
    }))
}

/// The session of a profile that names one and no role, for the tokens of other services.
fn without_role(files: &Files, name: &str) -> Result<Option<SsoSession>, Error> {
    let Some(profile) = files.profiles.profile(name) else {
        return Ok(None);
    };
    if let Some(session) = profile.text("sso_session") {
        return sessions::named(files, session).map(Some);
    }
    let (Some(start_url), Some(region)) = (profile.text("sso_start_url"), profile.get("sso_region")) else {
        return Ok(None);
    };
    Ok(Some(SsoSession {
        name: None,
        start_url: start_url.to_owned(),
        region: region.text().to_owned(),
        region_place: region.place(),
        scopes: None,
    }))
}

fn of_aws_login(login: &Login, profile: &str) -> Error {
    let message = format!("{}: awsenv cannot sign in by `aws login` yet", login.place);
    let command = Command::new("aws login").option("--profile", profile);
    Error::new(Kind::LoginRequired, message).hint(Advice::from("the AWS CLI can: ").command(command))
}

fn nothing(files: &Files, name: &str) -> Error {
    let message = format!("profile `{}` takes nothing from IAM Identity Center", display(name));
    let error = Error::new(Kind::InvalidConfig, message);
    let sessions = sessions::all(files);
    let name = |session: &SsoSession| format!("`{}`", shown(session.cache_name()));
    let named: Vec<String> = sessions.iter().take(MAX_NAMED).map(name).collect();
    match named.is_empty() {
        true => error,
        false => error.hint(format!("you can sign in to {}", either(&named))),
    }
}

/// In a hint.
const MAX_NAMED: usize = 5;

/// `error` says that no session has the name.
fn unknown(files: &Files, word: &str, error: Error) -> Error {
    if error.kind != Kind::InvalidConfig || files.profiles.sso_session(word).is_some() {
        return error;
    }
    let message = format!(
        "`{}` is neither a profile nor an SSO session in {}",
        shown_name(word),
        files.searched()
    );
    let sessions = sessions::all(files);
    let others = sessions.iter().map(SsoSession::cache_name);
    let others = others.filter(|name| files.profiles.profile(name).is_none());
    let known = files.profiles.names().chain(others);
    let near = nearest(word, known);
    let error = Error::new(Kind::ProfileNotFound, message);
    match near.is_empty() {
        false => near.into_iter().fold(error, |error, near| {
            error.hint(format!("did you mean `{}`?", shown(near)))
        }),
        true => error.hint(
            Advice::from("`")
                .command(Command::new("awsenv list"))
                .text("` shows all profiles, and `")
                .command(Command::new("awsenv sso list"))
                .text("` all SSO sessions"),
        ),
    }
}
