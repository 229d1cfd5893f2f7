//! Where in a text an edit goes, and how its lines look: like those around them.
//!
//! Python's rule of indentation decides what a line is: one with more indentation than the key above it continues its
//! value. So a new key is indented like the last one of its section, and in an empty section like the header after it.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::config::document::Document;
use crate::config::python::{strip, strip_end, strip_start};
use crate::config::scan;
use crate::config::value::{NestedEntry, Section, Value};

/// A range of the text and its replacement.
pub(super) type Change = (Range<usize>, Zeroizing<String>);

/// How much further the lines of a new block are indented; the AWS CLI does the same.
const DEEPER: &str = "    ";

/// Sets `entry` to `value`, and perhaps gives it another key; the layout of its first line stays, as do comments and
/// blank lines between its lines.
pub(super) fn rewrite(entry: Value<'_>, key: Option<&str>, value: &str) -> Vec<Change> {
    let document = entry.document;
    let mut lines = text_lines(entry).into_iter();
    let first = lines.next().unwrap_or_else(|| entry.line_span());
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(key.map(|key| (entry.key_span(), text(&[key]))));
    let start = entry.value_span().start.min(first.end);
    let length = strip_end(document.slice(start..first.end)).len();
    changes.push(in_place(document, start..start + length, value));
    changes.extend(without(document, lines));
    changes
}

/// Sets the value of a line of a block.
pub(super) fn rewrite_nested(entry: NestedEntry<'_>, value: &str) -> Change {
    in_place(entry.parent().document, entry.value_span(), value)
}

/// Replaces an old value; after a delimiter with nothing behind it, a blank comes first.
fn in_place(document: &Document, old: Range<usize>, value: &str) -> Change {
    if !old.is_empty() || value.is_empty() {
        return (old, text(&[value]));
    }
    let at = old.start;
    match document.bytes().get(at) {
        Some(b' ' | b'\t') => (at + 1..at + 1, text(&[value])),
        _ => (at..at, text(&[" ", value])),
    }
}

/// Removes every line of the entry; comments between them stay.
pub(super) fn remove(entry: Value<'_>) -> Vec<Change> {
    without(entry.document, text_lines(entry))
}

/// Replaces the entry with a comment. It is not indented: to some readers an indented one continues a value.
pub(super) fn comment(entry: Value<'_>, words: &str) -> Vec<Change> {
    let mut lines = text_lines(entry).into_iter();
    let first = lines.next().map(|line| (line, text(&["# ", words])));
    first.into_iter().chain(without(entry.document, lines)).collect()
}

/// Removes the lines of a block that set `key`.
pub(super) fn remove_nested(entry: Value<'_>, key: &str) -> Vec<Change> {
    let document = entry.document;
    let sets = |line: &Range<usize>| {
        let line = document.slice(line.clone());
        line.split_once('=').is_some_and(|(found, _)| strip(found) == key)
    };
    without(document, text_lines(entry).into_iter().skip(1).filter(sets))
}

/// Removes the header's lines and those of their entries; `sections` are in the order of the file. The blank line before
/// a section goes too, as it came with the section, where nothing but a blank line or the end of the file follows.
pub(super) fn remove_sections(document: &Document, sections: &[Section<'_>]) -> Vec<Change> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut end = document.bytes().len();
    for section in sections.iter().rev() {
        let header = section.line_span();
        let entries = || section.entries();
        let own = header.len() + entries().map(|entry| entry.line_span().len()).sum::<usize>();
        let behind = entries().map(|entry| entry.line_span().end).max().unwrap_or(header.end);
        // Comments between the lines of a value, or between entries, stay.
        let is_whole = header.start + own == behind && !entries().any(Value::is_multi_line);
        let is_loose = behind == end || is_blank_line(document, behind);
        let blank = blank_before(document, header.start).filter(|_| is_whole && is_loose);
        if is_whole && behind == end {
            end = blank.as_ref().map_or(header.start, |blank| blank.start);
        }
        let own = blank.into_iter().chain([header]);
        lines.extend(own.chain(entries().flat_map(text_lines)));
    }
    lines.sort_unstable_by_key(|line| line.start);
    without(document, lines)
}

/// Whether the line that begins at `at` is there, and is empty.
fn is_blank_line(document: &Document, at: usize) -> bool {
    let (end, next) = scan::line_end(document.bytes(), at);
    next > at && end == at
}

/// The line that ends at `at`, if it is empty.
fn blank_before(document: &Document, at: usize) -> Option<Range<usize>> {
    let before = document.bytes().get(..at)?.strip_suffix(b"\n")?;
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    before.ends_with(b"\n").then_some(before.len()..at)
}

/// Adds lines after the section's last entry.
pub(super) fn add(section: Section<'_>, key: &str, value: &str) -> Change {
    let (at, indent) = end_of(section);
    insert(section.document(), at, &[&[indent, key, assigned(value), value]])
}

/// Adds a block of one line after the section's last entry.
pub(super) fn add_block(section: Section<'_>, key: &str, nested: &str, value: &str) -> Change {
    let (at, indent) = end_of(section);
    let lines: [&[&str]; 2] = [&[indent, key, " ="], &[indent, DEEPER, nested, assigned(value), value]];
    insert(section.document(), at, &lines)
}

/// Adds a line at the end of a block, which may still be empty.
pub(super) fn add_nested(entry: Value<'_>, key: &str, value: &str) -> Change {
    let document = entry.document;
    let (indent, deeper) = match text_lines(entry).as_slice() {
        [_, .., last] => (indent(document, last.start), ""),
        _ => (indent(document, entry.line_span().start), DEEPER),
    };
    let line: &[&str] = &[indent, deeper, key, assigned(value), value];
    insert(document, entry.line_span().end, &[line])
}

/// A section that is to be added.
pub(super) struct Lines<'a> {
    pub(super) header: &'a str,
    pub(super) entries: &'a [(&'static str, String)],
}

/// Adds sections at the end of the file, each after a blank line.
pub(super) fn add_sections<'a>(document: &Document, sections: impl IntoIterator<Item = Lines<'a>>) -> Change {
    let end = document.bytes().len();
    let mut lines: Vec<Vec<&str>> = Vec::new();
    for section in sections {
        if !lines.is_empty() || !ends_blank(document) {
            lines.push(Vec::new());
        }
        lines.push(vec!["[", section.header, "]"]);
        let entries = section.entries.iter();
        lines.extend(entries.map(|(key, value)| vec![*key, assigned(value), value.as_str()]));
    }
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    insert(document, end, &lines)
}

/// Whether the file is empty, or its last line is blank. That line may lack a line end; if it is empty, the one before
/// it counts.
fn ends_blank(document: &Document) -> bool {
    let text = document.text();
    let last = text.split(['\n', '\r']).rev().find(|_| true).unwrap_or_default();
    let before = &text[..text.len() - last.len()];
    let is_blank = |line: &str| strip(line).is_empty();
    match is_blank(last) {
        true if last.is_empty() => before
            .strip_suffix("\r\n")
            .or_else(|| before.strip_suffix(['\n', '\r']))
            .is_none_or(|lines| is_blank(lines.rsplit(['\n', '\r']).next().unwrap_or_default())),
        blank => blank,
    }
}

fn assigned(value: &str) -> &'static str {
    if value.is_empty() { " =" } else { " = " }
}

/// Where the next entry of a section goes, and its indentation.
fn end_of(section: Section<'_>) -> (usize, &str) {
    let document = section.document();
    if let Some(last) = section.entries().last() {
        let lines = last.line_span();
        return (lines.end, indent(document, lines.start));
    }
    let at = section.line_span().end;
    // Only comments and blank lines are between the header and the next one.
    let lines = document.lines().filter(|(start, _, _)| *start >= at);
    let mut headers = lines.filter(|(_, line, _)| strip_start(line).starts_with('['));
    (at, headers.next().map_or("", |(start, _, _)| indent(document, start)))
}

/// The white space at the beginning of a line.
fn indent(document: &Document, line: usize) -> &str {
    let (end, _) = scan::line_end(document.bytes(), line);
    let line = document.slice(line..end);
    &line[..line.len() - strip_start(line).len()]
}

/// The lines of an entry that are neither blank nor comments, without their ends.
fn text_lines(entry: Value<'_>) -> Vec<Range<usize>> {
    let document = entry.document;
    let span = entry.line_span();
    let mut at = span.start;
    let mut lines = Vec::with_capacity(1);
    while at < span.end {
        let (end, next) = scan::line_end(document.bytes(), at);
        let line = strip_start(document.slice(at..end));
        if at == span.start || !line.is_empty() && !line.starts_with(['#', ';']) {
            lines.push(at..end);
        }
        at = next;
    }
    lines
}

/// Removes the lines together with their line ends.
fn without(document: &Document, lines: impl IntoIterator<Item = Range<usize>>) -> Vec<Change> {
    let bytes = document.bytes();
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for line in lines {
        let (_, next) = scan::line_end(bytes, line.start);
        match blocks.last_mut().filter(|block| block.end == line.start) {
            Some(block) => block.end = next,
            None => blocks.push(line.start..next),
        }
    }
    // A `\r` and a `\n` that meet would be one line end instead of two: the line before takes our last one.
    let joins = |block: &Range<usize>| bytes[..block.start].ends_with(b"\r") && bytes[block.end..].starts_with(b"\n");
    let whole = |block: Range<usize>| {
        if joins(&block) {
            let end = line_end(&bytes[block.clone()]).map_or(0, str::len);
            block.start - 1..block.end - end
        } else {
            block
        }
    };
    let blocks = blocks.into_iter().map(whole);
    blocks.map(|block| (block, Zeroizing::default())).collect()
}

/// Inserts lines, each of several parts, at `at`, where a line begins or the file ends.
fn insert(document: &Document, at: usize, lines: &[&[&str]]) -> Change {
    let bytes = document.bytes();
    let before = bytes[..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    let end = before.and_then(|last| line_end(&bytes[..=last])).unwrap_or("\n");
    let is_behind_end = at > 0 && line_end(&bytes[..at]).is_none();
    let mut parts: Vec<&str> = Vec::new();
    for line in lines {
        if is_behind_end {
            parts.push(end);
        }
        parts.extend(*line);
        if !is_behind_end {
            parts.push(end);
        }
    }
    (at..at, text(&parts))
}

/// The last line end in the text.
fn line_end(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [.., b'\r', b'\n'] => Some("\r\n"),
        [.., b'\n'] => Some("\n"),
        [.., b'\r'] => Some("\r"),
        _ => None,
    }
}

/// Reserves the whole length first: growing would leave copies of a secret behind.
fn text(parts: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| text.push_str(part));
    text
}
