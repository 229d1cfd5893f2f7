//! A text as pieces of the old one with new ones between, so that in the end the position of each change is known.

use std::ops::Range;

use zeroize::Zeroizing;

/// A piece of the old bytes and its replacement.
#[derive(Clone, PartialEq, Eq)]
pub struct Splice {
    /// In bytes of the old text.
    pub old: Range<usize>,
    pub new: Zeroizing<String>,
}

impl std::fmt::Debug for Splice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Splice").field("old", &self.old).finish_non_exhaustive()
    }
}

/// The old text and its replacements.
pub(super) struct Buffer<'d> {
    old: &'d str,
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    Old(Range<usize>),
    New(Zeroizing<String>),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Old(range) => range.len(),
            Piece::New(text) => text.len(),
        }
    }

    fn cut(&self, range: Range<usize>) -> Self {
        match self {
            Piece::Old(old) => Piece::Old(old.start + range.start..old.start + range.end),
            Piece::New(text) => Piece::New(Zeroizing::new(text[range].to_owned())),
        }
    }
}

impl<'d> Buffer<'d> {
    pub(super) fn new(old: &'d str) -> Self {
        Self {
            old,
            pieces: vec![Piece::Old(0..old.len())],
        }
    }

    fn len(&self) -> usize {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Replaces `range` of the present text with `text`.
    pub(super) fn replace(&mut self, range: Range<usize>, text: Zeroizing<String>) {
        let mut pieces = self.cut(0..range.start);
        pieces.push(Piece::New(text));
        pieces.extend(self.cut(range.end..self.len()));
        self.pieces = pieces;
    }

    /// The pieces of a range of the present text.
    fn cut(&self, range: Range<usize>) -> Vec<Piece> {
        let mut at = 0;
        let mut found = Vec::with_capacity(self.pieces.len() + 2);
        for piece in &self.pieces {
            let (start, end) = (at, at + piece.len());
            at = end;
            let wanted = range.start.max(start)..range.end.min(end);
            if !wanted.is_empty() {
                found.push(piece.cut(wanted.start - start..wanted.end - start));
            }
        }
        found
    }

    /// The present text.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        for piece in &self.pieces {
            bytes.extend_from_slice(match piece {
                Piece::Old(range) => &self.old.as_bytes()[range.clone()],
                Piece::New(text) => text.as_bytes(),
            });
        }
        bytes
    }

    /// What was replaced, in the order of the old text; adjacent replacements are one.
    pub(super) fn splices(&self) -> Vec<Splice> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut new = Zeroizing::new(String::with_capacity(self.len() - self.kept()));
        let mut close = |old: Range<usize>, new: &mut Zeroizing<String>| {
            if !old.is_empty() || !new.is_empty() {
                let text = Zeroizing::new(new.as_str().to_owned());
                found.push(Splice { old, new: text });
                new.clear();
            }
        };
        for piece in &self.pieces {
            match piece {
                Piece::New(text) => new.push_str(text),
                Piece::Old(range) => {
                    close(at..range.start, &mut new);
                    at = range.end;
                }
            }
        }
        close(at..self.old.len(), &mut new);
        found
    }

    fn kept(&self) -> usize {
        let kept = |piece: &Piece| match piece {
            Piece::Old(range) => range.len(),
            Piece::New(_) => 0,
        };
        self.pieces.iter().map(kept).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn splices_make_the_new_text_of_the_old(edits in prop::collection::vec((0usize..20, 0usize..6, "[x-z]{0,4}"), 0..6)) {
            let old = "abcdefghijklmnopqrst";
            let mut buffer = Buffer::new(old);
            let mut plain = old.to_owned();
            for (start, length, text) in edits {
                let start = start.min(plain.len());
                let range = start..(start + length).min(plain.len());
                plain.replace_range(range.clone(), &text);
                buffer.replace(range, Zeroizing::new(text));
            }
            prop_assert_eq!(buffer.bytes(), plain.as_bytes());
            let mut patched = String::new();
            let mut at = 0;
            for splice in buffer.splices() {
                prop_assert!(splice.old.start >= at);
                patched += &old[at..splice.old.start];
                patched += &splice.new;
                at = splice.old.end;
            }
            patched += &old[at..];
            prop_assert_eq!(patched, plain);
        }
    }
}
