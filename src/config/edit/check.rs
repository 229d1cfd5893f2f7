//! Whether a text says what was meant, and everything else reads as before.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::EditError;
use crate::config::document::Document;
use crate::config::value::{Section, Value};

/// What an edit means to a reader.
pub(super) enum Meant {
    AddSection(String),
    RemoveSection(String),
    /// In this section, this entry.
    Entry(String, Entry),
}

impl Meant {
    fn header(&self) -> &str {
        match self {
            Meant::AddSection(header) | Meant::RemoveSection(header) | Meant::Entry(header, _) => header,
        }
    }
}

pub(super) enum Entry {
    Remove(String),
    /// The key has another name and says something else.
    Replace(String, String, Zeroizing<String>),
    Set(String, Zeroizing<String>),
    /// In the block of a key, a nested key.
    SetNested(String, String, Zeroizing<String>),
    RemoveNested(String, String),
}

/// What a reader finds under a key.
#[derive(PartialEq)]
enum Reads {
    Text(Zeroizing<String>),
    Block(Vec<(String, Zeroizing<String>)>),
}

impl Reads {
    fn of(value: Value<'_>) -> Self {
        if !value.is_nested() {
            return Reads::Text(Zeroizing::new(value.text().to_owned()));
        }
        let pair = |(key, text): (&str, &str)| (key.to_owned(), Zeroizing::new(text.to_owned()));
        let pairs = value.nested().map(|nested| (nested.key(), nested.text()));
        Reads::Block(pairs.map(pair).collect())
    }
}

/// Compares the new document with the old one and the edits that were meant.
///
/// # Errors
/// The section in which they differ.
pub(super) fn check<'m>(
    old: &Document,
    new: &Document,
    meant: impl IntoIterator<Item = &'m Meant>,
) -> Result<(), EditError> {
    let meant: Vec<&Meant> = meant.into_iter().collect();
    let mut of_section: HashMap<&str, Vec<&Meant>> = HashMap::new();
    for meant in &meant {
        of_section.entry(meant.header()).or_default().push(meant);
    }
    let of_section = |header: &str| of_section.get(header).map(Vec::as_slice).unwrap_or_default();
    let ambiguous = |header: &str| Err(EditError::Ambiguous(header.to_owned()));
    if new.error().is_some() {
        return ambiguous(meant.last().map(|meant| meant.header()).unwrap_or_default());
    }
    let mut expected: Vec<(&str, Option<Section<'_>>)> = old
        .sections()
        .map(|section| (section.header(), Some(section)))
        .collect();
    for meant in &meant {
        match *meant {
            Meant::AddSection(header) => expected.push((header, None)),
            Meant::RemoveSection(gone) => expected.retain(|(header, _)| header != gone),
            Meant::Entry(..) => {}
        }
    }
    let mut sections = new.sections();
    for (header, before) in expected {
        let Some(after) = sections.next().filter(|section| section.header() == header) else {
            return ambiguous(header);
        };
        let same = match before {
            Some(before) if !is_touched(of_section(header)) => are_alike(before, after),
            _ => *read(after) == *wanted(before, of_section(header)),
        };
        if !same {
            return ambiguous(header);
        }
    }
    match sections.next() {
        Some(extra) => ambiguous(extra.header()),
        None if old.defaults().map(of_entry).eq(new.defaults().map(of_entry)) => Ok(()),
        None => ambiguous("DEFAULT"),
    }
}

fn is_touched(meant: &[&Meant]) -> bool {
    meant.iter().any(|meant| matches!(meant, Meant::Entry(..)))
}

fn of_entry(value: Value<'_>) -> (&str, &str) {
    (value.key(), value.text())
}

fn are_alike(before: Section<'_>, after: Section<'_>) -> bool {
    before.entries().map(of_entry).eq(after.entries().map(of_entry))
}

fn read(section: Section<'_>) -> Vec<(String, Reads)> {
    let entries = section.entries();
    entries
        .map(|value| (value.key().to_owned(), Reads::of(value)))
        .collect()
}

/// What the section should say: what it said, and then what was done to it.
fn wanted(before: Option<Section<'_>>, meant: &[&Meant]) -> Vec<(String, Reads)> {
    // A section that was removed and added again starts empty.
    let is_new = |meant: &&Meant| matches!(meant, Meant::AddSection(_));
    let since = meant.iter().rposition(is_new).map_or(0, |at| at + 1);
    let mut entries = before.map(read).unwrap_or_default();
    for meant in &meant[since..] {
        if let Meant::Entry(_, entry) = meant {
            apply(&mut entries, entry);
        }
    }
    entries
}

fn apply(entries: &mut Vec<(String, Reads)>, entry: &Entry) {
    let at = |entries: &[(String, Reads)], key: &str| entries.iter().position(|(found, _)| found == key);
    match entry {
        Entry::Remove(key) => entries.retain(|(found, _)| found != key),
        Entry::Replace(key, by, value) => {
            if let Some(at) = at(entries, key) {
                entries[at] = (by.clone(), Reads::Text(value.clone()));
            }
        }
        Entry::Set(key, value) => put(entries, key, Reads::Text(value.clone())),
        Entry::SetNested(key, nested, value) => match at(entries, key).map(|at| &mut entries[at].1) {
            Some(Reads::Block(pairs)) => put(pairs, nested, value.clone()),
            _ => put(entries, key, Reads::Block(vec![(nested.clone(), value.clone())])),
        },
        Entry::RemoveNested(key, nested) => {
            if let Some(Reads::Block(pairs)) = at(entries, key).map(|at| &mut entries[at].1) {
                pairs.retain(|(found, _)| found != nested);
            }
        }
    }
}

fn put<T>(pairs: &mut Vec<(String, T)>, key: &str, value: T) {
    match pairs.iter_mut().find(|(found, _)| found == key) {
        Some((_, old)) => *old = value,
        None => pairs.push((key.to_owned(), value)),
    }
}
