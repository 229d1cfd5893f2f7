//! Gives a key its own profile: with `role_arn` beside a key, the profile itself, or a profile that names it as its
//! source, uses the key for a role. The roles then name the new profile.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Import, Plan};
use crate::config::edit::Editor;
use crate::config::{Document, FileKind, Profile};
use crate::error::{Error, Kind};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::detach::{item_of, sections};
use crate::ops::keychain::halves::Pair;
use crate::ops::keychain::{line, store_of};
use crate::sys::keychain::Keychain;
use crate::text::display;

const SOURCE: &str = "source_profile";

/// What a run that was killed between two files left undone: the new profile has the key, but some roles still name the
/// old profile. `None` if there is no such rest.
///
/// # Errors
/// The store's own; a file that cannot be edited.
pub(super) fn rest(
    import: &Import<'_>,
    files: &Files,
    keychain: &Keychain<'_>,
    profile: Profile<'_>,
    new: &str,
) -> Result<Option<Plan>, Error> {
    let name = import.item_name(new);
    let is_there = files.profiles.profile(new).and_then(item_of).as_deref() == Some(name);
    let mut editors = Editors::default();
    rename_source(files, profile, new, &mut editors)?;
    if !is_there || editors.0.is_empty() {
        return Ok(None);
    }
    Ok(Some(Plan {
        place: String::new(),
        profile: new.to_owned(),
        name: name.to_owned(),
        item: keychain.read(store_of(keychain, name)?, name)?,
        edits: editors.finish(None)?,
        parts: Vec::new(),
    }))
}

/// The edits that remove the key from `profile`, give it to the new profile `new` with the line `value`, and replace
/// the old name with the new one in every `source_profile`.
pub(super) fn edits(
    files: &Files,
    profile: Profile<'_>,
    pairs: &[Pair<'_>],
    new: &str,
    value: &str,
) -> Result<Vec<FileEdit>, Error> {
    if files.has(new) {
        let message = format!("profile `{}` already exists", display(new));
        return Err(Error::new(Kind::Failed, message).hint("choose another name with `--split NAME`"));
    }
    let mut editors = Editors::default();
    for pair in pairs {
        let editor = editors.of(pair.section.document())?;
        for half in pair.in_order() {
            editor.remove(pair.section.header(), half.key())?;
        }
    }
    rename_source(files, profile, new, &mut editors)?;
    let main = pairs.first().map(|pair| pair.section.document());
    if let Some(main) = main {
        let kind = match profile.credentials_section() {
            Some(section) if section.document().path() == main.path() => FileKind::Credentials,
            _ => FileKind::Config,
        };
        let editor = editors.of(main)?;
        let header = editor.header(None, kind, new)?;
        editor.set(&header, line::KEY, value)?;
    }
    editors.finish(main.map(|main| main.path().as_ref()))
}

/// Changes every `source_profile` that names `profile` to the new name.
fn rename_source<'d>(
    files: &'d Files,
    profile: Profile<'_>,
    new: &str,
    editors: &mut Editors<'d>,
) -> Result<(), Error> {
    for other in files.profiles.profiles() {
        let Some(source) = other.get(SOURCE).filter(|source| source.text() == profile.name()) else {
            continue;
        };
        let Some(section) = sections(other).find(|section| section.own(SOURCE).is_some()) else {
            let message = format!(
                "{}: every profile inherits this source from `[DEFAULT]`",
                source.place()
            );
            return Err(Error::new(Kind::Failed, message).hint("move the line to the profiles that need it"));
        };
        editors.of(section.document())?.set(section.header(), SOURCE, new)?;
    }
    Ok(())
}

/// An editor for each file to change.
#[derive(Default)]
struct Editors<'d>(BTreeMap<&'d Path, (&'d Document, Editor<'d>)>);

impl<'d> Editors<'d> {
    fn of(&mut self, document: &'d Document) -> Result<&mut Editor<'d>, Error> {
        use std::collections::btree_map::Entry;
        let place = match self.0.entry(document.path()) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => free.insert((document, Editor::new(document)?)),
        };
        Ok(&mut place.1)
    }

    /// The edit of `first` comes first, because the others name what it creates.
    fn finish(self, first: Option<&Path>) -> Result<Vec<FileEdit>, Error> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by_key(|(path, _)| Some(*path) != first);
        let edits = all
            .into_iter()
            .map(|(_, (document, editor))| Ok(FileEdit::of(document, editor.finish()?)));
        edits.collect()
    }
}
