//! Files that botocore refuses, or whose line ends other readers do not know.

use super::Reader::{SdkGoV2, SdkJsV3, SdkRust};
use super::{Lint, LintCode};
use crate::config::document::Document;
use crate::config::reason::Reason;

/// What other readers make of the line at which botocore gives up, and of lone carriage returns.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut found = Vec::new();
    if let Some(error) = document.error() {
        let place = document.place(error.line);
        let line = document
            .bytes()
            .split(|&b| b == b'\n')
            .nth(error.line as usize - 1)
            .unwrap_or_default();
        found.push(Lint {
            key: key(&error.reason),
            section: section(&error.reason),
            ..refused(place, &error.reason, line)
        });
    }
    if let Some(line) = lone_carriage_return(document.bytes()) {
        let lint = Lint::new(LintCode::LoneCarriageReturn, document.place(line));
        let lint = lint.refuse(
            &[SdkRust],
            "a lone `\\r` does not end a line, so the header does not end in `]`",
        );
        found.push(lint.refuse(&[SdkJsV3], "a lone `\\r` does not end a line"));
    }
    found
}

fn refused(place: crate::config::Place, reason: &Reason, line: &[u8]) -> Lint {
    let lint = |code| Lint::new(code, place.clone());
    match reason {
        Reason::ByteOrderMark => lint(LintCode::ByteOrderMark)
            .refuse(&[SdkRust], "the mark is before the first header")
            .everywhere(&[SdkJsV3], "the whole file", "the mark is treated as white space"),
        Reason::DuplicateKey { .. } => lint(LintCode::DuplicateKey).everywhere(
            &[SdkGoV2, SdkJsV3, SdkRust],
            "the whole file, with the last of the two values",
            "the last value of a key wins",
        ),
        Reason::DuplicateSection(_) => lint(LintCode::DuplicateSection).everywhere(
            &[SdkGoV2, SdkJsV3, SdkRust],
            "the whole file, with both sections as one",
            "sections with the same name are merged",
        ),
        Reason::EmptyKey => lint(LintCode::EmptyKey)
            .refuse(&[SdkRust], "a key must not be empty")
            .everywhere(&[SdkJsV3], "the rest of the file", "a line without a key is skipped"),
        Reason::NestedNoEquals { .. } => lint(LintCode::NestedNoEquals)
            .refuse(&[SdkRust], "a line in a block must have a `=`")
            .everywhere(&[SdkJsV3], "the rest of the file", "a line without `=` is skipped"),
        Reason::NoDelimiter | Reason::NoHeader if line.trim_ascii_start().starts_with(b"[]") => {
            lint(LintCode::EmptyHeader).everywhere(
                &[SdkJsV3, SdkRust],
                "the rest of the file",
                "a section without a name is skipped",
            )
        }
        Reason::NoDelimiter => lint(LintCode::NoDelimiter)
            .refuse(
                &[SdkRust, SdkGoV2],
                "a line must be a header, `key = value` or a continuation",
            )
            .everywhere(&[SdkJsV3], "the rest of the file", "a line without `=` is skipped"),
        Reason::NoHeader => lint(LintCode::NoHeader)
            .refuse(&[SdkRust], "a header must come first")
            .everywhere(
                &[SdkGoV2, SdkJsV3],
                "the rest of the file",
                "lines before the first header are skipped",
            ),
        Reason::NotUtf8 | Reason::TooLarge => {
            lint(LintCode::NotUtf8).refuse(&[SdkRust], "a file that is not UTF-8 is treated as empty")
        }
    }
}

fn key(reason: &Reason) -> Option<String> {
    match reason {
        Reason::DuplicateKey { key, .. } | Reason::NestedNoEquals { key } => Some(key.clone()),
        _ => None,
    }
}

fn section(reason: &Reason) -> Option<String> {
    match reason {
        Reason::DuplicateKey { section, .. } | Reason::DuplicateSection(section) => Some(section.clone()),
        _ => None,
    }
}

/// The line that the first lone `\r` ends.
fn lone_carriage_return(bytes: &[u8]) -> Option<u32> {
    let lone = |(n, &b): (usize, &u8)| (b == b'\r' && bytes.get(n + 1) != Some(&b'\n')).then_some(n);
    let at = bytes.iter().enumerate().find_map(lone)?;
    let before = bytes[..at].iter().filter(|&&b| b == b'\n').count();
    Some(before as u32 + 1)
}
