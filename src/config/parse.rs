//! Text -> sections and entries as spans, by the rules of Python's `RawConfigParser`.
//!
//! Those are the rules of botocore 1.44 and both AWS CLIs. No text is copied but what cannot be a span: a key with
//! capitals, a value of several lines. The whole text is checked at once; a section's entries are read when asked for.

use std::ops::Range;

use super::block::{Multi, Part, first_bad_block};
use super::entries::{Entries, Group, Store};
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

/// A section's header, by position; small, for there are thousands.
pub(super) struct RawSection {
    pub(super) header: Span,
    /// Where the header's line begins.
    pub(super) start: u32,
    pub(super) line: u32,
}

impl RawSection {
    /// Whether it is a `[DEFAULT]`.
    pub(super) fn is_default(&self, text: &str) -> bool {
        text.as_bytes()[self.header.range()] == *DEFAULT
    }
}

/// The section that all others inherit.
const DEFAULT: &[u8; 7] = b"DEFAULT";

#[derive(Default)]
pub(super) struct Parsed {
    pub(super) sections: Vec<RawSection>,
    /// The entries of all `[DEFAULT]`, which the other sections inherit.
    pub(super) defaults: Entries,
    pub(super) error: Option<ParseError>,
    /// The entries of the sections that were asked for.
    pub(super) store: Store,
    /// Where the last section ends: at the end of the text or at the line that Python refuses at once.
    pub(super) end: u32,
    pub(super) nested: bool,
}

impl Parsed {
    /// The own entries of section `index`: where they are, and which; `text` is the one that was parsed.
    pub(super) fn entries(&self, text: &str, index: usize) -> (&Entries, Range<usize>) {
        self.store.entries(index, |wanted| {
            let first = &self.sections[wanted.start];
            let end = self.sections.get(wanted.end).map_or(self.end, |next| next.start);
            let mut parser = Parser::new(text, self.nested);
            parser.keep = Some(Vec::with_capacity(wanted.len()));
            let start = first.start;
            parser.lines(Span { start, end }, first.line - 1);
            parser.close();
            Group {
                entries: parser.own,
                first: parser.keep.unwrap_or_default(),
            }
        })
    }
}

/// Reads the whole text. With `nested`, a value that begins with an empty line must be a block of `key = value`.
pub(super) fn parse(text: &str, nested: bool) -> Parsed {
    let mut parser = Parser::new(text, nested);
    let (end, stop) = parser.lines(Span::new(0, text.len()), 0);
    parser.close();
    if let Some((start, error)) = duplicate_section(text, &parser.sections) {
        // Python stops there; all that counts stands before.
        let mut before = parse(&text[..start], nested);
        before.error = Some(error);
        return before;
    }
    let mut out = Parsed {
        store: Store::new(parser.sections.len()),
        sections: parser.sections,
        defaults: parser.defaults,
        error: None,
        end,
        nested,
    };
    // Python raises a duplicate at once, other bad lines at the end of the file, and botocore reads blocks after that.
    let error = stop.or(parser.deferred);
    out.error = match error {
        None if parser.bad_block => first_bad_block(&out, text),
        error => error,
    };
    out
}

/// The first section but `[DEFAULT]` whose header stood before: where its line begins, and the error.
fn duplicate_section(text: &str, sections: &[RawSection]) -> Option<(usize, ParseError)> {
    let mut headers = StrIndex::with_capacity(sections.len());
    // The items of the index are the sections up to here; a `[DEFAULT]` that comes again does no harm among them.
    let name = |n: usize| &text[sections[n].header.range()];
    for (n, section) in sections.iter().enumerate() {
        let bytes = name(n).as_bytes();
        let same = |n: usize| text.as_bytes()[sections[n].header.range()] == *bytes;
        if let Some(first) = headers.find(name(n), same).filter(|_| !section.is_default(text)) {
            let error = ParseError {
                line: section.line,
                other: Some(sections[first].line),
                reason: Reason::DuplicateSection(name(n).to_owned()),
            };
            return Some((section.start as usize, error));
        }
        headers.push(name);
    }
    None
}

struct Parser<'t> {
    text: &'t str,
    nested: bool,
    sections: Vec<RawSection>,
    /// Whether the section is a `[DEFAULT]`.
    in_default: bool,
    /// The entries of the section.
    own: Entries,
    own_keys: StrIndex,
    /// The entries of all `[DEFAULT]`.
    defaults: Entries,
    default_keys: StrIndex,
    /// The entry that a deeper line continues.
    open: Option<usize>,
    level: usize,
    blanks: u32,
    parts: Vec<Part>,
    deferred: Option<ParseError>,
    /// Whether any block is bad, perhaps one that nobody reads.
    bad_block: bool,
    /// In a second reading, which checks nothing and keeps all entries in `own`: where those of each section begin.
    keep: Option<Vec<u32>>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, nested: bool) -> Self {
        Self {
            text,
            nested,
            sections: Vec::new(),
            in_default: false,
            own: Entries::default(),
            own_keys: StrIndex::default(),
            defaults: Entries::default(),
            default_keys: StrIndex::default(),
            open: None,
            level: 0,
            blanks: 0,
            parts: Vec::new(),
            deferred: None,
            bad_block: false,
            keep: None,
        }
    }

    /// Goes through the lines of `span`, `number` lines behind the first. Tells where it ended, and the error that
    /// Python raises at once if it was one.
    fn lines(&mut self, span: Span, mut number: u32) -> (u32, Option<ParseError>) {
        let Range { start: mut at, end } = span.range();
        let bytes = &self.text.as_bytes()[..end];
        while at < end {
            number += 1;
            let (stop, next) = scan::line_end(bytes, at);
            if let Err(error) = self.line(at, stop, number) {
                return (at as u32, Some(error));
            }
            at = next;
        }
        (span.end, None)
    }

    fn line(&mut self, start: usize, end: usize, number: u32) -> Result<(), ParseError> {
        let (body, indent) = match &self.text.as_bytes()[start..end] {
            [b'#' | b';', ..] => return Ok(()),
            [b'!'..=b'~', .., b'!'..=b'~'] => (Span::new(start, end), 0),
            _ => {
                let line = &self.text[start..end];
                let head = strip_start(line);
                let offset = line.len() - head.len();
                let indent = if offset == 0 { 0 } else { line[..offset].chars().count() };
                let start = start + offset;
                (Span::new(start, start + strip_end(head).len()), indent)
            }
        };
        match self.text.as_bytes()[body.range()].first() {
            None => {
                self.blanks += u32::from(self.open.is_some());
                return Ok(());
            }
            Some(b'#' | b';') => return Ok(()),
            Some(_) => {}
        }
        if let Some(open) = self.open.filter(|_| indent > self.level) {
            let blanks = std::mem::take(&mut self.blanks);
            self.parts.push(Part {
                span: body,
                line: number,
                blanks,
            });
            self.current().extend(open, body.end);
            return Ok(());
        }
        self.level = indent;
        if let Some(header) = header(self.text, body) {
            self.section(header, start as u32, number);
            return Ok(());
        }
        if self.sections.is_empty() {
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

    fn section(&mut self, header: Span, start: u32, line: u32) {
        self.close();
        let section = RawSection { header, start, line };
        if let Some(keep) = &mut self.keep {
            keep.push(self.own.len() as u32);
        } else if section.is_default(self.text) {
            self.in_default = true;
        } else {
            self.in_default = false;
            self.own.clear();
            self.own_keys.clear();
        }
        self.sections.push(section);
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
        if self.keep.is_none() {
            self.unique(lowered.as_deref().unwrap_or(key), line)?;
        }
        let start = body.start as usize;
        let value = Span {
            start: body.end - tail.len() as u32,
            end: body.end,
        };
        let text = self.text;
        let (entries, keys) = match self.in_default {
            // `[DEFAULT]` may come again, its keys may not.
            true => (&mut self.defaults, &mut self.default_keys),
            false => (&mut self.own, &mut self.own_keys),
        };
        // Python's "current option" is unset while the key is empty.
        self.open = (!key.is_empty()).then_some(entries.len());
        entries.push(Span::new(start, start + key.len()), value, line, lowered);
        if self.keep.is_none() {
            keys.push(|n| entries.key(text, n));
        }
        Ok(())
    }

    fn current(&mut self) -> &mut Entries {
        match self.in_default {
            true => &mut self.defaults,
            false => &mut self.own,
        }
    }

    fn unique(&self, key: &str, line: u32) -> Result<(), ParseError> {
        let (entries, keys) = match self.in_default {
            true => (&self.defaults, &self.default_keys),
            false => (&self.own, &self.own_keys),
        };
        let Some(found) = keys.find(key, |n| entries.has_key(self.text, n, key)) else {
            return Ok(());
        };
        let section = self
            .sections
            .last()
            .map_or("", |section| &self.text[section.header.range()]);
        let reason = Reason::DuplicateKey {
            section: section.to_owned(),
            key: key.to_owned(),
        };
        Err(ParseError {
            line,
            other: Some(entries.raw(found).line),
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
        let mut parts = std::mem::take(&mut self.parts);
        let (text, nested) = (self.text, self.nested);
        let entries = self.current();
        let multi = Multi::of(text, entries.raw(entry), &parts, nested);
        let bad = matches!(multi.nested, Some(Err(_)));
        entries.set_multi(entry, multi);
        self.bad_block |= bad;
        parts.clear();
        self.parts = parts;
    }
}

/// `\[(?P<header>.+)\]` at the start of the line: up to the *last* bracket, whatever follows it.
fn header(text: &str, body: Span) -> Option<Span> {
    let line = text.as_bytes()[body.range()].strip_prefix(b"[")?;
    let close = line.iter().rposition(|&b| b == b']').filter(|&close| close > 0)?;
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
