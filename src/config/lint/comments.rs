//! Indented comments: to the SDK specification they are text of the value before them.

use super::Reader::SdkRust;
use super::{Lint, LintCode, Owner};
use crate::config::document::Document;
use crate::config::python::strip;
use crate::config::value::{Section, Value};

/// One lint for each indented comment line inside a section.
pub(super) fn lint(document: &Document, sections: &[(Section<'_>, Option<String>)], found: &mut Vec<Lint>) {
    let mut owners = sections.iter().peekable();
    let mut current = None;
    for (start, line, number) in document.lines() {
        while let Some(next) = owners.next_if(|(section, _)| section.line_span().start <= start) {
            current = Some(next);
        }
        if !line.starts_with([' ', '\t']) || !strip(line).starts_with(['#', ';']) {
            continue;
        }
        let Some((section, profile)) = current else { continue };
        let owner = Owner {
            section: *section,
            profile: profile.as_deref(),
        };
        let before = section
            .entries()
            .take_while(|value| value.line_span().start < start)
            .last();
        found.push(reading(
            Lint::of(LintCode::IndentedComment, owner, document.place(number)),
            before,
        ));
    }
}

fn reading(lint: Lint, before: Option<Value<'_>>) -> Lint {
    match before {
        None => lint.refuse(
            &[SdkRust],
            "an indented line continues a value, and there is none at the top of a section",
        ),
        Some(value) if value.is_nested() || value.text().is_empty() => lint
            .key(value.key())
            .refuse(&[SdkRust], "a line in a block must have a `=`"),
        Some(value) => {
            let reads = "the comment as part of the value";
            lint.key(value.key()).take(
                &[SdkRust],
                reads,
                "an indented line continues the value, even if it is a comment",
            )
        }
    }
}
