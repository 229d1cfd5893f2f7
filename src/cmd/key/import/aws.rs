//! Keys in the AWS files: which section gives up its key, and what replaces it.

use std::ops::Range;
use std::path::Path;

use crate::config::edit::{Alone, Edited, Editor, Part, join};
use crate::config::own_line::keychain_item;
use crate::config::{Document, Profile, Section, Value};
use crate::error::{Error, Kind};
use crate::journal::KeyCommand;
use crate::keychain::item::Cut;
use crate::keychain::layout::{self, Halves, ID, SECRET};
use crate::ops::choose;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::attach::{STRONGER, WITH_REPLACE, has_process};
use crate::ops::keychain::deposit;
use crate::ops::keychain::detach::{item_of, sections};
use crate::ops::keychain::halves::{Pair, pairs};
use crate::ops::keychain::pair::check;
use crate::ops::keychain::{self, index, line};
use crate::secret::Secret;
use crate::sys::keychain::Keychain;
use crate::text::display;

use super::{Import, Plan, split};

/// Every profile with a key or half of one, even if it comes from [DEFAULT], which makes the import fail.
pub(super) fn names(files: &Files) -> Vec<String> {
    let has_key = |section: Section<'_>| section.get(ID).is_some() || section.get(SECRET).is_some();
    let profiles = files.profiles.profiles();
    profiles
        .filter(|profile| sections(*profile).any(has_key))
        .map(|profile| profile.name().to_owned())
        .collect()
}

/// `None` if the key is already in the keychain.
///
/// # Errors
/// Why the key cannot be moved, with the lines that cause it.
pub(super) fn plan(
    import: &Import<'_>,
    files: &Files,
    keychain: &Keychain<'_>,
    name: &str,
) -> Result<Option<Plan>, Error> {
    let profile = files
        .profiles
        .profile(name)
        .ok_or_else(|| choose::not_found(files, name))?;
    let process = profile.get(line::KEY);
    let stored = item_of(profile);
    // An existing line of awsenv's names the item.
    let own_item = stored.as_deref().filter(|_| import.args.item.is_none());
    let item_name = import
        .args
        .split
        .as_deref()
        .or(own_item)
        .unwrap_or(import.item_name(name))
        .to_owned();
    let pairs = pairs(profile)?;
    let Some(pair) = pairs.first() else {
        if let Some(new) = import.args.split.as_deref()
            && let Some(plan) = split::rest(import, files, keychain, profile, new)?
        {
            return Ok(Some(plan));
        }
        return in_keychain(import, keychain, profile, stored.as_deref()).map(|()| None);
    };
    check_shape(
        import,
        profile,
        process.filter(|_| stored.as_deref() != Some(item_name.as_str())),
    )?;
    let place = pair.place();
    let secret = Secret::new(pair.secret.text().to_owned());
    check(&place, pair.id.text(), &secret, import.args.any_shape)?;
    let item = deposit::item(import.context, Some(profile), pair.id.text(), secret.expose());
    let mut plan = Plan {
        place,
        profile: name.to_owned(),
        name: item_name,
        item,
        edits: Vec::new(),
        parts: Vec::new(),
    };
    if import.args.keep {
        return Ok(Some(plan));
    }
    if let Some(new) = &import.args.split {
        plan.profile = new.clone();
        let value = import.line(new, import.item_name(new))?;
        plan.name = import.item_name(new).to_owned();
        plan.edits = split::edits(files, profile, &pairs, new, &value)?;
        return Ok(Some(plan));
    }
    let value = import.line(name, &plan.name)?;
    cut_out(
        profile,
        &pairs,
        stored.as_deref() == Some(plan.name.as_str()),
        &value,
        &mut plan,
    )?;
    Ok(Some(plan))
}

/// For a profile without a key in the files, which may be imported already; finishes what an earlier run did not
/// complete. The caller may hold the lock.
fn in_keychain(
    import: &Import<'_>,
    keychain: &Keychain<'_>,
    profile: Profile<'_>,
    item: Option<&str>,
) -> Result<(), Error> {
    let shown = display(profile.name());
    let Some(item) = item else {
        let message = format!("`{shown}` has no key in the files");
        return Err(Error::new(Kind::Failed, message).hint(keychain::command(KeyCommand::Add, profile.name())));
    };
    if !import.args.dry_run {
        let store = keychain::store_of(keychain, item)?;
        index::record(keychain, profile.name(), item, &keychain.read(store, item)?, store)?;
    }
    import
        .context
        .ui
        .tell(format!("the key of `{shown}` is already in the keychain"));
    Ok(())
}

/// Rejects other settings that would mean something different to some SDK beside awsenv's line.
fn check_shape(import: &Import<'_>, profile: Profile<'_>, foreign: Option<Value<'_>>) -> Result<(), Error> {
    let shown = display(profile.name());
    if let Some(process) = foreign {
        if sections(profile).all(|section| section.own(line::KEY).is_none()) {
            let message = format!(
                "{}: `{shown}` inherits its credential_process from `[DEFAULT]`",
                process.place()
            );
            return Err(Error::new(Kind::Failed, message).hint("move the line to the profiles that need it"));
        }
        if !import.args.replace {
            return Err(has_process(profile.name(), process).hint(WITH_REPLACE));
        }
    }
    let stronger = STRONGER.into_iter().find_map(|key| profile.get(key));
    match stronger.filter(|_| import.args.split.is_none() && !import.args.keep) {
        None => Ok(()),
        Some(value) => {
            let message = format!(
                "{}: without the key in the file, some or all SDKs would use the `{}` of `{shown}` instead",
                value.place(),
                value.key()
            );
            let error = Error::new(Kind::Failed, message);
            Err(import.split_hint(profile.name()).into_iter().fold(error, Error::hint))
        }
    }
}

/// The parts of both files that change, the one with the line last, and what is cut out of them.
fn cut_out(
    profile: Profile<'_>,
    pairs: &[Pair<'_>],
    has_line: bool,
    value: &str,
    plan: &mut Plan,
) -> Result<(), Error> {
    let halves = (plan.item.access_key_id.clone(), plan.item.secret_access_key.clone());
    let halves = Halves {
        id: &halves.0,
        secret: halves.1.expose(),
    };
    let main = pairs[0].section;
    let all: Vec<_> = sections(profile).collect();
    for section in all.into_iter().rev() {
        // Both files may be the same, with two sections for the profile.
        let is_this = |other: Section<'_>| {
            (other.document().path(), other.header()) == (section.document().path(), section.header())
        };
        let is_main = is_this(main);
        let pair = pairs.iter().find(|pair| is_this(pair.section));
        let process = section.own(line::KEY);
        let is_ours =
            process.is_some_and(|process| keychain_item(process.text()).as_deref() == Some(plan.name.as_str()));
        let header = section.header();
        let alone = Alone::of(section)?;
        let mut editor = Editor::new(alone.document())?;
        match pair {
            // The line already exists, in this file or the other.
            Some(pair) if has_line || !is_main || process.is_some() => {
                if is_main && !has_line {
                    editor.set(header, line::KEY, value)?;
                }
                for half in pair.in_order() {
                    editor.remove(header, half.key())?;
                }
            }
            Some(pair) => {
                let [first, second] = pair.in_order();
                editor.replace(header, first.key(), line::KEY, value)?;
                editor.remove(header, second.key())?;
            }
            None => {}
        }
        if process.is_some() && !is_ours && !is_main {
            editor.remove(header, line::KEY)?;
        }
        let (edited, part) = alone.finish(editor)?;
        let is_known = |known: &Part| (known.path(), known.header()) == (part.path(), header);
        if edited.splices.is_empty() || plan.parts.iter().any(is_known) {
            continue;
        }
        let after = Document::parse(part.path(), edited.bytes.to_vec());
        plan.item
            .layout
            .extend(cut_of(alone.document(), &after, header, &edited, halves));
        plan.parts.push(part);
    }
    Ok(())
}

/// The whole file with these parts of it changed.
pub(super) fn edit_of<'p>(
    files: &Files,
    path: &Path,
    parts: impl IntoIterator<Item = &'p Part>,
) -> Result<Option<FileEdit>, Error> {
    let mut documents = [files.profiles.config(), files.profiles.credentials()]
        .into_iter()
        .flatten();
    let document = documents.find(|document| **document.path() == *path);
    let edit = |document: &Document| Ok(FileEdit::of(document, join(document, parts)?));
    document.map(edit).transpose()
}

/// What an edit cuts out of a section. `after` is the resulting file.
pub(super) fn cut_of(
    document: &Document,
    after: &Document,
    header: &str,
    edited: &Edited,
    halves: Halves<'_>,
) -> Option<Cut> {
    let splices = edited.splices.iter();
    let splices: Vec<(Range<usize>, &str)> = splices
        .map(|splice| (splice.old.clone(), splice.new.as_str()))
        .collect();
    layout::cut(document, after, header, &splices, halves)
}
