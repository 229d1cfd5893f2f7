//! The edits that put a key back: they undo the cuts of its import if these fit, else they replace its line by the key.

use std::path::Path;

use zeroize::Zeroizing;

use crate::advice::Advice;
use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind};
use crate::error::{Error, Kind};
use crate::journal::KeyCommand;
use crate::keychain::Item;
use crate::keychain::layout::{self, Halves, ID, SECRET};
use crate::ops::edit::{FileEdit, join};
use crate::ops::files::Files;
use crate::ops::keychain::{command, detach, held, line};
use crate::text::display;

/// Byte for byte if every cut fits, else the key replaces its line.
///
/// # Errors
/// The profile has another key in a file, or a file cannot be edited.
pub(super) fn edits(files: &Files, profile: &str, name: &str, item: &Item) -> Result<Vec<FileEdit>, Error> {
    let (back, is_whole) = put_back(files, item);
    if held::has_key(files, profile, item) {
        // An earlier run was killed after it wrote the files, or between them.
        return Ok(back);
    }
    // The result must parse: a key added meanwhile, for example, would be defined twice.
    if is_whole
        && !item.layout.is_empty()
        && let Ok(after) = files.edited(&back)
    {
        // A profile created for a key from elsewhere is removed with its line.
        let rest = detach::detach(&after, profile, name)?;
        return Ok(join(back, rest));
    }
    let found = files.profiles.profile(profile);
    let own = |key| found.and_then(|found| detach::sections(found).find_map(|section| section.own(key)));
    match (own(ID), own(SECRET)) {
        (None, None) => write_out(files, profile, name, item),
        // The key was added beside the line.
        (Some(id), Some(secret)) if (id.text(), secret.text()) == halves(item) => detach::detach(files, profile, name),
        (Some(other), _) | (None, Some(other)) => {
            let (place, shown) = (other.place(), display(profile));
            let error = Error::new(
                Kind::Failed,
                format!("{place}: `{shown}` has a different key in this file"),
            );
            let replace = command(KeyCommand::Import, profile).flag("--replace");
            let hint = Advice::from("`")
                .command(replace)
                .text("` keeps that key and moves it into the keychain; `")
                .command(command(KeyCommand::Remove, profile))
                .text("` keeps it in the file");
            Err(error.hint(hint))
        }
    }
}

fn halves(item: &Item) -> (&str, &str) {
    (&item.access_key_id, item.secret_access_key.expose())
}

/// The files that are as the import left them, with their cuts undone, and whether all other cuts are already undone.
fn put_back(files: &Files, item: &Item) -> (Vec<FileEdit>, bool) {
    let (id, secret) = halves(item);
    let halves = Halves { id, secret };
    let (mut edits, mut is_whole) = (Vec::<FileEdit>::new(), true);
    for cut in &item.layout {
        let path = Path::new(&cut.file);
        let at = edits.iter().position(|edit| edit.path == path);
        let was = match at {
            Some(at) => Some(edits[at].now.clone()),
            None => files.read(path).ok().flatten().map(Zeroizing::new),
        };
        let Some(was) = was else {
            is_whole = false;
            continue;
        };
        let document = Document::parse_flat(path, was.to_vec());
        let Some(now) = layout::undo(cut, &document, halves) else {
            is_whole &= layout::is_undone(cut, &document, halves);
            continue;
        };
        match at {
            Some(at) => edits[at].now = now,
            None => edits.push(FileEdit {
                path: path.to_owned(),
                was: Some(was),
                now,
            }),
        }
    }
    (edits, is_whole)
}

/// Writes the key in place of the line if keys belong or were in that file, else in the credentials file.
fn write_out(files: &Files, profile: &str, name: &str, item: &Item) -> Result<Vec<FileEdit>, Error> {
    let (id, secret) = halves(item);
    let found = files.profiles.profile(profile);
    let in_credentials = found.and_then(|found| found.credentials_section());
    let was_in = |path: &Path| item.layout.iter().any(|cut| Path::new(&cut.file) == path);
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
    let path = files.path_to_write(FileKind::Credentials)?;
    let new = Document::absent(path);
    let document = files.profiles.credentials().unwrap_or(&new);
    let mut editor = Editor::new(document)?;
    let header = editor.header(in_credentials, FileKind::Credentials, profile)?;
    editor.set(&header, ID, id)?;
    editor.set(&header, SECRET, secret)?;
    let edit = FileEdit::of(document, editor.finish()?);
    let rest = detach::detach(&files.edited(std::slice::from_ref(&edit))?, profile, name)?;
    Ok(join(vec![edit], rest))
}
