//! The entries of one section, and where a document keeps those of the sections that were asked for.
//!
//! A command reads one of the many sections of a large file; the others are checked but not kept.

use std::ops::Range;
use std::sync::OnceLock;

use super::block::Multi;
use super::span::Span;

/// No index: the common case of a key or value that is a plain span.
const NONE: u32 = u32::MAX;

/// A key with its value, by position.
pub(super) struct RawEntry {
    pub(super) key: Span,
    /// From the first character of the value to the last, over all its lines.
    pub(super) value: Span,
    pub(super) line: u32,
    /// Index into `extras`, or `NONE`.
    extra: u32,
}

/// What few entries have.
#[derive(Default)]
struct Extra {
    /// The key, if it changes in lower case.
    lowered: Option<Box<str>>,
    /// The value, if it has several lines.
    multi: Option<Multi>,
}

/// Entries in file order: those of one section, or those of all `[DEFAULT]`.
#[derive(Default)]
pub(super) struct Entries {
    raw: Vec<RawEntry>,
    extras: Vec<Extra>,
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.raw.len()
    }

    pub(super) fn raw(&self, n: usize) -> &RawEntry {
        &self.raw[n]
    }

    /// The key in lower case.
    pub(super) fn key<'a>(&'a self, text: &'a str, n: usize) -> &'a str {
        match self.extra(n).and_then(|extra| extra.lowered.as_deref()) {
            Some(lowered) => lowered,
            None => &text[self.raw[n].key.range()],
        }
    }

    /// The value, if it has several lines.
    pub(super) fn multi(&self, n: usize) -> Option<&Multi> {
        self.extra(n)?.multi.as_ref()
    }

    /// The same as comparing with [`Entries::key`], without the lookup that few entries need.
    pub(super) fn has_key(&self, text: &str, n: usize, key: &str) -> bool {
        let raw = &self.raw[n];
        if raw.extra != NONE {
            return self.key(text, n) == key;
        }
        raw.key.range().len() == key.len() && &text.as_bytes()[raw.key.range()] == key.as_bytes()
    }

    /// Adds an entry of one line; `lowered` is the key if it changes in lower case.
    pub(super) fn push(&mut self, key: Span, value: Span, line: u32, lowered: Option<String>) {
        let extra = match lowered {
            None => NONE,
            Some(lowered) => {
                let lowered = Some(lowered.into());
                self.extras.push(Extra { lowered, multi: None });
                self.extras.len() as u32 - 1
            }
        };
        self.raw.push(RawEntry {
            key,
            value,
            line,
            extra,
        });
    }

    /// Extends the value to `end`.
    pub(super) fn extend(&mut self, n: usize, end: u32) {
        self.raw[n].value.end = end;
    }

    pub(super) fn set_multi(&mut self, n: usize, multi: Multi) {
        let entry = &mut self.raw[n];
        if entry.extra == NONE {
            entry.extra = self.extras.len() as u32;
            self.extras.push(Extra::default());
        }
        self.extras[entry.extra as usize].multi = Some(multi);
    }

    pub(super) fn clear(&mut self) {
        self.raw.clear();
        self.extras.clear();
    }

    fn extra(&self, n: usize) -> Option<&Extra> {
        match self.raw[n].extra {
            NONE => None,
            n => self.extras.get(n as usize),
        }
    }
}

/// How many sections are read together: one that is asked for costs little more, all of them one pass over the file.
const GROUP: usize = 64;

/// The entries of neighbouring sections.
#[derive(Default)]
pub(super) struct Group {
    pub(super) entries: Entries,
    /// Where the entries of each section begin.
    pub(super) first: Vec<u32>,
}

impl Group {
    /// The entries of its section `n`.
    fn range(&self, n: usize) -> Range<usize> {
        let first = |n: usize| self.first.get(n).map_or(self.entries.len(), |&first| first as usize);
        first(n)..first(n + 1)
    }
}

/// The entries of the sections that were asked for, and of their neighbours.
#[derive(Default)]
pub(super) struct Store {
    groups: Box<[OnceLock<Group>]>,
}

impl Store {
    pub(super) fn new(sections: usize) -> Self {
        let cells = std::iter::repeat_with(OnceLock::new);
        Self {
            groups: cells.take(sections.div_ceil(GROUP)).collect(),
        }
    }

    /// The entries of section `n`: the list, and which of it. `read` reads those of a range of sections once.
    pub(super) fn entries(&self, n: usize, read: impl FnOnce(Range<usize>) -> Group) -> (&Entries, Range<usize>) {
        let first = n / GROUP * GROUP;
        let group = self.groups[n / GROUP].get_or_init(|| read(first..first + GROUP));
        (&group.entries, group.range(n - first))
    }
}
