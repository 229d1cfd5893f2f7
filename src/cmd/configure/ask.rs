//! The questions of `aws configure`: the key goes into the keychain, region and output into the config file.

use std::ffi::OsStr;

use super::setting::{self, Key};
use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind, Profile, Section};
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::last_four;
use crate::keychain::layout::{ID, SECRET};
use crate::ops::ask;
use crate::ops::choose::{self, Chosen};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::transaction::{self, Plan, Rules, Sharers};
use crate::ops::keychain::{attach, line};
use crate::redact;
use crate::secret::Secret;
use crate::sys;
use crate::sys::edit::EditLock;
use crate::text::display;

/// An empty answer keeps the present value.
struct Typed {
    key: Option<(String, Secret<String>)>,
    region: String,
    output: String,
}

/// The line that makes the profile use its key, present or new.
struct Line {
    item: String,
    value: String,
    is_own: bool,
}

/// Asks everything first, then makes all changes or none.
pub(super) fn run(context: &Context, profile: Option<&OsStr>, plaintext: bool) -> Result<Outcome, Error> {
    ask::check(
        context,
        "use `awsenv configure set KEY VALUE` and `awsenv key add PROFILE --stdin` instead",
    )?;
    let Chosen { files, choice } = choose::choose(context, profile)?;
    let name = choice.name;
    let found = files.profiles.profile(&name);
    let own_item = found.and_then(|found| found.text(line::KEY)).and_then(keychain_item);
    let is_own = own_item.is_some();
    let item = own_item.unwrap_or_else(|| name.clone());
    let value = line::value(context, &name, &item)?;
    let line = Line { item, value, is_own };
    let typed = questions(context, &files, &name, &line.item)?;
    if let Some((id, secret)) = &typed.key {
        deposit::check_key(id, secret)?;
    }
    let is_changed = match &typed.key {
        Some(key) if !plaintext => into_keychain(context, &files, &name, &line, &typed, key).map(|()| true),
        _ => into_files(context, &files, &name, &typed),
    }?;
    let shown = display(&name);
    context.ui.notice(&match is_changed {
        true => format!("`{shown}` is configured"),
        false => format!("`{shown}` is unchanged"),
    });
    Ok(Outcome::Done(0))
}

/// Puts the key into the keychain, and the other answers into the files.
fn into_keychain(
    context: &Context,
    files: &Files,
    profile: &str,
    line: &Line,
    typed: &Typed,
    (id, secret): &(String, Secret<String>),
) -> Result<(), Error> {
    let item = deposit::item(context, files.profiles.profile(profile), id, secret.expose());
    let plan = |files: &Files| {
        let edits = attach::attach(files, profile, &line.item, &line.value, false)?;
        Ok(Some(Plan {
            deposit: Deposit {
                profile: profile.to_owned(),
                name: line.item.clone(),
                item: item.clone(),
                // A profile that already uses the item gets a new key in it; another profile's item is kept.
                replace: line.is_own,
            },
            edits: with_settings(files, profile, typed, edits)?,
            title: title(profile),
            undo: Undo::Journal,
            rules: Rules {
                sharers: Sharers::Warn,
                may_change: true,
                ..Rules::default()
            },
        }))
    };
    transaction::store(context, &context.keychain(), files, plan).map(drop)
}

/// Puts all answers into the files; returns whether there were any.
fn into_files(context: &Context, files: &Files, profile: &str, typed: &Typed) -> Result<bool, Error> {
    let edits = |files: &Files| {
        let key = typed.key.as_ref();
        let key = key.map(|key| plaintext(files, profile, key)).transpose()?;
        with_settings(files, profile, typed, key.into_iter().collect())
    };
    // Reports what is impossible before the files are locked.
    edits(files)?;
    let lock = EditLock::take(context.env())?;
    let edits = edits(&Files::load(context)?)?;
    if typed.key.is_some() {
        for edit in edits.iter().filter(|edit| edit.was.is_some()) {
            // Before the file holds the secret.
            sys::edit::keep_private(&edit.path)?;
        }
    }
    edit::save(context, &lock, &title(profile), &edits, Undo::Journal)?;
    Ok(typed.key.is_some() || !edits.is_empty())
}

fn title(profile: &str) -> String {
    format!("configure `{}`", display(profile))
}

fn questions(context: &Context, files: &Files, name: &str, item: &str) -> Result<Typed, Error> {
    let found = files.profiles.profile(name);
    let text = |key: &str| found.and_then(|found| found.text(key)).unwrap_or_default();
    let old_id = plaintext_id(found);
    let in_keychain = || {
        let index = context.keychain().index().ok()?;
        index.find(item).map(|record| format!("****{}", record.last_four))
    };
    let shown_id = old_id.map(|id| format!("****{}", last_four(id))).or_else(in_keychain);
    let has_key = shown_id.is_some();
    let question = |what: &str, now: &str| format!("{what} [{}]:", if now.is_empty() { "None" } else { now });
    let id = ask::line(context, &question("AWS Access Key ID", &shown_id.unwrap_or_default()))?;
    let mask = if has_key { "****" } else { "" };
    let secret = ask::secret(context, &question("AWS Secret Access Key", mask))?;
    let secret = Secret::new(secret.expose().trim().to_owned());
    let key = match (id.is_empty(), secret.expose().is_empty()) {
        (true, true) => None,
        (false, false) => Some((id, secret)),
        // A secret typed alone belongs to the present id.
        (true, false) if old_id.is_some() => Some((old_id.unwrap_or_default().to_owned(), secret)),
        (false, true) if old_id == Some(&id) => None,
        (true, false) => return Err(half("the access key id")),
        (false, true) => return Err(half("the secret access key")),
    };
    Ok(Typed {
        key,
        region: ask::line(
            context,
            &question("Default region name", &redact::shown(text("region"))),
        )?,
        output: ask::line(
            context,
            &question("Default output format", &redact::shown(text("output"))),
        )?,
    })
}

fn half(what: &str) -> Error {
    Error::new(Kind::Failed, format!("{what} is missing; nothing was changed"))
        .hint("an access key has an id and a secret: type both, or press Enter twice to keep the current key")
}

fn plaintext_id(profile: Option<Profile<'_>>) -> Option<&str> {
    let value = profile?.in_credentials(ID).or_else(|| profile?.in_config(ID))?;
    Some(value.text()).filter(|id| !id.is_empty() && redact::harmless(id).is_some())
}

/// Adds the edits for the typed region and output; at most one edit for each file.
fn with_settings(
    files: &Files,
    profile: &str,
    typed: &Typed,
    mut edits: Vec<FileEdit>,
) -> Result<Vec<FileEdit>, Error> {
    for (key, value) in [("region", &typed.region), ("output", &typed.output)] {
        if value.is_empty() {
            continue;
        }
        let edited = files.edited(&edits)?;
        let setting = setting::edit_for(&edited, profile, &Key::parse(key), value)?;
        edits = edit::join(edits, setting.into_iter().collect());
    }
    Ok(edits)
}

/// The edit that writes the key to the credentials file, or to where the profile has one.
fn plaintext(files: &Files, profile: &str, (id, secret): &(String, Secret<String>)) -> Result<FileEdit, Error> {
    let found = files.profiles.profile(profile);
    if let Some(process) = found.and_then(|found| found.get(line::KEY)).filter(|_| found.is_some()) {
        let shown = display(profile);
        let message = format!("{}: `{shown}` gets its key from a credential_process", process.place());
        return Err(Error::new(Kind::Failed, message)
            .hint("take the key out of the keychain first, with `awsenv key restore` or `awsenv key remove`"));
    }
    let has_key = |section: &Section<'_>| [ID, SECRET].iter().any(|key| section.own(key).is_some());
    let own = found.and_then(|found| {
        let credentials = found.credentials_section();
        credentials
            .filter(has_key)
            .or(found.config_section().filter(has_key))
            .or(credentials)
    });
    let path = files.path_to_write(FileKind::Credentials)?;
    let new = Document::absent(path);
    let document = match own {
        Some(section) => section.document(),
        None => files.profiles.credentials().unwrap_or(&new),
    };
    let mut editor = Editor::new(document)?;
    let header = editor.header(own, FileKind::Credentials, profile)?;
    editor.set(&header, ID, id)?;
    editor.set(&header, SECRET, secret.expose())?;
    // A token belongs to the old key.
    for token in ["aws_session_token", "aws_security_token"] {
        editor.remove(&header, token)?;
    }
    Ok(FileEdit::of(document, editor.finish()?))
}
