//! A start URL that leads to another region than the session's: the line is corrected, if the user agrees.

use crate::config::edit::Editor;
use crate::config::{Document, Profile, Section};
use crate::context::Context;
use crate::error::Error;
use crate::journal::Undo;
use crate::ops::ask;
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::redact::shown;
use crate::resolve::SsoSession;
use crate::sys::edit::EditLock;

const KEY: &str = "sso_region";

/// Nothing of it is a failure: the user has signed in.
pub(super) fn moved(context: &Context, session: &SsoSession, region: &str) {
    let name = shown(session.cache_name());
    let (place, old) = (&session.region_place, shown(&session.region));
    let what =
        format!("the start URL of `{name}` leads to the region `{region}`, but its `{KEY}` is `{old}` ({place})");
    let is_agreed = ask::may_ask(context).is_ok() && {
        context.ui.tell(what.clone());
        ask::yes(context, &format!("set it to `{region}`"), false, "").unwrap_or(false)
    };
    let done = match is_agreed {
        true => correct(context, session, region),
        false => Ok(false),
    };
    match done {
        Ok(true) => context.ui.notice(&format!("`{KEY}` of `{name}` is set to `{region}`")),
        Ok(false) => context.ui.warn(format!("{what}: set it to `{region}`")),
        Err(error) => context.ui.warn(format!("{what}, and it cannot be set: {error}")),
    }
}

/// `false` if the line is no longer there.
fn correct(context: &Context, session: &SsoSession, region: &str) -> Result<bool, Error> {
    let lock = EditLock::take(context.env())?;
    let files = Files::load(context)?;
    let Some((document, header)) = section(&files, session) else {
        return Ok(false);
    };
    let mut editor = Editor::new(document)?;
    editor.set(&header, KEY, region)?;
    let edit = FileEdit::of(document, editor.finish()?);
    let title = format!("set `{KEY}` of `{}`", shown(session.cache_name()));
    edit::save(context, &lock, &title, &[edit], Undo::Journal)?;
    Ok(true)
}

/// The section that has the line, if it still says the same.
fn section<'f>(files: &'f Files, session: &SsoSession) -> Option<(&'f Document, String)> {
    let profiles = &files.profiles;
    let is_it = |section: &Section<'_>| {
        section
            .get(KEY)
            .is_some_and(|value| value.place() == session.region_place && value.text() == session.region)
    };
    let of_session = session.name.as_deref().and_then(|name| profiles.sso_session(name));
    let of_profile = |profile: Profile<'f>| [profile.config_section(), profile.credentials_section()];
    let mut sections = of_session
        .into_iter()
        .chain(profiles.profiles().flat_map(of_profile).flatten());
    let section = sections.find(is_it)?;
    let header = section.header().to_owned();
    let mut documents = [profiles.config(), profiles.credentials()].into_iter().flatten();
    let document = documents.find(|document| **document.path() == *session.region_place.file)?;
    Some((document, header))
}
