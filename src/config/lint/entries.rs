//! Keys and values that other readers read differently.

use super::Reader::{SdkGoV2, SdkJsV3, SdkRust};
use super::{Lint, LintCode, Owner, masked};
use crate::config::mistakes::PROFILE_KEYS;
use crate::config::profile::is_portable_name;
use crate::config::python::is_space;
use crate::config::value::Value;

pub(super) fn lint(owner: Owner<'_>, found: &mut Vec<Lint>) {
    for value in owner.section.entries() {
        key(owner, value, found);
        plain(owner, value, found);
        if value.is_nested() {
            nested(owner, value, found);
        } else if value.is_multi_line() {
            let lint = Lint::of(LintCode::Continuation, owner, value.place()).key(value.key());
            let because = "a value has one line; an indented line with `=` is a key";
            let lint = lint.take(&[SdkJsV3], one_line(value), because);
            found.push(if value.text().contains("\n\n") {
                let text = value
                    .text()
                    .lines()
                    .filter(|line| !line.is_empty())
                    .collect::<Vec<_>>()
                    .join("\\n");
                lint.take(&[SdkRust], masked(value, &text), "blank lines in a value are skipped")
            } else {
                lint
            });
        }
    }
}

fn key(owner: Owner<'_>, value: Value<'_>, found: &mut Vec<Lint>) {
    let new = |code| Lint::of(code, owner, value.place()).key(value.key());
    let document = owner.section.document();
    let line = document.slice(value.line_span());
    let written = document.slice(value.key_span());
    if line.starts_with([' ', '\t']) {
        let first = owner
            .section
            .entries()
            .next()
            .is_some_and(|first| first.line() == value.line());
        let because = "an indented line continues a value, and there is none at the top of a section";
        let lint = new(LintCode::IndentedKey);
        found.push(if first {
            lint.refuse(&[SdkRust], because)
        } else {
            lint.take(
                &[SdkRust],
                "a continuation of the value before it",
                "an indented line continues a value",
            )
        });
    }
    if document.bytes()[value.key_span().end..value.value_span().start].contains(&b':') {
        let own_line = line.split(['\n', '\r']).next().unwrap_or_default();
        let lint = new(LintCode::ColonDelimiter);
        found.push(match own_line.split_once('=') {
            None => lint.refuse(&[SdkRust], "only `=` ends a key").take(
                &[SdkJsV3],
                "no such key",
                "a line without `=` is skipped",
            ),
            Some((key, _)) => {
                let key = key.trim();
                lint.take(&[SdkJsV3], format!("a key `{key}`"), "only `=` ends a key")
                    .take(
                        &[SdkRust],
                        "no such key",
                        "only `=` ends a key, and that key is unknown",
                    )
            }
        });
    }
    if written != value.key() {
        found.push(new(LintCode::CapitalKey).take(&[SdkJsV3], format!("a key `{written}`"), "keys are case-sensitive"));
    }
    if !is_portable_name(value.key()) {
        found.push(new(LintCode::InvalidKey).take(
            &[SdkRust],
            "no such key",
            "the key contains a character that is not allowed",
        ));
    }
}

fn plain(owner: Owner<'_>, value: Value<'_>, found: &mut Vec<Lint>) {
    let new = |code| Lint::of(code, owner, value.place()).key(value.key());
    let first = first_line(value);
    if let Some(cut) = comment(first) {
        let because = "a `#` or `;` after a blank starts a comment";
        let reads = masked(value, first[..cut].trim_end());
        found.push(new(LintCode::InlineComment).take(&[SdkGoV2, SdkJsV3, SdkRust], reads, because));
    }
    let quoted = |quote| first.len() > 1 && first.starts_with(quote) && first.ends_with(quote);
    if !value.is_multi_line() && (quoted('"') || quoted('\'')) {
        let reads = masked(value, &first[1..first.len() - 1]);
        found.push(new(LintCode::QuotedValue).take(&[SdkGoV2], reads, "quotes around a value are removed"));
    }
    if value.text().is_empty() && is_read_by_sdks(value.key()) {
        let reads = "no such key";
        found.push(new(LintCode::EmptyValue).take(&[SdkJsV3], reads, "a key without a value is dropped"));
    }
    if around(owner, value).is_some_and(|around| {
        around.contains(|c: char| is_space(c) && !c.is_ascii_whitespace() || c == '\x0c' || c == '\x0b')
    }) {
        let reads = "the value with that white space";
        found.push(new(LintCode::UnicodeSpace).take(
            &[SdkRust],
            reads,
            "only spaces and tabs around a value are removed",
        ));
    }
}

/// Keys that only the AWS CLI and boto3 read.
const OF_BOTOCORE: [&str; 6] = [
    "api_versions",
    "ca_bundle",
    "data_path",
    "output",
    "parameter_validation",
    "tcp_keepalive",
];

fn is_read_by_sdks(key: &str) -> bool {
    PROFILE_KEYS.contains(&key) && !key.starts_with("cli_") && !OF_BOTOCORE.contains(&key)
}

fn nested(owner: Owner<'_>, value: Value<'_>, found: &mut Vec<Lint>) {
    for entry in value.nested() {
        let new = |code| Lint::of(code, owner, entry.place()).key(&format!("{}.{}", value.key(), entry.key()));
        if let Some(cut) = comment(entry.text()) {
            let reads = masked(value, entry.text()[..cut].trim_end());
            let because = "a `#` or `;` after a blank starts a comment";
            found.push(new(LintCode::InlineComment).take(&[SdkJsV3], reads, because));
        }
        if entry.key().is_empty() {
            found.push(
                new(LintCode::EmptyNestedKey)
                    .refuse(&[SdkRust], "a key must not be empty")
                    .take(&[SdkJsV3], "no such key", "a line without a key is skipped"),
            );
        }
    }
}

/// Where other readers end the value: at a comment sign after white space.
fn comment(text: &str) -> Option<usize> {
    let mut before = ' ';
    text.char_indices().find_map(|(at, c)| {
        let cut = matches!(c, '#' | ';') && matches!(before, ' ' | '\t');
        before = c;
        cut.then_some(at)
    })
}

/// What a reader without continuations takes: the first line, and a section where an indented line looks like a header.
fn one_line(value: Value<'_>) -> String {
    let first = masked(value, first_line(value));
    let header = value
        .text()
        .lines()
        .skip(1)
        .find(|line| line.starts_with('[') && line.ends_with(']'));
    match header {
        Some(header) => format!("{first}, then a section `{header}`"),
        None => first,
    }
}

fn first_line(value: Value<'_>) -> &str {
    value.text().split('\n').next().unwrap_or_default()
}

/// What botocore strips between the delimiter and the line end.
fn around<'a>(owner: Owner<'a>, value: Value<'a>) -> Option<String> {
    let document = owner.section.document();
    let head = document.slice(value.key_span().end..value.value_span().start);
    let tail = document.slice(value.value_span().end..value.line_span().end);
    (!head.is_empty() || !tail.is_empty()).then(|| format!("{head}{tail}"))
}
