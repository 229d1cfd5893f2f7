//! Values of several lines: joined as Python joins them, read as botocore's blocks of `key = value`.

use zeroize::Zeroizing;

use super::index::StrIndex;
use super::python::{split_lines, strip};
use super::span::Span;

/// A value of several lines.
pub(super) struct Multi {
    /// The lines as botocore joins them.
    pub(super) joined: Zeroizing<String>,
    /// If the first line is empty: the `key = value` lines, or the number of the first line that is not one.
    pub(super) nested: Option<Result<Vec<RawNested>, u32>>,
}

pub(super) struct RawNested {
    pub(super) key: Span,
    pub(super) value: Span,
    pub(super) line: u32,
}

/// A continuation line; blank lines before it belong to the value.
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) line: u32,
    pub(super) blanks: u32,
}

impl Multi {
    /// The value that goes on in `parts`. With `nested`, one that begins with an empty line is a block.
    pub(super) fn of(text: &str, value: Span, parts: &[Part], nested: bool) -> Self {
        let first = first_line(text, value, parts);
        Self {
            joined: join(text, first, parts),
            nested: (nested && first.is_empty()).then(|| block(text, parts)),
        }
    }
}

/// The text on the key's own line.
fn first_line<'t>(text: &'t str, value: Span, parts: &[Part]) -> &'t str {
    let end = parts.first().map_or(value.end, |part| part.span.start);
    let head = &text[value.start as usize..end as usize];
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

/// One level of `key = value`; a repeated key replaces the first. The error is the line without `=`.
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
            match keys.find(key, |n| text[found[n].key.range()] == *key) {
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

/// Where a slice of `text` is in it.
fn span_of(text: &str, slice: &str) -> Span {
    let start = slice.as_ptr().addr() - text.as_ptr().addr();
    Span::new(start, start + slice.len())
}
