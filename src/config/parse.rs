//! Text -> sections and entries as spans, by the rules of Python's `RawConfigParser`.
//!
//! Those are the rules of botocore 1.44 and both AWS CLIs. No text is copied except what cannot be a span: a key with
//! upper case, a value of several lines. The whole text is checked at once; a section's entries are read when asked
//! for.

use std::ops::Range;

use super::entries::{Entries, Group, Store};
use super::index::StrIndex;
use super::parser::{Parser, RawSection};
use super::reason::{ParseError, Reason};
use super::span::Span;

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
    /// The section's own entries: the list, and which of it; `text` is the one that was parsed.
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
        // Python stops there; everything that counts is before it.
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

/// The first section, other than `[DEFAULT]`, with the header of an earlier one: where its line begins, and the error.
fn duplicate_section(text: &str, sections: &[RawSection]) -> Option<(usize, ParseError)> {
    let mut headers = StrIndex::with_capacity(sections.len());
    // The items of the index are the sections up to here; a repeated `[DEFAULT]` among them does no harm.
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

/// botocore reads the blocks section by section, each with what it inherits; a block that is never read does no harm.
fn first_bad_block(out: &Parsed, text: &str) -> Option<ParseError> {
    let bad = |entries: &Entries, n: usize| {
        let line = *entries.multi(n)?.nested.as_ref()?.as_ref().err()?;
        let reason = Reason::NestedNoEquals {
            key: entries.key(text, n).to_owned(),
        };
        Some(ParseError {
            line,
            other: None,
            reason,
        })
    };
    let sections = out.sections.iter().enumerate();
    let mut sections = sections.filter(|(_, section)| !section.is_default(text));
    sections.find_map(|(index, _)| {
        let ((own, which), inherited) = (out.entries(text, index), &out.defaults);
        let overruled = |n| which.clone().any(|m| own.key(text, m) == inherited.key(text, n));
        let first = which.clone().find_map(|n| bad(own, n));
        first.or_else(|| {
            let mut inherited_only = (0..inherited.len()).filter(|&n| !overruled(n));
            inherited_only.find_map(|n| bad(inherited, n))
        })
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use crate::config::{Document, FileKind, ProfileSet, SectionKind, lint, lint_profiles, mistakes};

    /// Reads in every way there is; the pieces must add up to the file.
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
            mistakes::all(&set);
            for name in set.names() {
                mistakes::of_profile(&set, name);
                mistakes::defining(&set, SectionKind::Profile, name);
                let profile = set.profile(name).unwrap();
                assert_eq!(profile.name(), name);
                for value in profile.settings() {
                    assert_eq!(profile.get(value.key()).unwrap().text(), value.text());
                    assert!(value.value_span().end <= value.line_span().end);
                }
            }
        }
    }

    /// Text that looks like the real thing, with everything that is awkward in it.
    fn ini() -> impl Strategy<Value = String> {
        let header = r#"[ \t]{0,2}\[(profile |sso-session |services |DEFAULT|default|[Pp]rofile[-:_. ]|sso session |İprofile-)?["'\\a-z #\]]{0,6}\]?[ ;x]{0,2}"#;
        let entry =
            "[ \t\u{a0}]{0,3}(region|Region|regİon|s3|[a-zİΣ :]{1,3})[ \t]?[=:][ \u{3000}]?[a-z#; %\"=\u{b}]{0,6}";
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
