//! Edits of an AWS file that leave every other byte as it is.
//!
//! Each edit is made on the document as the ones before left it. At the end the new text is read again: it must say what
//! was meant, and all else what it said before, or there is no new text. Nothing here touches the disk.

mod buffer;
mod check;
mod error;
mod layout;
mod names;
mod process;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

pub use buffer::Splice;
pub use error::EditError;
pub use names::header_of;
pub use process::process_value;

use buffer::Buffer;
use check::{Entry, Meant};
use layout::Change;

use super::document::Document;
use super::error::Error;
use super::value::{Section, Value};

/// A document and what is to become of it.
pub struct Editor<'d> {
    old: &'d Document,
    /// The document with the edits made so far, if there are any.
    new: Option<Document>,
    buffer: Buffer<'d>,
    meant: Vec<Meant>,
}

/// What an editor made.
pub struct Edited {
    /// The whole file.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was replaced, in order; places are those of the old file.
    pub splices: Vec<Splice>,
}

impl<'d> Editor<'d> {
    /// Begins to edit.
    ///
    /// # Errors
    /// A document that botocore refuses.
    pub fn new(document: &'d Document) -> Result<Self, EditError> {
        if let Some(error) = document.error() {
            let error = Error::parse(document.place(error.line), error);
            return Err(EditError::Document(Box::new(error)));
        }
        Ok(Self {
            old: document,
            new: None,
            buffer: Buffer::new(document.text()),
            meant: Vec::new(),
        })
    }

    /// The document as it is now.
    pub fn document(&self) -> &Document {
        self.new.as_ref().unwrap_or(self.old)
    }

    /// `key` (lower case) of a section says `value` from now on: in its place if the section has it, else behind the
    /// section's last entry.
    ///
    /// # Errors
    /// No such section, a block of that key, or what no file can hold.
    pub fn set(&mut self, header: &str, key: &str, value: &str) -> Result<(), EditError> {
        names::check_key(key)?;
        names::check_value(value)?;
        let section = self.section(header)?;
        let changes = match section.own(key) {
            Some(entry) if entry.is_nested() => return Err(EditError::IsBlock(key.to_owned())),
            Some(entry) if entry.text() == value => return Ok(()),
            Some(entry) => layout::rewrite(entry, None, value),
            None => vec![layout::add(section, key, value)],
        };
        let meant = Entry::Set(key.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(changes, Meant::Entry(header.to_owned(), meant));
        Ok(())
    }

    /// The section has no `key` of its own any more. Tells whether it had one.
    ///
    /// # Errors
    /// No such section.
    pub fn remove(&mut self, header: &str, key: &str) -> Result<bool, EditError> {
        let Some(entry) = self.section(header)?.own(key) else {
            return Ok(false);
        };
        let changes = layout::remove(entry);
        self.apply(changes, Meant::Entry(header.to_owned(), Entry::Remove(key.to_owned())));
        Ok(true)
    }

    /// The line of `key` becomes one of `by`, which says `value`, in the same place and layout.
    ///
    /// # Errors
    /// No such section or key, a block of that key, another entry `by`, or what no file can hold.
    pub fn replace(&mut self, header: &str, key: &str, by: &str, value: &str) -> Result<(), EditError> {
        names::check_key(by)?;
        names::check_value(value)?;
        let entry = self.entry(header, key)?;
        if entry.is_nested() {
            return Err(EditError::IsBlock(key.to_owned()));
        }
        if by != key && self.section(header)?.own(by).is_some() {
            return Err(EditError::KeyExists {
                section: header.to_owned(),
                key: by.to_owned(),
            });
        }
        let changes = layout::rewrite(entry, Some(by), value);
        let meant = Entry::Replace(key.to_owned(), by.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(changes, Meant::Entry(header.to_owned(), meant));
        Ok(())
    }

    /// The entry becomes a comment, a line `# text`.
    ///
    /// # Errors
    /// No such section or key, or what no line can hold.
    pub fn comment(&mut self, header: &str, key: &str, text: &str) -> Result<(), EditError> {
        names::check_comment(text)?;
        let changes = layout::comment(self.entry(header, key)?, text);
        self.apply(changes, Meant::Entry(header.to_owned(), Entry::Remove(key.to_owned())));
        Ok(())
    }

    /// `nested` in the block of `key` says `value` from now on; there need be no such block yet.
    ///
    /// # Errors
    /// No such section, a plain value of that key, or what no file can hold.
    pub fn set_nested(&mut self, header: &str, key: &str, nested: &str, value: &str) -> Result<(), EditError> {
        names::check_key(key)?;
        names::check_nested_key(nested)?;
        names::check_value(value)?;
        let section = self.section(header)?;
        let change = match section.own(key) {
            None => layout::add_block(section, key, nested, value),
            Some(entry) if !entry.is_nested() && !entry.text().is_empty() => {
                return Err(EditError::IsText(key.to_owned()));
            }
            Some(entry) => match entry.nested_value(nested) {
                Some(found) if found.text() == value => return Ok(()),
                Some(found) => layout::rewrite_nested(found, value),
                None => layout::add_nested(entry, nested, value),
            },
        };
        let meant = Entry::SetNested(key.to_owned(), nested.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(vec![change], Meant::Entry(header.to_owned(), meant));
        Ok(())
    }

    /// The block of `key` has no `nested` any more; with its last key it goes itself. Tells whether there was one.
    ///
    /// # Errors
    /// No such section.
    pub fn remove_nested(&mut self, header: &str, key: &str, nested: &str) -> Result<bool, EditError> {
        let entry = self.section(header)?.own(key);
        let Some(entry) = entry.filter(|entry| entry.nested_value(nested).is_some()) else {
            return Ok(false);
        };
        if entry.nested().count() == 1 {
            return self.remove(header, key);
        }
        let changes = layout::remove_nested(entry, nested);
        let meant = Entry::RemoveNested(key.to_owned(), nested.to_owned());
        self.apply(changes, Meant::Entry(header.to_owned(), meant));
        Ok(true)
    }

    /// A new section without entries, at the end of the file behind a blank line.
    ///
    /// # Errors
    /// There is one, or no file can hold its header.
    pub fn add_section(&mut self, header: &str) -> Result<(), EditError> {
        names::check_header(header)?;
        if self.section(header).is_ok() {
            return Err(EditError::SectionExists(header.to_owned()));
        }
        let change = layout::add_section(self.document(), header);
        self.apply(vec![change], Meant::AddSection(header.to_owned()));
        Ok(())
    }

    /// The section is gone with its header and entries; comments in it stay.
    ///
    /// # Errors
    /// There is none.
    pub fn remove_section(&mut self, header: &str) -> Result<(), EditError> {
        let changes = layout::remove_section(self.section(header)?);
        self.apply(changes, Meant::RemoveSection(header.to_owned()));
        Ok(())
    }

    /// The new file.
    ///
    /// # Errors
    /// [`EditError::Ambiguous`]: what was edited, or something else, would be read otherwise than meant.
    pub fn finish(self) -> Result<Edited, EditError> {
        check::check(self.old, self.document(), &self.meant)?;
        Ok(Edited {
            bytes: Zeroizing::new(self.buffer.bytes()),
            splices: self.buffer.splices(),
        })
    }

    fn section(&self, header: &str) -> Result<Section<'_>, EditError> {
        let mut sections = self.document().sections();
        sections
            .find(|section| section.header() == header)
            .ok_or_else(|| EditError::NoSection(header.to_owned()))
    }

    fn entry(&self, header: &str, key: &str) -> Result<Value<'_>, EditError> {
        self.section(header)?.own(key).ok_or_else(|| EditError::NoKey {
            section: header.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Makes changes that do not touch each other.
    fn apply(&mut self, mut changes: Vec<Change>, meant: Meant) {
        changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, text) in changes {
            self.buffer.replace(range, text);
        }
        let path = Arc::clone(self.old.path());
        let bytes = self.buffer.bytes();
        self.new = Some(if self.old.parsed.nested {
            Document::parse(path, bytes)
        } else {
            Document::parse_flat(path, bytes)
        });
        self.meant.push(meant);
    }
}

impl fmt::Debug for Editor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Editor")
            .field("document", &self.old)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edited")
            .field("splices", &self.splices)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
