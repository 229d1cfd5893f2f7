//! The lines of a text -> sections and entries as spans, by the rules of Python's `RawConfigParser`.

use std::ops::Range;

use super::block::{Multi, Part};
use super::entries::Entries;
use super::index::StrIndex;
use super::python::{lower, strip_end, strip_start};
use super::reason::{ParseError, Reason};
use super::scan;
use super::span::Span;

/// A section's header, by position; small, because there are thousands.
pub(super) struct RawSection {
    pub(super) header: Span,
    /// Where the header's line begins.
    pub(super) start: u32,
    pub(super) line: u32,
}

impl RawSection {
    pub(super) fn is_default(&self, text: &str) -> bool {
        text.as_bytes()[self.header.range()] == *DEFAULT
    }
}

/// The section that all others inherit.
const DEFAULT: &[u8; 7] = b"DEFAULT";

pub(super) struct Parser<'t> {
    text: &'t str,
    nested: bool,
    pub(super) sections: Vec<RawSection>,
    /// Whether the current section is a `[DEFAULT]`.
    in_default: bool,
    /// The entries of the current section.
    pub(super) own: Entries,
    own_keys: StrIndex,
    /// The entries of all `[DEFAULT]`.
    pub(super) defaults: Entries,
    default_keys: StrIndex,
    /// The entry that a line with more indentation continues.
    open: Option<usize>,
    level: usize,
    blanks: u32,
    parts: Vec<Part>,
    pub(super) deferred: Option<ParseError>,
    /// Whether any block is bad, even one that is never read.
    pub(super) bad_block: bool,
    /// In a second pass, which checks nothing and keeps all entries in `own`: where those of each section begin.
    pub(super) keep: Option<Vec<u32>>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, nested: bool) -> Self {
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

    /// Reads the lines of `span`, which begins after line `number`. Returns where it stopped, and the error if it is
    /// one that Python raises at once.
    pub(super) fn lines(&mut self, span: Span, mut number: u32) -> (u32, Option<ParseError>) {
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
            // `[DEFAULT]` may be repeated, its keys may not.
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

    /// Ends the open entry: joins its lines, reads its block. Blank lines after the last part are dropped.
    pub(super) fn close(&mut self) {
        self.blanks = 0;
        let Some(entry) = self.open.take().filter(|_| !self.parts.is_empty()) else {
            return;
        };
        let mut parts = std::mem::take(&mut self.parts);
        let (text, nested) = (self.text, self.nested);
        let entries = self.current();
        let multi = Multi::of(text, entries.raw(entry).value, &parts, nested);
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
