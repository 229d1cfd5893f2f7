//! A document -> the pieces that it consists of, so that a test can show that nothing is lost.

use super::document::Document;
use super::value::Section;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// All lines of a key and its value, comments between them included.
    Entry,
    Header,
    /// Comments, blank lines, and everything after an error.
    Other,
}

impl Document {
    /// Consecutive pieces that together are the file.
    pub fn pieces(&self) -> impl Iterator<Item = (PieceKind, &[u8])> {
        let sections = || (0..self.parsed.sections.len()).map(|index| self.section(index));
        let headers = sections().map(|section| (section.line_span(), PieceKind::Header));
        let entries = sections().flat_map(Section::entries);
        let entries = entries.map(|value| (value.line_span(), PieceKind::Entry));
        let mut marked: Vec<_> = headers.chain(entries).collect();
        marked.sort_by_key(|(span, _)| span.start);
        let mut pieces = Vec::with_capacity(marked.len() + 1);
        let mut at = 0;
        let end = self.bytes().len();
        for (span, kind) in marked {
            pieces.push((PieceKind::Other, at..span.start));
            at = span.end;
            pieces.push((kind, span));
        }
        pieces.push((PieceKind::Other, at..end));
        pieces
            .into_iter()
            .filter(|(_, span)| !span.is_empty())
            .map(|(kind, span)| (kind, &self.bytes()[span]))
    }
}
