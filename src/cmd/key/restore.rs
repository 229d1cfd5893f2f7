//! `awsenv key restore`: a key goes back into the files it was in, byte for byte where they are as the import left them.

use zeroize::Zeroizing;

use crate::cli::KeyRestoreArgs;
use crate::config::edit::{Editor, header_of};
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind};
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::keychain::index::Record;
use crate::keychain::item::Cut;
use crate::keychain::layout::{self, Halves, ID, SECRET};
use crate::keychain::{Error as StoreError, Item};
use crate::ops::choose;
use crate::ops::diff;
use crate::ops::edit::{self, FileEdit, UndoBy};
use crate::ops::files::Files;
use crate::ops::keychain::identity::Moved;
use crate::ops::keychain::{self, detach, index, line, transaction};
use crate::sys;
use crate::sys::edit::EditLock;
use crate::text::display;

/// The files first, read back; then the item goes.
pub(super) fn run(context: &Context, args: KeyRestoreArgs) -> Result<Outcome, Error> {
    let profile = choose::utf8(&args.profile)?;
    let shown = display(profile);
    let files = Files::load(context)?;
    let keychain = context.keychain()?;
    let index = index::load(&keychain)?;
    let line = files.profiles.profile(profile).and_then(detach::item_of);
    let known = || index.of_profile(profile).map(|record| record.item.clone());
    let name = line.or_else(known).unwrap_or_else(|| profile.to_owned());
    let store = keychain::store_of(&keychain, &name)?;
    let read = |files: &Files| match keychain.read(store, &name) {
        // A run that was killed when the item was gone.
        Err(StoreError::Missing { .. }) if is_back(files, profile, index.find(&name)) => Ok(None),
        Err(error @ StoreError::Missing { .. }) => {
            let asks = files.profiles.profile(profile).and_then(detach::item_of).is_some();
            if !asks && !args.dry_run && index.find(&name).is_some() {
                // No line asks for what is not there. The error says more than a failure here would.
                let _ = index::forget(&keychain, &name);
            }
            Err(error)
        }
        found => found.map(Some),
    };
    // The keychain may let somebody type a password; only then the files are locked, and all is read again.
    let mut found = read(&files)?;
    let lock = match args.dry_run {
        true => None,
        false => Some(EditLock::take(context.env())?),
    };
    let files = Files::load(context)?;
    if lock.is_some() {
        found = read(&files)?;
    }
    let Some(item) = found else {
        if lock.is_some() {
            index::forget(&keychain, &name)?;
        }
        context
            .ui
            .notice(&format!("the key of `{shown}` is back in the file already"));
        return Ok(Outcome::Done(0));
    };
    let edits = if holds(&files, profile, &item) {
        // A run that was killed behind the files, or between them.
        put_back(&files, &item).0
    } else {
        edits(&files, profile, &name, &item)?
    };
    let moved = Moved {
        item: &name,
        access_key_id: &item.access_key_id,
    };
    transaction::check_identities(&files, &edits, &moved, None)?;
    let Some(lock) = lock else {
        return Ok(Outcome::Text(diff::of(&edits), 0));
    };
    for edit in edits
        .iter()
        .filter(|edit| edit.was.is_some() && has_secret(&edit.now, &item))
    {
        // Before the secret is in it.
        sys::edit::keep_private(&edit.path)?;
    }
    let again = keychain::command("import", profile);
    edit::save(
        context,
        &lock,
        &format!("restore the key of `{shown}`"),
        &edits,
        UndoBy::Command(again),
    )?;
    let files = Files::load(context)?;
    if !holds(&files, profile, &item) && !stands_in(&edits, &item) {
        let message = format!(
            "the files do not give back the key of `{shown}`; it stays in {}",
            store.described()
        );
        return Err(Error::new(Kind::Failed, message));
    }
    if let Some(user) = other_user(&files, profile, &name, &item) {
        context.ui.tell(&format!(
            "the key of `{shown}` is back in the file; it stays in {} too, because {user} asks for it",
            store.described()
        ));
        return Ok(Outcome::Done(0));
    }
    match keychain.delete(store, &name) {
        Ok(()) | Err(StoreError::Missing { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    index::forget(&keychain, &name)?;
    context.ui.notice(&format!(
        "the key of `{shown}` is back in the file, readable for whoever reads that"
    ));
    Ok(Outcome::Done(0))
}

/// Who still asks for the item: another profile, or a section of a file that is none of today's, from which the key was
/// imported too.
fn other_user(files: &Files, profile: &str, name: &str, item: &Item) -> Option<String> {
    if let Some(other) = detach::sharers(files, profile, name).first() {
        return Some(format!("`{}`", display(other)));
    }
    let asks = |cut: &&Cut| {
        let path = std::path::Path::new(&cut.file);
        let bytes = files.read(path).ok().flatten().unwrap_or_default();
        let document = Document::parse_flat(path, bytes);
        let mut sections = document.sections();
        sections
            .find(|section| section.header() == cut.section)
            .and_then(|section| keychain_item(section.own(line::KEY)?.text()))
            .as_deref()
            == Some(name)
    };
    let cut = item.layout.iter().find(asks)?;
    Some(format!("[{}] in {}", display(&cut.section), display(&cut.file)))
}

/// Whether the profile has the key of the record in a file of its own, as far as the record knows it, and no line of
/// ours.
fn is_back(files: &Files, profile: &str, record: Option<&Record>) -> bool {
    let (Some(record), Some(profile)) = (record, files.profiles.profile(profile)) else {
        return false;
    };
    let own = |key| detach::sections(profile).find_map(|section| section.own(key));
    let is_same = own(ID).is_some_and(|id| id.text().ends_with(&record.last_four));
    is_same && own(SECRET).is_some() && detach::item_of(profile).is_none()
}

/// Whether the profile has the key in a file of its own, and no line of ours.
fn holds(files: &Files, profile: &str, item: &Item) -> bool {
    let Some(profile) = files.profiles.profile(profile) else {
        return false;
    };
    let own = |key| detach::sections(profile).find_map(|section| section.own(key));
    let is = |key, wanted: &str| own(key).is_some_and(|value| value.text() == wanted);
    detach::item_of(profile).is_none() && is(ID, &item.access_key_id) && is(SECRET, item.secret_access_key.expose())
}

/// Whether a file, which may be a legacy one, has the key now: one of this run, or of one before that was killed.
fn stands_in(edits: &[FileEdit], item: &Item) -> bool {
    let cuts = item.layout.iter().map(|cut| std::path::Path::new(&cut.file));
    edits.iter().map(|edit| edit.path.as_path()).chain(cuts).any(|path| {
        sys::fs::read_regular(path)
            .ok()
            .flatten()
            .map(Zeroizing::new)
            .is_some_and(|bytes| has_secret(&bytes, item))
    })
}

fn has_secret(bytes: &[u8], item: &Item) -> bool {
    let secret = item.secret_access_key.expose().as_bytes();
    bytes.windows(secret.len()).any(|window| window == secret)
}

/// Byte for byte if every cut fits, else the key in the place of its line.
fn edits(files: &Files, profile: &str, name: &str, item: &Item) -> Result<Vec<FileEdit>, Error> {
    let (back, is_whole) = put_back(files, item);
    // What does not parse then, such as a key that somebody wrote meanwhile and that would stand there twice, is no way.
    if is_whole
        && !item.layout.is_empty()
        && let Ok(after) = files.edited(&back)
    {
        // A profile that was made for a key of elsewhere goes with its line.
        let rest = detach::detach(&after, profile, name)?;
        return Ok(join(back, rest));
    }
    let found = files.profiles.profile(profile);
    let own = |key| found.and_then(|found| detach::sections(found).find_map(|section| section.own(key)));
    match (own(ID), own(SECRET)) {
        (None, None) => write_out(files, profile, name, item),
        // Somebody wrote it beside the line.
        (Some(id), Some(secret)) if (id.text(), secret.text()) == halves(item) => detach::detach(files, profile, name),
        (Some(other), _) | (None, Some(other)) => {
            let (place, shown) = (other.place(), display(profile));
            let word = shell_words::quote(&shown);
            let error = Error::new(Kind::Failed, format!("{place}: `{shown}` has another key in this file"));
            Err(error.hint(format!(
                "`awsenv key import {word} --replace` keeps that one; `awsenv key remove {word}` does too, and leaves it in the file"
            )))
        }
    }
}

fn halves(item: &Item) -> (&str, &str) {
    (&item.access_key_id, item.secret_access_key.expose())
}

/// The files with the cuts undone that are as the import left them, and whether all others are undone already.
fn put_back(files: &Files, item: &Item) -> (Vec<FileEdit>, bool) {
    let (id, secret) = halves(item);
    let halves = Halves { id, secret };
    let (mut edits, mut is_whole) = (Vec::<FileEdit>::new(), true);
    for cut in &item.layout {
        let path = std::path::Path::new(&cut.file);
        let at = edits.iter().position(|edit| edit.path == path);
        let was = match at {
            Some(at) => Some(edits[at].now.to_vec()),
            None => files.read(path).ok().flatten(),
        };
        let Some(was) = was else {
            is_whole = false;
            continue;
        };
        let document = Document::parse_flat(path, was.clone());
        let Some(now) = layout::undo(cut, &document, halves) else {
            is_whole &= layout::is_undone(cut, &document, halves);
            continue;
        };
        match at {
            Some(at) => edits[at].now = now,
            None => edits.push(FileEdit {
                path: path.to_owned(),
                was: Some(Zeroizing::new(was)),
                now,
            }),
        }
    }
    (edits, is_whole)
}

/// Two rounds of edits as one.
fn join(first: Vec<FileEdit>, second: Vec<FileEdit>) -> Vec<FileEdit> {
    let mut joined = first;
    for edit in second {
        match joined.iter_mut().find(|known| known.path == edit.path) {
            Some(known) => known.now = edit.now,
            None => joined.push(edit),
        }
    }
    joined
}

/// The key where the line stands, if that is where keys belong or were; else in the credentials file.
fn write_out(files: &Files, profile: &str, name: &str, item: &Item) -> Result<Vec<FileEdit>, Error> {
    let (id, secret) = halves(item);
    let found = files.profiles.profile(profile);
    let in_credentials = found.and_then(|found| found.credentials_section());
    let was_in = |path: &std::path::Path| item.layout.iter().any(|cut| std::path::Path::new(&cut.file) == path);
    let in_config = found.and_then(|found| found.config_section());
    let in_config = in_config.filter(|section| was_in(section.document().path()));
    for section in in_credentials.into_iter().chain(in_config) {
        let is_ours = |text: &str| keychain_item(text).as_deref() == Some(name);
        if section.own(line::KEY).is_some_and(|process| is_ours(process.text())) {
            let mut editor = Editor::new(section.document())?;
            editor.replace(section.header(), line::KEY, ID, id)?;
            editor.set(section.header(), SECRET, secret)?;
            return Ok(vec![FileEdit::of(section.document(), editor.finish()?)]);
        }
    }
    let path = files.path(FileKind::Credentials).ok_or_else(|| {
        Error::new(
            Kind::Failed,
            "AWS_SHARED_CREDENTIALS_FILE is empty, so there is no file for the key",
        )
        .hint("unset AWS_SHARED_CREDENTIALS_FILE")
    })?;
    let new = Document::absent(path);
    let document = files.profiles.credentials().unwrap_or(&new);
    let mut editor = Editor::new(document)?;
    let header = match in_credentials {
        Some(section) => section.header().to_owned(),
        None => {
            let header = header_of(FileKind::Credentials, profile)?;
            editor.add_section(&header)?;
            header
        }
    };
    editor.set(&header, ID, id)?;
    editor.set(&header, SECRET, secret)?;
    let edit = FileEdit::of(document, editor.finish()?);
    let rest = detach::detach(&files.edited(std::slice::from_ref(&edit))?, profile, name)?;
    Ok(join(vec![edit], rest))
}
