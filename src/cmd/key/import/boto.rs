//! Keys in legacy boto files. A comment in the old file says where its key went.

use super::Import;
use super::aws::cut_of;
use super::elsewhere::Found;
use crate::config::Document;
use crate::config::boto::{BotoSource, Lines, Source};
use crate::config::edit::Editor;
use crate::error::{Error, Kind};
use crate::keychain::item::Cut;
use crate::keychain::layout::Halves;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::secret::Secret;
use crate::text::display;

/// Every profile with a key, or a part of one, in a boto file.
pub(super) fn names(files: &Files) -> Vec<String> {
    let mut names: Vec<String> = files.boto().sources().into_iter().map(|source| source.name).collect();
    names.dedup();
    names
}

/// The key of the boto profile, and the edit that removes it from the old file.
///
/// # Errors
/// There is none, or why it must stay.
pub(super) fn keys(import: &Import<'_>, files: &Files, name: &str) -> Result<Found, Error> {
    let shown = display(name);
    let fail = |message: String| Error::new(Kind::Failed, message);
    let sources: Vec<Source> = files
        .boto()
        .sources()
        .into_iter()
        .filter(|source| source.name == name)
        .collect();
    let refused = sources.iter().find_map(|source| source.found.as_ref().err());
    if let Some(why) = refused {
        return Err(fail(format!("cannot import the boto key of `{shown}`: {why}")));
    }
    let Some(Source {
        found: Ok(found),
        lines,
        ..
    }) = sources.into_iter().next()
    else {
        return Err(fail(format!("no boto file has a key for `{shown}`")).hint("`awsenv doctor` lists the boto files"));
    };
    let (access_key_id, secret_access_key) = match found {
        BotoSource::Keys(keys) => (keys.access_key_id, keys.secret_access_key),
        BotoSource::Keyring(keyring) => {
            let secret = import
                .context
                .keychain()
                .password(&keyring.service, &keyring.access_key_id)?;
            (keyring.access_key_id, secret)
        }
    };
    let halves = Halves {
        id: &access_key_id,
        secret: secret_access_key.expose(),
    };
    let (mut edits, mut layout) = (Vec::new(), Vec::new());
    for lines in &lines {
        let (edit, cut) = without(files, lines, name, halves)?;
        edits.push(edit);
        layout.extend(cut);
    }
    Ok(Found {
        secret_access_key: Secret::new(secret_access_key.expose().clone()),
        access_key_id,
        edits,
        layout,
    })
}

/// Removes the lines from the old file; a comment replaces the first of them.
fn without(files: &Files, lines: &Lines, profile: &str, halves: Halves<'_>) -> Result<(FileEdit, Option<Cut>), Error> {
    let path = lines.path.as_path();
    let bytes = files
        .read(path)
        .ok()
        .flatten()
        .ok_or_else(|| Error::new(Kind::Failed, format!("cannot read `{}` any more", path.display())))?;
    let document = Document::parse_flat(path, bytes);
    let mut editor = Editor::new(&document)?;
    let went = format!(
        "awsenv moved this key into the keychain, for the AWS profile {}",
        display(profile)
    );
    for (at, key) in lines.keys.iter().enumerate() {
        if at == 0 {
            editor.comment(&lines.header, key, &went)?;
        } else {
            editor.remove(&lines.header, key)?;
        }
    }
    let edited = editor.finish()?;
    let after = Document::parse_flat(path, edited.bytes.to_vec());
    let cut = cut_of(&document, &after, &lines.header, &edited, halves);
    Ok((FileEdit::of(&document, edited), cut))
}
