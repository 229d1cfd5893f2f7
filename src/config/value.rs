//! Views into a document: sections, values, lines of a block. Small and `Copy`; the text stays in the document.

use std::fmt;
use std::ops::Range;

use super::block::{Multi, RawNested};
use super::document::Document;
use super::entries::{Entries, RawEntry};
use super::parser::RawSection;
use super::place::Place;
use super::scan;

impl Document {
    /// All sections in file order, without `[DEFAULT]`.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        let sections = self.parsed.sections.iter().enumerate();
        sections
            .filter(|(_, raw)| !raw.is_default(self.text()))
            .map(|(index, _)| self.section(index))
    }

    /// The entries of `[DEFAULT]`, which every other section inherits.
    pub fn defaults(&self) -> impl Iterator<Item = Value<'_>> {
        let defaults = &self.parsed.defaults;
        self.values(defaults, 0..defaults.len())
    }

    /// The sections `[DEFAULT]`; there may be several.
    pub(super) fn default_sections(&self) -> impl Iterator<Item = Section<'_>> {
        let sections = self.parsed.sections.iter().enumerate();
        sections
            .filter(|(_, raw)| raw.is_default(self.text()))
            .map(|(index, _)| self.section(index))
    }

    pub(super) fn section(&self, index: usize) -> Section<'_> {
        Section { document: self, index }
    }

    fn values<'a>(&'a self, entries: &'a Entries, which: Range<usize>) -> impl Iterator<Item = Value<'a>> {
        which.map(move |index| Value {
            document: self,
            entries,
            index,
        })
    }
}

/// A section other than `[DEFAULT]`.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    document: &'a Document,
    index: usize,
}

impl<'a> Section<'a> {
    fn raw(self) -> &'a RawSection {
        &self.document.parsed.sections[self.index]
    }

    pub fn document(self) -> &'a Document {
        self.document
    }

    /// Its number among all sections of the file.
    pub(super) fn index(self) -> usize {
        self.index
    }

    /// The text between the brackets, as written.
    pub fn header(self) -> &'a str {
        &self.document.text()[self.raw().header.range()]
    }

    /// The bytes of the header's text in the file.
    pub fn header_span(self) -> Range<usize> {
        self.raw().header.range()
    }

    /// The bytes of the header's line, with its line end.
    pub fn line_span(self) -> Range<usize> {
        let raw = self.raw();
        let (_, next) = scan::line_end(self.document.bytes(), raw.header.range().end);
        raw.start as usize..next
    }

    pub fn line(self) -> u32 {
        self.raw().line
    }

    pub fn place(self) -> Place {
        self.document.place(self.line())
    }

    /// Its own, in file order.
    pub fn entries(self) -> impl Iterator<Item = Value<'a>> {
        let document = self.document;
        let (entries, which) = document.parsed.entries(document.text(), self.index);
        document.values(entries, which)
    }

    /// Its own entries, then those of `[DEFAULT]` that it does not override.
    pub fn settings(self) -> impl Iterator<Item = Value<'a>> {
        let inherited = self
            .document
            .defaults()
            .filter(move |value| self.own(value.key()).is_none());
        self.entries().chain(inherited)
    }

    /// The value of `key` (lower case): its own or the inherited one.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.own(key)
            .or_else(|| self.document.defaults().find(|value| value.key() == key))
    }

    /// Its own value of `key`, without what it inherits.
    pub fn own(self, key: &str) -> Option<Value<'a>> {
        self.entries().find(|value| value.key() == key)
    }
}

/// A key with its value. `Debug` shows key and place only: the value may be a secret.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(super) document: &'a Document,
    entries: &'a Entries,
    index: usize,
}

impl<'a> Value<'a> {
    fn raw(self) -> &'a RawEntry {
        self.entries.raw(self.index)
    }

    fn multi(self) -> Option<&'a Multi> {
        self.entries.multi(self.index)
    }

    /// In lower case.
    pub fn key(self) -> &'a str {
        self.entries.key(self.document.text(), self.index)
    }

    /// The value as botocore reads it; several lines are joined with newlines, also those of a nested block.
    pub fn text(self) -> &'a str {
        match self.multi() {
            Some(multi) => &multi.joined,
            None => &self.document.text()[self.raw().value.range()],
        }
    }

    /// Whether the value is a block of `key = value` lines: to botocore that is a map, not text.
    pub fn is_nested(self) -> bool {
        self.multi().is_some_and(|multi| multi.nested.is_some())
    }

    /// The lines of a block; none for a plain value.
    pub fn nested(self) -> impl Iterator<Item = NestedEntry<'a>> {
        let block = self.multi().and_then(|multi| multi.nested.as_ref()?.as_ref().ok());
        block
            .into_iter()
            .flatten()
            .map(move |raw| NestedEntry { parent: self, raw })
    }

    /// The value of `key` (as written) in a block.
    pub fn nested_value(self, key: &str) -> Option<NestedEntry<'a>> {
        self.nested().find(|entry| entry.key() == key)
    }

    /// Whether the value continues on indented lines.
    pub fn is_multi_line(self) -> bool {
        self.multi().is_some()
    }

    pub fn line(self) -> u32 {
        self.raw().line
    }

    pub fn place(self) -> Place {
        self.document.place(self.line())
    }

    /// The bytes of the key in the file.
    pub fn key_span(self) -> Range<usize> {
        self.raw().key.range()
    }

    /// The bytes of the value in the file, from its first character to its last.
    pub fn value_span(self) -> Range<usize> {
        self.raw().value.range()
    }

    /// The bytes of all its lines, with their line ends.
    pub fn line_span(self) -> Range<usize> {
        self.document.entry_span(self.raw())
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("key", &self.key())
            .field("line", &self.line())
            .finish_non_exhaustive()
    }
}

/// A `key = value` line of a nested block.
#[derive(Clone, Copy)]
pub struct NestedEntry<'a> {
    parent: Value<'a>,
    raw: &'a RawNested,
}

impl<'a> NestedEntry<'a> {
    /// As written; may be empty.
    pub fn key(self) -> &'a str {
        &self.parent.document.text()[self.raw.key.range()]
    }

    pub fn text(self) -> &'a str {
        &self.parent.document.text()[self.raw.value.range()]
    }

    /// The bytes of the value in the file.
    pub fn value_span(self) -> Range<usize> {
        self.raw.value.range()
    }

    /// The key that holds the block.
    pub fn parent(self) -> Value<'a> {
        self.parent
    }

    pub fn place(self) -> Place {
        self.parent.document.place(self.raw.line)
    }
}

impl fmt::Debug for NestedEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedEntry")
            .field("key", &self.key())
            .field("line", &self.raw.line)
            .finish_non_exhaustive()
    }
}
