//! What an import cuts out of a section, and how to put it back byte for byte.
//!
//! Positions count from the section's header line, and only the section's own bytes are compared, so changes to other
//! sections do not matter.

use std::ops::Range;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::item::{Cut, Part, Patch};
use crate::config::{Document, Section};

/// The key of the public half, in AWS files and boto 2 files.
pub const ID: &str = "aws_access_key_id";
pub const SECRET: &str = "aws_secret_access_key";

/// As written in a file.
#[derive(Clone, Copy)]
pub struct Halves<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

/// What `splices` (pieces of `before` and their replacements, in file order) cut out of the section `header`; `after`
/// is the resulting file. `None` if they do not touch the section.
pub fn cut(
    before: &Document,
    after: &Document,
    header: &str,
    splices: &[(Range<usize>, &str)],
    halves: Halves<'_>,
) -> Option<Cut> {
    let (old, new) = (extent(find(before, header)?), extent(find(after, header)?));
    let (mut patches, mut moved) = (Vec::new(), 0);
    for (span, text) in splices {
        if old.contains(&span.start) {
            let was = str::from_utf8(before.bytes().get(span.clone())?).ok()?;
            patches.push(Patch {
                at: span.start.checked_add_signed(moved)?.checked_sub(new.start)?,
                length: text.len(),
                was: parts(was, halves),
            });
        }
        moved += text.len().cast_signed() - span.len().cast_signed();
    }
    let reach = patches.iter().map(|patch| patch.at + patch.length).max()?;
    let length = reach.max(new.len());
    Some(Cut {
        file: before.path().to_str()?.to_owned(),
        section: header.to_owned(),
        after: fingerprint(after.bytes().get(new.start..new.start + length)?),
        length,
        patches,
    })
}

/// The file with the cut undone; `None` if the section is not as the import left it.
pub fn undo(cut: &Cut, document: &Document, halves: Halves<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = document.bytes();
    let found = find(document, &cut.section)?;
    if [ID, SECRET].into_iter().any(|key| found.own(key).is_some()) {
        // The section has a key again, after the bytes that are compared.
        return None;
    }
    let start = extent(found).start;
    let section = bytes.get(start..start.checked_add(cut.length)?)?;
    if fingerprint(section) != cut.after {
        return None;
    }
    let put_back = |part: &Part| match part {
        Part::Id => halves.id.len(),
        Part::Secret => halves.secret.len(),
        Part::Text(text) => text.len(),
    };
    let grows: usize = cut.patches.iter().flat_map(|patch| &patch.was).map(put_back).sum();
    let mut whole = Zeroizing::new(Vec::with_capacity(bytes.len() + grows));
    whole.extend_from_slice(&bytes[..start]);
    let mut done = 0;
    for patch in &cut.patches {
        whole.extend_from_slice(section.get(done..patch.at)?);
        for part in &patch.was {
            whole.extend_from_slice(match part {
                Part::Id => halves.id.as_bytes(),
                Part::Secret => halves.secret.as_bytes(),
                Part::Text(text) => text.as_bytes(),
            });
        }
        done = patch.at.checked_add(patch.length)?;
    }
    whole.extend_from_slice(section.get(done..)?);
    whole.extend_from_slice(&bytes[start + cut.length..]);
    Some(whole)
}

/// Whether the section holds the key again.
pub fn is_undone(cut: &Cut, document: &Document, halves: Halves<'_>) -> bool {
    let own = |key| find(document, &cut.section)?.own(key);
    let is = |key, half: &str| own(key).is_some_and(|value| value.text() == half);
    is(ID, halves.id) && is(SECRET, halves.secret)
}

fn find<'d>(document: &'d Document, header: &str) -> Option<Section<'d>> {
    document.sections().find(|section| section.header() == header)
}

/// From the start of the section's header line to the end of its last entry.
fn extent(section: Section<'_>) -> Range<usize> {
    let header = section.line_span();
    let last = section.entries().last();
    header.start..last.map_or(header.end, |last| last.line_span().end)
}

/// Splits a text into the key's halves and what is around them.
fn parts(text: &str, halves: Halves<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    let next = |rest: &str| {
        // An empty half would match everywhere.
        let found = |half: &str| rest.find(half).filter(|_| !half.is_empty()).map(|at| (at, half.len()));
        let secret = found(halves.secret).map(|at| (at, Part::Secret));
        let id = found(halves.id).map(|at| (at, Part::Id));
        secret.into_iter().chain(id).min_by_key(|((at, _), _)| *at)
    };
    while let Some(((at, length), part)) = next(rest) {
        parts.extend((at > 0).then(|| Part::Text(rest[..at].to_owned())));
        parts.push(part);
        rest = &rest[at + length..];
    }
    parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
    parts
}

fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const HALVES: Halves<'_> = Halves {
        id: "AKIA1",
        secret: "s3cret",
    };

    fn document(text: &str) -> Document {
        Document::parse(Path::new("/credentials"), text.as_bytes().to_vec())
    }

    /// `lines` holds each line to replace, with its replacement.
    fn spliced(before: &str, lines: &[(&str, &str)]) -> (String, Cut) {
        let splices: Vec<(Range<usize>, &str)> = lines
            .iter()
            .map(|(line, by)| {
                let at = before.find(line).unwrap();
                (at..at + line.len(), *by)
            })
            .collect();
        let mut after = before.to_owned();
        for (span, by) in splices.iter().rev() {
            after.replace_range(span.clone(), by);
        }
        let cut = cut(&document(before), &document(&after), "work", &splices, HALVES).unwrap();
        (after, cut)
    }

    const BEFORE: &str = "# top\n[other]\nx = 1\n\n[work]\r\n  AWS_access_key_ID : AKIA1\r\n# note s3cret\nregion = x\naws_secret_access_key=s3cret\n# end\n[z]\ny = 2";

    #[test]
    fn a_cut_is_undone_byte_for_byte() {
        let lines = [
            ("  AWS_access_key_ID : AKIA1\r\n", "  credential_process = awsenv\r\n"),
            ("aws_secret_access_key=s3cret\n", ""),
        ];
        let (after, cut) = spliced(BEFORE, &lines);
        assert!(!format!("{cut:?}").contains("s3cret") && !format!("{cut:?}").contains("AKIA1"));
        let back =
            |text: &str| undo(&cut, &document(text), HALVES).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        assert_eq!(back(&after).as_deref(), Some(BEFORE));
        // Other sections do not matter, but this one does.
        let (more, wanted) = (
            format!("[new]\nq = 1\n{after}\n[last]\n"),
            format!("[new]\nq = 1\n{BEFORE}\n[last]\n"),
        );
        assert_eq!(back(&more), Some(wanted));
        for changed in ["region = x", "[work]", "  credential_process"] {
            assert_eq!(back(&after.replacen(changed, "region = y", 1)), None, "{changed}");
        }
        assert_eq!(back("[other]\n"), None);
    }

    #[test]
    fn without_a_final_newline_too() {
        let (after, cut) = spliced(
            "[work]\nid = AKIA1\nsecret = s3cret",
            &[("id = AKIA1\nsecret = s3cret", "p = q")],
        );
        assert_eq!(after, "[work]\np = q");
        let back = undo(&cut, &document(&after), HALVES).unwrap();
        assert_eq!(back.as_slice(), b"[work]\nid = AKIA1\nsecret = s3cret");
    }

    #[test]
    fn a_file_that_does_not_fit_the_cut_is_no_panic() {
        let (_, mut cut) = spliced("[work]\nid = AKIA1\n", &[("id = AKIA1\n", "p = q\n")]);
        for (at, length) in [(usize::MAX, 1), (3, usize::MAX), (9, 0)] {
            cut.patches[0].at = at;
            cut.patches[0].length = length;
            let _ = undo(&cut, &document("[work]\np = q\n"), HALVES);
        }
        cut.length = usize::MAX;
        assert_eq!(undo(&cut, &document("[work]\np = q\n"), HALVES), None);
    }
}
