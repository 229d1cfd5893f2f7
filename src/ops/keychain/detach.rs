//! Makes a profile stop using an item: removes the line, and a section that has nothing else.

use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Profile, Section};
use crate::error::Error;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::line;

/// The edits that remove the line of `item` from the profile; none if it has no such line.
///
/// # Errors
/// A file that cannot be edited.
pub fn detach(files: &Files, profile: &str, item: &str) -> Result<Vec<FileEdit>, Error> {
    let mut edits = Vec::new();
    for section in files.profiles.profile(profile).into_iter().flat_map(sections) {
        let own = section.own(line::KEY);
        if own.is_none_or(|process| keychain_item(process.text()).as_deref() != Some(item)) {
            continue;
        }
        let mut editor = Editor::new(section.document())?;
        if section.entries().count() == 1 {
            editor.remove_section(section.header())?;
        } else {
            editor.remove(section.header(), line::KEY)?;
        }
        edits.push(FileEdit::of(section.document(), editor.finish()?));
    }
    Ok(edits)
}

/// The one that takes precedence comes first.
pub fn sections(profile: Profile<'_>) -> impl Iterator<Item = Section<'_>> {
    [profile.credentials_section(), profile.config_section()]
        .into_iter()
        .flatten()
}

/// The other profiles whose line names the item.
pub fn sharers<'f>(files: &'f Files, profile: &str, item: &str) -> Vec<&'f str> {
    let others = files.profiles.profiles().filter(|other| other.name() != profile);
    others
        .filter(|other| item_of(*other).as_deref() == Some(item))
        .map(|other| other.name())
        .collect()
}

/// The item that a profile's line names.
pub fn item_of(profile: Profile<'_>) -> Option<String> {
    keychain_item(profile.get(line::KEY)?.text())
}
