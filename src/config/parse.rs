//! Text of one AWS file -> sections and entries as spans, by the rules of Python's `RawConfigParser`.
//!
//! Those are the rules of botocore 1.43 and both AWS CLIs. No text is copied but what cannot be a span: a key with
//! capitals, a value of several lines.

use std::ops::Range;

use super::block::{Multi, Part, first_bad_block};
use super::index::StrIndex;
use super::python::{lower, strip_end, strip_start};
use super::reason::{ParseError, Reason};
use super::scan;

/// A piece of the text, in bytes. 32 bits: a file of more than 4 GiB is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// As an index into the text.
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// No index: the common case of a key or value that is a plain span.
pub(super) const NONE: u32 = u32::MAX;

pub(super) struct RawSection {
    pub(super) header: Span,
    /// The header's line with its line end.
    pub(super) span: Span,
    pub(super) line: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    pub(super) is_default: bool,
}

pub(super) struct RawEntry {
    pub(super) key: Span,
    /// From the first character of the value to the last, over all its lines.
    pub(super) value: Span,
    pub(super) line: u32,
    /// Index into `extras`, or `NONE`.
    pub(super) extra: u32,
}

/// What few entries have.
#[derive(Default)]
pub(super) struct Extra {
    /// The key, if lower case changes it.
    pub(super) lowered: Option<Box<str>>,
    /// The value, if it has several lines.
    pub(super) multi: Option<Multi>,
}

#[derive(Default)]
pub(super) struct Parsed {
    pub(super) sections: Vec<RawSection>,
    pub(super) entries: Vec<RawEntry>,
    /// The entries of `[DEFAULT]`, which all other sections inherit.
    pub(super) defaults: Vec<u32>,
    pub(super) extras: Vec<Extra>,
    pub(super) error: Option<ParseError>,
}

impl Parsed {
    pub(super) fn key<'a>(&'a self, text: &'a str, entry: usize) -> &'a str {
        match self.extra(entry).and_then(|extra| extra.lowered.as_deref()) {
            Some(lowered) => lowered,
            None => &text[self.entries[entry].key.range()],
        }
    }

    pub(super) fn multi(&self, entry: usize) -> Option<&Multi> {
        self.extra(entry)?.multi.as_ref()
    }

    fn extra(&self, entry: usize) -> Option<&Extra> {
        match self.entries[entry].extra {
            NONE => None,
            n => self.extras.get(n as usize),
        }
    }

    /// Whether the entry has that key; the same as comparing with [`Parsed::key`], without a look at what most lack.
    fn has_key(&self, text: &str, entry: usize, key: &str) -> bool {
        let raw = &self.entries[entry];
        if raw.extra != NONE {
            return self.key(text, entry) == key;
        }
        raw.key.range().len() == key.len() && &text.as_bytes()[raw.key.range()] == key.as_bytes()
    }
}

/// Reads the whole text. With `nested`, a value that begins with an empty line must be a block of `key = value`.
pub(super) fn parse(text: &str, nested: bool) -> Parsed {
    let mut parser = Parser {
        text,
        nested,
        ..Parser::new(text)
    };
    let stop = parser.lines();
    parser.close();
    let deferred = parser.deferred.take();
    let mut out = parser.out;
    // Python raises a duplicate at once, other bad lines at the end of the file, and botocore reads blocks after that.
    out.error = stop.or(deferred).or_else(|| first_bad_block(&out, text));
    out
}

struct Parser<'t> {
    text: &'t str,
    nested: bool,
    out: Parsed,
    headers: StrIndex,
    /// Section number of each header that `headers` knows.
    named: Vec<u32>,
    keys: StrIndex,
    default_keys: StrIndex,
    /// The entry that a deeper line continues.
    open: Option<usize>,
    level: usize,
    blanks: u32,
    parts: Vec<Part>,
    deferred: Option<ParseError>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            nested: true,
            out: Parsed::default(),
            headers: StrIndex::default(),
            named: Vec::new(),
            keys: StrIndex::default(),
            default_keys: StrIndex::default(),
            open: None,
            level: 0,
            blanks: 0,
            parts: Vec::new(),
            deferred: None,
        }
    }

    /// Goes through all lines; stops at an error that Python raises at once.
    fn lines(&mut self) -> Option<ParseError> {
        let bytes = self.text.as_bytes();
        let (mut at, mut number) = (0, 0);
        while at < bytes.len() {
            number += 1;
            let (end, next) = scan::line_end(bytes, at);
            if let Err(error) = self.line(at, end, next, number) {
                return Some(error);
            }
            at = next;
        }
        None
    }

    fn line(&mut self, start: usize, end: usize, next: usize, number: u32) -> Result<(), ParseError> {
        let line = &self.text[start..end];
        let head = strip_start(line);
        let body = strip_end(head);
        if body.is_empty() {
            self.blanks += u32::from(self.open.is_some());
            return Ok(());
        }
        if body.starts_with(['#', ';']) {
            return Ok(());
        }
        let offset = line.len() - head.len();
        let indent = if offset == 0 { 0 } else { line[..offset].chars().count() };
        let body = Span::new(start + offset, start + offset + body.len());
        if let Some(open) = self.open.filter(|_| indent > self.level) {
            let blanks = std::mem::take(&mut self.blanks);
            self.parts.push(Part {
                span: body,
                line: number,
                blanks,
            });
            let entry = &mut self.out.entries[open];
            entry.value.end = body.end;
            return Ok(());
        }
        self.level = indent;
        if let Some(header) = header(self.text, body) {
            return self.section(header, Span::new(start, next), number);
        }
        if self.out.sections.is_empty() {
            let mark = number == 1 && self.text.starts_with('\u{feff}');
            let reason = if mark { Reason::ByteOrderMark } else { Reason::NoHeader };
            return Err(ParseError {
                line: number,
                other: None,
                reason,
            });
        }
        self.entry(body, number)
    }

    fn section(&mut self, header: Span, span: Span, line: u32) -> Result<(), ParseError> {
        self.close();
        let (text, sections, named) = (self.text, &mut self.out.sections, &mut self.named);
        let name = &text[header.range()];
        let is_default = name == "DEFAULT";
        if !is_default {
            let same = |n: usize| text.as_bytes()[sections[named[n] as usize].header.range()] == *name.as_bytes();
            if let Some(n) = self.headers.find(name, same) {
                let other = Some(sections[named[n] as usize].line);
                return Err(ParseError {
                    line,
                    other,
                    reason: Reason::DuplicateSection(name.to_owned()),
                });
            }
            self.keys.clear();
        }
        let first = self.out.entries.len() as u32;
        sections.push(RawSection {
            header,
            span,
            line,
            first,
            count: 0,
            is_default,
        });
        if !is_default {
            named.push(sections.len() as u32 - 1);
            let (sections, named) = (&*sections, &*named);
            self.headers.push(|n| &text[sections[named[n] as usize].header.range()]);
        }
        Ok(())
    }

    fn entry(&mut self, body: Span, line: u32) -> Result<(), ParseError> {
        let text = &self.text[body.range()];
        let Some(delimiter) = scan::find(text.as_bytes(), b'=', b':') else {
            self.defer(line, Reason::NoDelimiter);
            return Ok(());
        };
        self.close();
        let key = strip_end(&text[..delimiter]);
        let tail = strip_start(&text[delimiter + 1..]);
        if key.is_empty() {
            self.defer(line, Reason::EmptyKey);
        }
        let lowered = lower(key);
        self.unique(lowered.as_deref().unwrap_or(key), line)?;
        let start = body.start as usize;
        let entry = RawEntry {
            key: Span::new(start, start + key.len()),
            value: Span {
                start: body.end - tail.len() as u32,
                end: body.end,
            },
            line,
            extra: lowered.map_or(NONE, |lowered| {
                let lowered = Some(lowered.into());
                self.out.extras.push(Extra { lowered, multi: None });
                self.out.extras.len() as u32 - 1
            }),
        };
        // Python's "current option" is unset while the key is empty.
        self.open = (!key.is_empty()).then_some(self.out.entries.len());
        self.push(entry);
        Ok(())
    }

    /// Adds the entry to its section and to the keys that must not come again.
    fn push(&mut self, entry: RawEntry) {
        let n = self.out.entries.len() as u32;
        self.out.entries.push(entry);
        let Some(section) = self.out.sections.last_mut() else {
            return;
        };
        section.count += 1;
        let (first, is_default) = (section.first as usize, section.is_default);
        if is_default {
            self.out.defaults.push(n);
            let (out, text) = (&self.out, self.text);
            self.default_keys.push(|n| out.key(text, out.defaults[n] as usize));
        } else {
            let (out, text) = (&self.out, self.text);
            self.keys.push(|n| out.key(text, first + n));
        }
    }

    fn unique(&self, key: &str, line: u32) -> Result<(), ParseError> {
        let (out, text) = (&self.out, self.text);
        let Some(section) = out.sections.last() else {
            return Ok(());
        };
        let first = section.first as usize;
        let found = if section.is_default {
            // `[DEFAULT]` may come again, its keys may not.
            self.default_keys
                .find(key, |n| out.has_key(text, out.defaults[n] as usize, key))
                .map(|n| out.defaults[n] as usize)
        } else {
            self.keys
                .find(key, |n| out.has_key(text, first + n, key))
                .map(|n| first + n)
        };
        let Some(found) = found else { return Ok(()) };
        let reason = Reason::DuplicateKey {
            section: text[section.header.range()].to_owned(),
            key: key.to_owned(),
        };
        Err(ParseError {
            line,
            other: Some(out.entries[found].line),
            reason,
        })
    }

    fn defer(&mut self, line: u32, reason: Reason) {
        self.deferred.get_or_insert(ParseError {
            line,
            other: None,
            reason,
        });
    }

    /// Ends the open entry: joins its lines, reads its block. Blank lines behind the last part fall away.
    fn close(&mut self) {
        self.blanks = 0;
        let Some(entry) = self.open.take().filter(|_| !self.parts.is_empty()) else {
            return;
        };
        let parts = std::mem::take(&mut self.parts);
        let entry = &mut self.out.entries[entry];
        let multi = Some(Multi::of(self.text, entry, &parts, self.nested));
        if entry.extra == NONE {
            entry.extra = self.out.extras.len() as u32;
            self.out.extras.push(Extra::default());
        }
        self.out.extras[entry.extra as usize].multi = multi;
        self.parts = parts;
        self.parts.clear();
    }
}

/// `\[(?P<header>.+)\]` at the start of the line: up to the *last* bracket, whatever follows it.
fn header(text: &str, body: Span) -> Option<Span> {
    let line = text[body.range()].strip_prefix('[')?;
    let close = line.rfind(']').filter(|&close| close > 0)?;
    Some(Span {
        start: body.start + 1,
        end: body.start + 1 + close as u32,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use crate::config::{Document, FileKind, ProfileSet, lint, lint_profiles};

    /// Reads in every way there is; the pieces must be the file.
    fn read(bytes: &[u8]) {
        for kind in [FileKind::Config, FileKind::Credentials] {
            let document = Document::parse(Path::new("f"), bytes.to_vec());
            let pieces: Vec<u8> = document.pieces().flat_map(|(_, piece)| piece.to_vec()).collect();
            assert_eq!(pieces, bytes);
            assert_eq!(document.bytes(), bytes);
            lint(&document, kind);
            let (config, credentials) = match kind {
                FileKind::Config => (Some(document), None),
                FileKind::Credentials => (None, Some(document)),
            };
            let Ok(set) = ProfileSet::new(config, credentials) else {
                continue;
            };
            lint_profiles(&set);
            for name in set.names() {
                let profile = set.profile(name).unwrap();
                assert_eq!(profile.name(), name);
                for value in profile.settings() {
                    assert_eq!(profile.get(value.key()).unwrap().text(), value.text());
                    assert!(value.value_span().end <= value.line_span().end);
                }
            }
        }
    }

    /// Text that looks like the real thing, with all that is awkward in it.
    fn ini() -> impl Strategy<Value = String> {
        let header = r#"[ \t]{0,2}\[(profile |sso-session |services |DEFAULT|default)?["'\\a-z #\]]{0,6}\]?[ ;x]{0,2}"#;
        let entry = "[ \t\u{a0}]{0,3}(region|Region|s3|[a-zİΣ :]{1,3})[ \t]?[=:][ \u{3000}]?[a-z#; %\"=\u{b}]{0,6}";
        let other = "[ \t\u{a0}\u{c}]{0,4}[#;=:a-z\\[\\]\u{feff}\u{85}]{0,4}";
        let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r", ""]);
        let line = (prop_oneof![header, entry, other], end).prop_map(|(line, end)| line + end);
        prop::collection::vec(line, 0..20).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn any_bytes_are_kept(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }

        #[test]
        fn any_text_is_kept(text in "\\PC{0,40}[\r\n\t =\\[\\]]{0,20}\\PC{0,20}") {
            read(text.as_bytes());
        }

        #[test]
        fn anything_like_a_file_is_kept(text in ini()) {
            read(text.as_bytes());
            read(("[x]\n".to_owned() + &text).as_bytes());
        }
    }
}
