//! The SSO sessions of the files, and which one a command is about.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::advice::{Advice, Command};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::files::Files;
use crate::ops::refusal::refused;
use crate::redact::{harmless, shown};
use crate::resolve::{BaseSource, Choice, SsoSession, sso_session};
use crate::sys::picker::{self, Cell, FIELDS, Look, Menu};
use crate::text::{cut, name};
use crate::ui::Ui;

/// In the order of the file: the sections, then the start URLs of profiles without one. Sections that lack a key are
/// left out.
pub fn all(files: &Files) -> Vec<SsoSession> {
    let profiles = &files.profiles;
    let sections = profiles.sso_session_names();
    let mut found: Vec<SsoSession> = sections.filter_map(|name| sso_session(profiles, name).ok()?).collect();
    for profile in profiles.profiles().filter(|profile| is_legacy(files, profile.name())) {
        if let Some(session) = of_profile(files, profile.name())
            && !found.iter().any(|known| known.cache_name() == session.cache_name())
        {
            found.push(session);
        }
    }
    found
}

fn is_legacy(files: &Files, profile: &str) -> bool {
    let profile = files.profiles.profile(profile);
    profile.is_some_and(|profile| profile.get("sso_session").is_none() && profile.get("sso_start_url").is_some())
}

/// The session that a profile's credentials come from, through whatever roles.
pub fn of_profile(files: &Files, profile: &str) -> Option<SsoSession> {
    let (plan, _) = files.resolve_past_boto(&Choice::explicit(profile), None).ok()?;
    match plan.base {
        Some(BaseSource::Sso(sso)) => Some(sso.session),
        _ => None,
    }
}

/// The session of that name, or of that start URL.
///
/// # Errors
/// There is none, or its section lacks a key.
pub fn named(files: &Files, word: &str) -> Result<SsoSession, Error> {
    let found = sso_session(&files.profiles, word).map_err(|error| refused(&files.profiles, error))?;
    if let Some(session) = found {
        return Ok(session);
    }
    let all = all(files);
    let legacy = |session: &&SsoSession| session.name.is_none() && session.start_url == word;
    if let Some(session) = all.iter().find(legacy) {
        return Ok(session.clone());
    }
    let message = format!("there is no SSO session `{}` in {}", name(word), files.searched());
    let mut error = Error::new(Kind::InvalidConfig, message);
    for near in nearest(word, all.iter().map(SsoSession::cache_name)) {
        error = error.hint(format!("did you mean `{}`?", shown(near)));
    }
    Err(error.hint(
        Advice::from("`")
            .command(Command::new("awsenv sso list"))
            .text("` shows all sessions"),
    ))
}

/// The session that `word` names, else the only one, else the one that the user picks. `usage` says how to name one.
///
/// # Errors
/// There is none, or several and no terminal; the user leaves without choosing.
pub fn chosen(context: &Context, files: &Files, word: Option<&str>, usage: &str) -> Result<SsoSession, Error> {
    match word {
        Some(word) => named(files, word),
        None => one_of(context, files, all(files), usage),
    }
}

/// As [`chosen`], but a start URL of a profile counts only where there is no section.
///
/// # Errors
/// As [`chosen`].
pub fn chosen_section(context: &Context, files: &Files, word: Option<&str>, usage: &str) -> Result<SsoSession, Error> {
    if word.is_some() {
        return chosen(context, files, word, usage);
    }
    let (sections, others): (Vec<_>, Vec<_>) = all(files).into_iter().partition(|session| session.name.is_some());
    let all = if sections.is_empty() { others } else { sections };
    one_of(context, files, all, usage)
}

fn one_of(context: &Context, files: &Files, mut all: Vec<SsoSession>, usage: &str) -> Result<SsoSession, Error> {
    match all.len() {
        // One that lacks a key is better mended than replaced.
        0 => Err(incomplete(files).next().unwrap_or_else(|| none(files))),
        1 => Ok(all.remove(0)),
        _ => pick(context, all, usage),
    }
}

/// Signs in to a session, although a profile may have its name.
pub fn login(files: &Files, session: &SsoSession) -> Command {
    let name = session.cache_name();
    let login = Command::new("awsenv login");
    let is_taken = files.has(name) || files.settings.aliases.contains_key(name);
    let login = if is_taken { login.flag("--session") } else { login };
    login.operand(harmless(name).unwrap_or("NAME"))
}

/// Why sections of the config file are no sessions.
pub fn incomplete(files: &Files) -> impl Iterator<Item = Error> {
    let names = files.profiles.sso_session_names();
    names.filter_map(|name| {
        let error = sso_session(&files.profiles, name).err()?;
        Some(refused(&files.profiles, error))
    })
}

/// What to do where no file defines a session.
pub fn none(files: &Files) -> Error {
    let message = format!("there are no SSO sessions in {}", files.searched());
    let setup = Command::new("awsenv sso setup NAME");
    Error::new(Kind::InvalidConfig, message).hint(Advice::from("set one up: ").command(setup))
}

/// In hints.
const MAX_NAMED: usize = 5;

fn pick(context: &Context, sessions: Vec<SsoSession>, usage: &str) -> Result<SsoSession, Error> {
    let process = context.process;
    picker::check_terminal(process.stderr_tty, process.env.text("TERM")).map_err(|why| {
        let message = format!(
            "there are {} SSO sessions, and no terminal to choose on: {why}",
            sessions.len()
        );
        let names = sessions
            .iter()
            .take(MAX_NAMED)
            .map(|session| shown(session.cache_name()));
        let names = names.collect::<Vec<_>>().join(", ");
        Error::new(Kind::Usage, message)
            .hint(format!("name the session: {usage}"))
            .hint(format!(
                "the sessions are {names}{}",
                if sessions.len() > MAX_NAMED { ", …" } else { "" }
            ))
    })?;
    let menu = Arc::new(Sessions {
        sessions,
        ui: context.ui.clone(),
    });
    let picked = picker::pick(
        Arc::<Sessions>::clone(&menu),
        "",
        &context.settings().picker,
        context.ui.color,
    );
    let picked = picked.map_err(|error| Error::new(Kind::Failed, format!("the picker failed: {error}")))?;
    let picked = picked.ok_or_else(Error::cancelled)?;
    Ok(menu.sessions[picked].clone())
}

struct Sessions {
    sessions: Vec<SsoSession>,
    ui: Ui,
}

impl Menu for Sessions {
    fn len(&self) -> usize {
        self.sessions.len()
    }

    fn width(&self) -> usize {
        let widths = self
            .sessions
            .iter()
            .map(|session| shown(session.cache_name()).chars().count());
        widths.max().unwrap_or(0)
    }

    fn fields(&self, index: usize) -> [String; FIELDS] {
        let session = &self.sessions[index];
        [
            session.cache_name().to_owned(),
            session.start_url.clone(),
            session.region.clone(),
            String::new(),
            String::new(),
        ]
    }

    fn row(&self, index: usize, width: usize) -> Vec<Cell> {
        vec![Cell {
            text: cut(shown(self.sessions[index].cache_name()), width),
            look: Look::Plain,
            field: None,
        }]
    }

    fn preview(&self, index: usize) -> String {
        let session = &self.sessions[index];
        let mut text = format!("{}\n", shown(session.cache_name()));
        let place = self.ui.shown(&session.region_place.to_string());
        let _ = writeln!(
            text,
            "{}\n{} ({place})",
            shown(&session.start_url),
            shown(&session.region)
        );
        text
    }
}
