//! Writes the answers of `configure`: the key into the keychain or the files, region and output into the files.

use crate::advice::{Advice, Command};
use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind, Profile, Section};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::{KeyCommand, Undo};
use crate::keychain::layout::{ID, SECRET};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::transaction::{self, Plan, Rules, Sharers};
use crate::ops::keychain::typed::Typed;
use crate::ops::keychain::{attach, command, line};
use crate::sys;
use crate::sys::edit::EditLock;
use crate::text::display;

use super::setting::{self, Key};

/// An empty answer keeps the present value.
pub(super) struct Answers {
    pub(super) key: Option<Typed>,
    pub(super) region: String,
    pub(super) output: String,
}

/// The line that makes the profile use its key, present or new.
pub(super) struct Line {
    pub(super) item: String,
    pub(super) value: String,
    /// A profile that already uses the item gets a new key in it; another profile's item is kept.
    pub(super) is_own: bool,
}

/// Puts the key into the keychain, and the other answers into the files.
pub(super) fn into_keychain(
    context: &Context,
    files: &Files,
    profile: &str,
    line: &Line,
    answers: &Answers,
    key: &Typed,
) -> Result<(), Error> {
    let item = deposit::item(context, files.profiles.profile(profile), &key.id, key.secret.expose());
    let plan = |files: &Files| {
        let edits = attach::attach(files, profile, &line.item, &line.value, false)?;
        Ok(Some(Plan {
            deposit: Deposit {
                profile: profile.to_owned(),
                name: line.item.clone(),
                item: item.clone(),
                replace: line.is_own,
            },
            edits: with_settings(files, profile, answers, edits)?,
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
pub(super) fn into_files(context: &Context, files: &Files, profile: &str, answers: &Answers) -> Result<bool, Error> {
    let edits = |files: &Files| {
        let key = answers.key.as_ref();
        let key = key.map(|key| plaintext(files, profile, key)).transpose()?;
        with_settings(files, profile, answers, key.into_iter().collect())
    };
    // Reports what is impossible before the files are locked.
    edits(files)?;
    let lock = EditLock::take(context.env())?;
    let now = Files::load(context)?;
    if let Some(key) = &answers.key {
        let asked_about = key_of(files, profile);
        let found = key_of(&now, profile);
        if found != asked_about && found != [Some(key.id.as_str()), Some(key.secret.expose())] {
            return Err(changed(profile, Command::new("awsenv configure").flag("--plaintext")));
        }
    }
    let edits = edits(&now)?;
    if answers.key.is_some() {
        for edit in edits.iter().filter(|edit| edit.was.is_some()) {
            // Before the file holds the secret.
            sys::edit::keep_private(&edit.path)?;
        }
    }
    edit::save(context, &lock, &title(profile), &edits, Undo::Journal)?;
    Ok(answers.key.is_some() || !edits.is_empty())
}

/// The halves of the key that the profile has in the files.
fn key_of<'a>(files: &'a Files, profile: &str) -> [Option<&'a str>; 2] {
    let found = files.profiles.profile(profile);
    let text = |key| found.and_then(|found| found.in_credentials(key).or_else(|| found.in_config(key)));
    [ID, SECRET].map(|key| text(key).map(|value| value.text()))
}

/// The error for a key that is no longer the one that the questions were about; `again` asks them once more.
pub(super) fn changed(profile: &str, again: Command) -> Error {
    let message = format!(
        "another program changed the key of `{}` meanwhile, so it was not replaced",
        display(profile)
    );
    let hint = Advice::from("look at the key that is there now, and answer again: ").command(again.operand(profile));
    Error::new(Kind::Failed, message).hint(hint)
}

fn title(profile: &str) -> String {
    format!("configure `{}`", display(profile))
}

/// Adds the edits for the typed region and output; at most one edit for each file.
pub(super) fn with_settings(
    files: &Files,
    profile: &str,
    answers: &Answers,
    mut edits: Vec<FileEdit>,
) -> Result<Vec<FileEdit>, Error> {
    for (key, value) in [("region", &answers.region), ("output", &answers.output)] {
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
pub(super) fn plaintext(files: &Files, profile: &str, key: &Typed) -> Result<FileEdit, Error> {
    let found = files.profiles.profile(profile);
    if let Some(process) = found.and_then(|found| found.get(line::KEY)) {
        let shown = display(profile);
        let message = format!("{}: `{shown}` gets its key from a credential_process", process.place());
        let error = Error::new(Kind::Failed, message);
        return Err(match keychain_item(process.text()) {
            Some(_) => error
                .hint(
                    Advice::from("put the key back into the file first: ")
                        .command(command(KeyCommand::Restore, profile)),
                )
                .hint(Advice::from("or delete it from the keychain: ").command(command(KeyCommand::Remove, profile))),
            None => error.hint("to keep the key in the file, delete this line first: it runs another program"),
        });
    }
    let has_key = |section: &Section<'_>| [ID, SECRET].iter().any(|key| section.own(key).is_some());
    let own = found.and_then(|found: Profile<'_>| {
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
    editor.set(&header, ID, &key.id)?;
    editor.set(&header, SECRET, key.secret.expose())?;
    // A token belongs to the old key.
    for token in ["aws_session_token", "aws_security_token"] {
        editor.remove(&header, token)?;
    }
    Ok(FileEdit::of(document, editor.finish()?))
}
