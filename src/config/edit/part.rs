//! Edits of single sections, each as a document of its own, that are then made in the file together: so the edits of
//! thousands of sections cost two readings of the file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::check::{self, Meant};
use super::{EditError, Edited, Editor, Splice};
use crate::config::document::Document;
use crate::config::value::Section;

/// A section without the rest of its file. Lines count from its header.
pub struct Alone {
    header: String,
    /// In the file.
    start: usize,
    document: Document,
}

/// The edit of one section.
pub struct Part {
    path: Arc<Path>,
    header: String,
    /// Positions in the file.
    splices: Vec<Splice>,
    meant: Vec<Meant>,
}

impl Alone {
    /// # Errors
    /// A document that botocore refuses.
    pub fn of(section: Section<'_>) -> Result<Self, EditError> {
        let whole = section.document();
        Editor::new(whole)?;
        let extent = extent(section);
        let (path, bytes) = (Arc::clone(whole.path()), whole.bytes()[extent.clone()].to_vec());
        Ok(Self {
            header: section.header().to_owned(),
            start: extent.start,
            document: match whole.parsed.nested {
                true => Document::parse(path, bytes),
                false => Document::parse_flat(path, bytes),
            },
        })
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The result, with positions that count from the section, and the same as a part of the file.
    ///
    /// # Errors
    /// As [`Editor::finish`].
    pub fn finish(&self, editor: Editor<'_>) -> Result<(Edited, Part), EditError> {
        let (edited, meant) = editor.finish_as_meant()?;
        let moved = |splice: &Splice| Splice {
            old: self.start + splice.old.start..self.start + splice.old.end,
            new: splice.new.clone(),
        };
        let part = Part {
            path: Arc::clone(self.document.path()),
            header: self.header.clone(),
            splices: edited.splices.iter().map(moved).collect(),
            meant,
        };
        Ok((edited, part))
    }
}

impl Part {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn header(&self) -> &str {
        &self.header
    }

    pub fn is_empty(&self) -> bool {
        self.splices.is_empty()
    }
}

/// The file with these edits, at most one for each section.
///
/// # Errors
/// As [`Editor::finish`].
pub fn join<'p>(old: &Document, parts: impl IntoIterator<Item = &'p Part>) -> Result<Edited, EditError> {
    let mut parts: Vec<&Part> = parts.into_iter().collect();
    parts.sort_by_key(|part| part.splices.first().map(|splice| splice.old.start));
    let splices = || parts.iter().flat_map(|part| &part.splices);
    let grows: usize = splices().map(|splice| splice.new.len()).sum();
    let text = old.bytes();
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + grows));
    let mut done = 0;
    for part in &parts {
        for Splice { old, new } in &part.splices {
            let between = text.get(done..old.start);
            bytes.extend_from_slice(between.ok_or_else(|| EditError::Ambiguous(part.header.clone()))?);
            bytes.extend_from_slice(new.as_bytes());
            done = old.end;
        }
    }
    bytes.extend_from_slice(&text[done..]);
    let new = match old.parsed.nested {
        true => Document::parse(Arc::clone(old.path()), bytes.to_vec()),
        false => Document::parse_flat(Arc::clone(old.path()), bytes.to_vec()),
    };
    check::check(old, &new, parts.iter().flat_map(|part| &part.meant))?;
    let splices = splices().cloned().collect();
    Ok(Edited { bytes, splices })
}

/// From the section's header to the next one.
fn extent(section: Section<'_>) -> Range<usize> {
    let document = section.document();
    let next = document.parsed.sections.get(section.index() + 1);
    section.line_span().start..next.map_or(document.bytes().len(), |next| next.start as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# first\n[DEFAULT]\nd = 1\n[a]\nx = 1\ny = 2\n\n# of b\n[b]\r\nx = 1\r\n  more\r\ny = 2\n[c]\nx = 1";

    /// The file with `edit` made in these sections, each by itself and then together.
    fn joined(edit: impl Fn(&mut Editor<'_>, &str), headers: &[&str]) -> Result<String, EditError> {
        let document = Document::parse(Path::new("config"), TEXT.as_bytes().to_vec());
        let mut parts = Vec::new();
        for header in headers {
            let section = document.sections().find(|section| section.header() == *header).unwrap();
            let alone = Alone::of(section)?;
            let mut editor = Editor::new(alone.document())?;
            edit(&mut editor, header);
            let (_, part) = alone.finish(editor)?;
            assert_eq!((part.path(), part.header()), (Path::new("config"), *header));
            parts.push(part);
        }
        let edited = join(&document, &parts)?;
        Ok(String::from_utf8(edited.bytes.to_vec()).unwrap())
    }

    #[test]
    fn sections_are_edited_as_in_the_whole_file() {
        let edit = |editor: &mut Editor<'_>, header: &str| {
            editor.replace(header, "x", "z", "new").unwrap();
            editor.remove(header, "y").unwrap();
        };
        let document = Document::parse(Path::new("config"), TEXT.as_bytes().to_vec());
        let mut editor = Editor::new(&document).unwrap();
        for header in ["a", "b", "c"] {
            edit(&mut editor, header);
        }
        let whole = String::from_utf8(editor.finish().unwrap().bytes.to_vec()).unwrap();
        // In any order.
        assert_eq!(joined(edit, &["c", "a", "b"]).unwrap(), whole);
        assert_eq!(joined(edit, &[]).unwrap(), TEXT);
    }

    #[test]
    fn two_edits_of_one_section_are_refused() {
        let edit = |editor: &mut Editor<'_>, header: &str| editor.set(header, "x", "2").unwrap();
        joined(edit, &["a", "a"]).unwrap_err();
    }
}
