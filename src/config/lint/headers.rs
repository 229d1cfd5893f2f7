//! Section headers that other readers read differently.

use std::collections::HashMap;

use super::Reader::{SdkGoV2, SdkJsV3, SdkRust};
use super::{Lint, LintCode, Owner};
use crate::config::document::Document;
use crate::config::locate::FileKind;
use crate::config::profile::is_portable_name;
use crate::config::value::Section;

const PREFIXES: [&str; 3] = ["profile", "services", "sso-session"];

/// The lints of one header: at most one about its words, and those about the text around it.
pub(super) fn lint(owner: Owner<'_>, kind: FileKind, found: &mut Vec<Lint>) {
    let section = owner.section;
    let header = section.header();
    let line = section.document().slice(section.line_span());
    let new = |code| Lint::of(code, owner, section.place());
    if line.starts_with([' ', '\t']) {
        let because = "an indented line continues a value, and there may be no value to continue";
        found.push(new(LintCode::HeaderIndented).refuse(&[SdkRust], because));
    }
    if let Some(hash) = header.find(['#', ';']) {
        let cut = header[..hash].trim_end();
        found.push(match cut.strip_suffix(']') {
            Some(inner) => {
                let reads = format!("section `[{inner}]`");
                new(LintCode::HeaderBracket).take(
                    &[SdkJsV3, SdkRust],
                    reads,
                    "a comment ends the header, so brackets in the comment are ignored",
                )
            }
            None => new(LintCode::HeaderCommentCharacter)
                .refuse(
                    &[SdkRust],
                    "`#` and `;` start a comment, so the header does not end in `]`",
                )
                .take(
                    &[SdkGoV2, SdkJsV3],
                    "no such profile",
                    "the name contains a character that is not allowed",
                ),
        });
        return;
    }
    let tail = section
        .document()
        .slice(section.header_span().end + 1..section.line_span().end);
    match tail.trim() {
        "" => {}
        text if text.starts_with(['#', ';']) => {
            if tail.starts_with(['#', ';']) {
                let reads = "its keys as part of the section before it";
                found.push(new(LintCode::CommentAtHeader).take(
                    &[SdkJsV3],
                    reads,
                    "a comment must be preceded by a blank",
                ));
            }
        }
        _ => found.push(
            new(LintCode::HeaderTrailingText)
                .refuse(&[SdkRust], "a header must end in `]`")
                .take(&[SdkJsV3], "no such section", "a header must end in `]`"),
        ),
    }
    found.extend(match kind {
        FileKind::Config => config_words(owner, header),
        FileKind::Credentials => credentials_words(owner, header),
    });
    if section.settings().next().is_none() && owner.profile.is_some() {
        found.push(new(LintCode::EmptySection).take(
            &[SdkJsV3],
            "no such profile",
            "a section without values is dropped",
        ));
    }
}

fn config_words(owner: Owner<'_>, header: &str) -> Option<Lint> {
    const INVISIBLE: &str = "no such profile";
    let new = |code| Lint::of(code, owner, owner.section.place());
    let words: Vec<&str> = header.split_whitespace().collect();
    let begins = PREFIXES.iter().any(|prefix| header.starts_with(prefix));
    if header.trim() != header
        && words
            .first()
            .is_some_and(|word| PREFIXES.contains(word) || *word == "default")
    {
        let name = words.last().unwrap_or(&"");
        let lint = new(LintCode::HeaderSpaces);
        let lint = Lint {
            profile: lint.profile.or_else(|| Some((*name).to_owned())),
            ..lint
        };
        return Some(lint.take(
            &[SdkRust],
            format!("section `{}`", header.trim()),
            "blanks inside the brackets are ignored",
        ));
    }
    if !begins {
        return None;
    }
    if header.contains(['"', '\'']) {
        let lint = new(LintCode::HeaderQuoted).take(
            &[SdkRust],
            INVISIBLE,
            "quotes are not special and not allowed in a name",
        );
        let simple = quoted_name(header).is_some_and(is_portable_name);
        let because = "between quotes only letters, digits and `_-/.%@:+` are allowed";
        return Some(if simple {
            lint
        } else {
            lint.take(&[SdkJsV3], INVISIBLE, because)
        });
    }
    if header.contains('\\') {
        return Some(new(LintCode::HeaderBackslash).take(
            &[SdkJsV3, SdkRust],
            INVISIBLE,
            "a backslash is not allowed in a name",
        ));
    }
    if let [first, _] = words.as_slice()
        && !PREFIXES.contains(first)
    {
        let because = "the first word must be `profile`, `sso-session` or `services`";
        return Some(new(LintCode::HeaderPrefix).take(&[SdkGoV2, SdkJsV3, SdkRust], INVISIBLE, because));
    }
    let [first, name] = words.as_slice() else { return None };
    if !is_portable_name(name) {
        return Some(new(LintCode::ExoticName).take(
            &[SdkJsV3, SdkRust],
            INVISIBLE,
            "the name contains a character that is not allowed",
        ));
    }
    (header.len() > first.len() + 1 + name.len()).then(|| {
        new(LintCode::HeaderGap).take(&[SdkJsV3], INVISIBLE, "there must be exactly one blank before the name")
    })
}

fn quoted_name(header: &str) -> Option<&str> {
    let name = header
        .strip_prefix("profile ")
        .or_else(|| header.strip_prefix("sso-session "))?;
    let inner = |quote| name.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\''))
}

fn credentials_words(owner: Owner<'_>, header: &str) -> Option<Lint> {
    let new = |code| Lint::of(code, owner, owner.section.place());
    let words: Vec<&str> = header.split_whitespace().collect();
    if words.len() > 1 && words.first().is_some_and(|word| PREFIXES.contains(word)) {
        let reads = format!("a profile `{}.{}`", words[0], words[1]);
        return Some(
            new(LintCode::PrefixInCredentials)
                .take(
                    &[SdkGoV2, SdkRust],
                    "no such profile",
                    "a header in the credentials file is the bare name",
                )
                .take(&[SdkJsV3], reads, "the prefix and the name are joined by a dot"),
        );
    }
    if header.trim() != header && is_portable_name(header.trim()) {
        let reads = format!("a profile `{}`", header.trim());
        return Some(new(LintCode::HeaderSpaces).take(&[SdkRust], reads, "blanks inside the brackets are ignored"));
    }
    if is_portable_name(header) {
        return None;
    }
    let code = if header.contains(['"', '\'']) {
        LintCode::HeaderQuoted
    } else {
        LintCode::ExoticName
    };
    let lint = new(code).take(
        &[SdkRust],
        "no such profile",
        "the name contains a character that is not allowed",
    );
    let blank = words.len() > 1;
    Some(if blank {
        lint.take(&[SdkJsV3], "no such profile", "the first word is not a known prefix")
    } else {
        lint
    })
}

/// `[default]` beside `[profile default]`, and one name in two spellings.
pub(super) fn lint_names(sections: &[(Section<'_>, Option<String>)], kind: FileKind, found: &mut Vec<Lint>) {
    if kind == FileKind::Credentials {
        return;
    }
    let mut seen: HashMap<&str, Section<'_>> = HashMap::new();
    for (section, profile) in sections {
        let Some(name) = profile else { continue };
        let Some(before) = seen.insert(name, *section) else {
            continue;
        };
        let owner = Owner {
            section: *section,
            profile: Some(name),
        };
        if name == "default" && (section.header() == "default" || before.header() == "default") {
            let lint = Lint::of(LintCode::DefaultTwice, owner, section.place());
            let because = "`[profile default]` overrides `[default]`, whichever comes last";
            found.push(lint.take(&[SdkGoV2, SdkJsV3, SdkRust], "only `[profile default]`", because));
        } else {
            let lint = Lint::of(LintCode::SpelledTwice, owner, section.place());
            let lint = lint.take(
                &[SdkRust],
                "both sections as one",
                "sections with the same name are merged",
            );
            found.push(lint.take(
                &[SdkJsV3],
                "the section with the plain spelling",
                "other spellings are not recognized as its header",
            ));
        }
    }
}

/// `[DEFAULT]`, whose keys only Python's reader passes on.
pub(super) fn lint_default(document: &Document, kind: FileKind, found: &mut Vec<Lint>) {
    let sections = document
        .default_sections()
        .filter(|section| section.entries().next().is_some());
    found.extend(sections.map(|section| {
        let lint = Lint::of(
            LintCode::DefaultSection,
            Owner { section, profile: None },
            section.place(),
        );
        let reads = match kind {
            FileKind::Config => "none of its keys",
            FileKind::Credentials => "its keys as keys of a profile `DEFAULT`",
        };
        lint.everywhere(&[SdkGoV2, SdkJsV3, SdkRust], reads, "sections inherit nothing")
    }));
}
