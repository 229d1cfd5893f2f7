//! What the files hold of a key in the keychain: the key itself, or a line that uses it.

use std::path::Path;

use zeroize::Zeroizing;

use crate::config::Document;
use crate::config::own_line::keychain_item;
use crate::keychain::index::Record;
use crate::keychain::item::Cut;
use crate::keychain::layout::{ID, SECRET};
use crate::keychain::{Item, last_four};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::{detach, line};
use crate::sys;
use crate::text::display;

/// Whether the profile has the key in one of its own files, and no line of awsenv's.
pub fn has_key(files: &Files, profile: &str, item: &Item) -> bool {
    let Some(profile) = files.profiles.profile(profile) else {
        return false;
    };
    let own = |key| detach::sections(profile).find_map(|section| section.own(key));
    let is = |key, wanted: &str| own(key).is_some_and(|value| value.text() == wanted);
    detach::item_of(profile).is_none() && is(ID, &item.access_key_id) && is(SECRET, item.secret_access_key.expose())
}

/// As [`has_key`], as far as the record can tell.
pub fn seems_back(files: &Files, profile: &str, record: Option<&Record>) -> bool {
    let (Some(record), Some(profile)) = (record, files.profiles.profile(profile)) else {
        return false;
    };
    let own = |key| detach::sections(profile).find_map(|section| section.own(key));
    let is_same = own(ID).is_some_and(|id| last_four(id.text()) == record.last_four);
    is_same && own(SECRET).is_some() && detach::item_of(profile).is_none()
}

/// Whether any file, even a legacy one, now has the key: from this run, or from an earlier run that was killed.
pub fn is_written(edits: &[FileEdit], item: &Item) -> bool {
    let cuts = item.layout.iter().map(|cut| Path::new(&cut.file));
    edits.iter().map(|edit| edit.path.as_path()).chain(cuts).any(|path| {
        sys::fs::read_regular(path)
            .ok()
            .flatten()
            .map(Zeroizing::new)
            .is_some_and(|bytes| has_secret(&bytes, item))
    })
}

pub fn has_secret(bytes: &[u8], item: &Item) -> bool {
    let secret = item.secret_access_key.expose().as_bytes();
    bytes.windows(secret.len()).any(|window| window == secret)
}

/// What still uses the item: another profile, or a section of a file not in use today, from which the key was imported
/// too.
pub fn other_user(files: &Files, profile: &str, name: &str, item: &Item) -> Option<String> {
    if let Some(other) = detach::sharers(files, profile, name).first() {
        return Some(format!("`{}`", display(other)));
    }
    let asks = |cut: &&Cut| {
        let path = Path::new(&cut.file);
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
