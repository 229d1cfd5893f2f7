//! Text of one AWS file -> sections and entries as spans, by the rules of Python's `RawConfigParser`.
//!
//! Those are the rules of botocore 1.43 and both AWS CLIs. No text is copied but what cannot be a span: a key with
//! capitals, a value of several lines.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

use super::index::StrIndex;
use super::python::{is_space, lower, split_lines, strip};

/// A piece of the text, in bytes. 32 bits: a file of more than 4 GiB is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
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
    /// All lines of the entry with their line ends.
    pub(super) span: Span,
    pub(super) line: u32,
    /// Index into `lowered`, or `NONE`.
    pub(super) lowered: u32,
    /// Index into `multi`, or `NONE`.
    pub(super) multi: u32,
}

/// A value of several lines.
pub(super) struct Multi {
    /// The lines as botocore joins them.
    pub(super) joined: Zeroizing<String>,
    /// If the first line is empty: the `key = value` lines, or the first line that is none.
    pub(super) nested: Option<Result<Vec<RawNested>, u32>>,
}

pub(super) struct RawNested {
    pub(super) key: Span,
    pub(super) value: Span,
    pub(super) line: u32,
}

#[derive(Default)]
pub(super) struct Parsed {
    pub(super) sections: Vec<RawSection>,
    pub(super) entries: Vec<RawEntry>,
    /// The entries of `[DEFAULT]`, which all other sections inherit.
    pub(super) defaults: Vec<u32>,
    pub(super) lowered: Vec<Box<str>>,
    pub(super) multi: Vec<Multi>,
    pub(super) error: Option<ParseError>,
}

impl Parsed {
    pub(super) fn key<'a>(&'a self, text: &'a str, entry: usize) -> &'a str {
        let entry = &self.entries[entry];
        match entry.lowered {
            NONE => &text[entry.key.range()],
            n => &self.lowered[n as usize],
        }
    }
}

/// Why botocore refuses a file. Holds names, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line at which it gives up, from 1.
    pub line: u32,
    /// The earlier line that this one contradicts.
    pub other: Option<u32>,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// The key stands twice in one section.
    DuplicateKey {
        /// The section's header.
        section: String,
        /// The key, lower-cased.
        key: String,
    },
    /// The same header stands twice.
    DuplicateSection(String),
    /// Nothing stands before the `=`.
    EmptyKey,
    /// A line of a nested block has no `=`.
    NestedNoEquals {
        /// The key that holds the block.
        key: String,
    },
    /// Neither a header, nor an entry, nor a continuation.
    NoDelimiter,
    /// An entry stands before the first header.
    NoHeader,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// More than 4 GiB.
    TooLarge,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::ByteOrderMark => write!(f, "the file begins with a byte order mark"),
            Reason::DuplicateKey { section, key } => write!(f, "key `{key}` stands twice in section `[{section}]`"),
            Reason::DuplicateSection(section) => write!(f, "section `[{section}]` stands twice"),
            Reason::EmptyKey => write!(f, "nothing stands before the `=`"),
            Reason::NestedNoEquals { key } => write!(f, "a line of the block under `{key}` has no `=`"),
            Reason::NoDelimiter => write!(f, "the line is neither a section header nor `key = value`"),
            Reason::NoHeader => write!(f, "the line stands before the first section header"),
            Reason::NotUtf8 => write!(f, "the file is not UTF-8"),
            Reason::TooLarge => write!(f, "the file is larger than 4 GiB"),
        }
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

/// A continuation line; blank lines before it belong to the value.
struct Part {
    span: Span,
    line: u32,
    blanks: u32,
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
            let end = bytes[at..]
                .iter()
                .position(|&b| b == b'\n' || b == b'\r')
                .map_or(bytes.len(), |n| at + n);
            let next = match &bytes[end..] {
                [b'\r', b'\n', ..] => end + 2,
                [_, ..] => end + 1,
                [] => end,
            };
            if let Err(error) = self.line(at, end, next, number) {
                return Some(error);
            }
            at = next;
        }
        None
    }

    fn line(&mut self, start: usize, end: usize, next: usize, number: u32) -> Result<(), ParseError> {
        let line = &self.text[start..end];
        let head = line.trim_start_matches(is_space);
        let body = head.trim_end_matches(is_space);
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
            entry.span.end = next as u32;
            entry.value.end = body.end;
            return Ok(());
        }
        self.level = indent;
        let whole = Span::new(start, next);
        if let Some(header) = header(self.text, body) {
            return self.section(header, whole, number);
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
        self.entry(body, whole, number)
    }

    fn section(&mut self, header: Span, span: Span, line: u32) -> Result<(), ParseError> {
        self.close();
        let (text, sections, named) = (self.text, &mut self.out.sections, &mut self.named);
        let name = &text[header.range()];
        let is_default = name == "DEFAULT";
        if !is_default {
            let at = |n: usize| &text[sections[named[n] as usize].header.range()];
            if let Some(n) = self.headers.find(name, at) {
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

    fn entry(&mut self, body: Span, span: Span, line: u32) -> Result<(), ParseError> {
        let text = &self.text[body.range()];
        let Some(delimiter) = text.bytes().position(|b| b == b'=' || b == b':') else {
            self.defer(line, Reason::NoDelimiter);
            return Ok(());
        };
        self.close();
        let key = text[..delimiter].trim_end_matches(is_space);
        let tail = text[delimiter + 1..].trim_start_matches(is_space);
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
            span,
            line,
            lowered: lowered.map_or(NONE, |lowered| {
                self.out.lowered.push(lowered.into());
                self.out.lowered.len() as u32 - 1
            }),
            multi: NONE,
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
                .find(key, |n| out.key(text, out.defaults[n] as usize))
                .map(|n| out.defaults[n] as usize)
        } else {
            self.keys.find(key, |n| out.key(text, first + n)).map(|n| first + n)
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
        entry.multi = self.out.multi.len() as u32;
        let first = first_line(self.text, entry, &parts);
        self.out.multi.push(Multi {
            joined: join(self.text, first, &parts),
            nested: (self.nested && first.is_empty()).then(|| block(self.text, &parts)),
        });
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

/// What stands on the key's own line.
fn first_line<'t>(text: &'t str, entry: &RawEntry, parts: &[Part]) -> &'t str {
    let end = parts.first().map_or(entry.value.end, |part| part.span.start);
    let head = &text[entry.value.start as usize..end as usize];
    strip(head.split(['\n', '\r']).next().unwrap_or_default())
}

fn join(text: &str, first: &str, parts: &[Part]) -> Zeroizing<String> {
    let size = parts
        .iter()
        .map(|part| part.span.range().len() + part.blanks as usize + 1)
        .sum::<usize>();
    let mut joined = Zeroizing::new(String::with_capacity(first.len() + size));
    joined.push_str(first);
    for part in parts {
        joined.extend(std::iter::repeat_n('\n', part.blanks as usize + 1));
        joined.push_str(&text[part.span.range()]);
    }
    joined
}

/// One level of `key = value`; a key that comes again replaces the first. The error is the line without `=`.
fn block(text: &str, parts: &[Part]) -> Result<Vec<RawNested>, u32> {
    let mut found: Vec<RawNested> = Vec::new();
    let mut keys = StrIndex::default();
    for part in parts {
        for line in split_lines(&text[part.span.range()])
            .map(strip)
            .filter(|line| !line.is_empty())
        {
            let (key, value) = line.split_once('=').ok_or(part.line)?;
            let (key, value) = (strip(key), strip(value));
            let nested = RawNested {
                key: span_of(text, key),
                value: span_of(text, value),
                line: part.line,
            };
            match keys.find(key, |n| &text[found[n].key.range()]) {
                Some(n) => found[n] = nested,
                None => {
                    found.push(nested);
                    keys.push(|n| &text[found[n].key.range()]);
                }
            }
        }
    }
    Ok(found)
}

/// Where a slice of `text` stands in it.
fn span_of(text: &str, slice: &str) -> Span {
    let start = slice.as_ptr().addr() - text.as_ptr().addr();
    Span::new(start, start + slice.len())
}

/// botocore reads the blocks section by section, each with what it inherits; a block that nobody reads does no harm.
fn first_bad_block(out: &Parsed, text: &str) -> Option<ParseError> {
    let bad = |&n: &usize| {
        let multi = out.multi.get(out.entries[n].multi as usize)?;
        let line = *multi.nested.as_ref()?.as_ref().err()?;
        let reason = Reason::NestedNoEquals {
            key: out.key(text, n).to_owned(),
        };
        Some(ParseError {
            line,
            other: None,
            reason,
        })
    };
    if out.multi.iter().all(|multi| !matches!(multi.nested, Some(Err(_)))) {
        return None;
    }
    out.sections
        .iter()
        .filter(|section| !section.is_default)
        .find_map(|section| {
            let own = section.first as usize..(section.first + section.count) as usize;
            let inherited = out.defaults.iter().map(|&n| n as usize);
            let inherited = inherited.filter(|&n| own.clone().all(|own| out.key(text, own) != out.key(text, n)));
            own.clone().chain(inherited).find_map(|n| bad(&n))
        })
}
