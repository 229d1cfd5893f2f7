//! The lossless document of one AWS file: its untouched bytes, and every section, key and value by position.
//!
//! `value` reads it by position, `edit` replaces spans. Secrets stay in the one copy of the file, which is wiped on drop.
//! Knows nothing of profiles: a header is text here.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::entries::RawEntry;
use super::parse::{self, Parsed};
use super::place::Place;
use super::reason::{ParseError, Reason};
use super::scan;

/// One AWS file. `Debug` shows its path only.
pub struct Document {
    path: Arc<Path>,
    content: Content,
    pub(super) parsed: Parsed,
    is_there: bool,
}

/// The bytes, as text if they are UTF-8.
enum Content {
    Text(Zeroizing<String>),
    Bytes(Zeroizing<Vec<u8>>),
}

impl Document {
    /// Accepts any bytes; what botocore would refuse is in [`Document::error`].
    pub fn parse(path: impl Into<Arc<Path>>, bytes: Vec<u8>) -> Self {
        Self::read(path.into(), bytes, true)
    }

    /// Like [`Document::parse`], for files without nested blocks (boto 2): such a value is text of several lines.
    pub fn parse_flat(path: impl Into<Arc<Path>>, bytes: Vec<u8>) -> Self {
        Self::read(path.into(), bytes, false)
    }

    /// A file that does not exist yet, to be edited.
    pub fn absent(path: impl Into<Arc<Path>>) -> Self {
        Self {
            is_there: false,
            ..Self::parse(path, Vec::new())
        }
    }

    fn read(path: Arc<Path>, bytes: Vec<u8>, nested: bool) -> Self {
        let refused = |line, reason| Parsed {
            error: Some(ParseError {
                line,
                other: None,
                reason,
            }),
            ..Parsed::default()
        };
        if u32::try_from(bytes.len()).is_err() {
            return Self {
                path,
                content: Content::Bytes(bytes.into()),
                parsed: refused(1, Reason::TooLarge),
                is_there: true,
            };
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                let parsed = parse::parse(&text, nested);
                Self {
                    path,
                    content: Content::Text(text),
                    parsed,
                    is_there: true,
                }
            }
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let parsed = refused(1 + line_ends(valid), Reason::NotUtf8);
                Self {
                    path,
                    content: Content::Bytes(error.into_bytes().into()),
                    parsed,
                    is_there: true,
                }
            }
        }
    }

    /// The path as it was opened.
    pub fn path(&self) -> &Arc<Path> {
        &self.path
    }

    /// Whether the file exists.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }

    /// The first thing for which botocore raises `ConfigParseError`.
    pub fn error(&self) -> Option<&ParseError> {
        self.parsed.error.as_ref()
    }

    /// All lines without their line ends: where each begins, its text, its number. No lines if the file is not UTF-8.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str, u32)> {
        let text = self.text();
        let lines = text
            .split('\n')
            .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
        lines
            .enumerate()
            .map(|(n, line)| (line.as_ptr().addr() - text.as_ptr().addr(), line, n as u32 + 1))
    }

    pub fn place(&self, line: u32) -> Place {
        Place {
            file: Arc::clone(&self.path),
            line,
        }
    }

    /// All lines of an entry. Only white space is between its text and the line ends around it.
    pub(super) fn entry_span(&self, entry: &RawEntry) -> Range<usize> {
        let bytes = self.bytes();
        let before = &bytes[..entry.key.range().start];
        let start = before
            .iter()
            .rposition(|b| matches!(b, b'\n' | b'\r'))
            .map_or(0, |n| n + 1);
        let (_, next) = scan::line_end(bytes, entry.value.range().end);
        start..next
    }

    pub(super) fn slice(&self, span: Range<usize>) -> &str {
        &self.text()[span]
    }

    pub(super) fn text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Bytes(_) => "",
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Line ends as Python counts them: `\n`, `\r\n`, `\r`.
fn line_ends(bytes: &[u8]) -> u32 {
    let ends = bytes
        .iter()
        .enumerate()
        .filter(|&(n, &b)| b == b'\n' || b == b'\r' && bytes.get(n + 1) != Some(&b'\n'));
    ends.count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::pieces::PieceKind;
    use crate::config::{Section, Value};

    fn document(text: &str) -> Document {
        Document::parse(Path::new("config"), text.as_bytes().to_vec())
    }

    fn pieces(text: &str) -> Vec<(PieceKind, String)> {
        let document = document(text);
        document
            .pieces()
            .map(|(kind, bytes)| (kind, String::from_utf8(bytes.to_vec()).unwrap()))
            .collect()
    }

    #[test]
    fn spans_are_for_editing() {
        let text = "# top\n[ x ] # note\nReGion : eu\r\n\n# c\ns3 =\n  a = 1\n\n  # d\n  b = 2\n\n[y]";
        let document = document(text);
        let x = document.sections().next().unwrap();
        assert_eq!(&text[x.header_span()], " x ");
        assert_eq!(&text[x.line_span()], "[ x ] # note\n");
        let values: Vec<_> = x.entries().collect();
        assert_eq!(
            (
                values[0].key(),
                &text[values[0].key_span()],
                &text[values[0].value_span()]
            ),
            ("region", "ReGion", "eu")
        );
        assert_eq!(&text[values[0].line_span()], "ReGion : eu\r\n");
        assert_eq!(&text[values[1].line_span()], "s3 =\n  a = 1\n\n  # d\n  b = 2\n");
        assert_eq!(values[1].text(), "\na = 1\n\nb = 2");
        let nested: Vec<_> = values[1]
            .nested()
            .map(|n| (n.key(), n.text(), n.place().line))
            .collect();
        assert_eq!(nested, [("a", "1", 7), ("b", "2", 10)]);
        let kinds: Vec<_> = pieces(text).into_iter().map(|(kind, _)| kind).collect();
        use PieceKind::{Entry, Header, Other};
        assert_eq!(kinds, [Other, Header, Entry, Other, Entry, Other, Header]);
        assert_eq!(pieces(text).into_iter().map(|(_, text)| text).collect::<String>(), text);
    }

    #[test]
    fn a_value_keeps_inner_blank_lines_only() {
        let document = document("[x]\na = 1\n\n\n # no\n\n 2\n\n\nb =\n\n\n");
        let x = document.sections().next().unwrap();
        assert_eq!(x.get("a").unwrap().text(), "1\n\n\n\n2");
        assert_eq!(x.get("b").unwrap().text(), "");
        assert!(!x.get("b").unwrap().is_nested());
    }

    #[test]
    fn levels_of_indentation() {
        let document = document("  [x]\n    a = 1\n     more = 2\n   b = 3\n   [y]\n[z]\n      c = 4\n");
        let headers: Vec<_> = document.sections().map(Section::header).collect();
        assert_eq!(headers, ["x", "y", "z"]);
        let x = document.sections().next().unwrap();
        assert_eq!(x.get("a").unwrap().text(), "1\nmore = 2");
        assert_eq!(x.get("b").unwrap().text(), "3");
    }

    /// Sections are read in groups, and only when asked for.
    #[test]
    fn any_section_is_read_at_any_time() {
        let text: String = (0..200)
            .map(|n| format!("[s{n}]\n a = {n}\n  more\n[DEFAULT]\nd{n} = x\n"))
            .collect();
        let document = document(&text);
        let sections: Vec<_> = document.sections().collect();
        for n in [199, 0, 63, 64, 31, 127, 128] {
            let own: Vec<_> = sections[n]
                .entries()
                .map(|value| (value.key(), value.text().to_owned()))
                .collect();
            assert_eq!(own, [("a", format!("{n}\nmore"))]);
            assert_eq!(sections[n].settings().count(), 201);
            assert_eq!(sections[n].entries().next().unwrap().line(), n as u32 * 5 + 2);
        }
    }

    #[test]
    fn nothing_is_read_behind_what_python_refuses_at_once() {
        let document = document("[a]\nx = 1\n[b]\ny = 1\nz = 2\ny = 3\nw = 4\n[c]\nv = 5\n");
        assert_eq!(document.error().unwrap().line, 6);
        let keys: Vec<Vec<_>> = document
            .sections()
            .map(|section| section.entries().map(Value::key).collect())
            .collect();
        assert_eq!(keys, [vec!["x"], vec!["y", "z"]]);
    }

    #[test]
    fn debug_shows_no_content() {
        let document = document("[x]\naws_secret_access_key = hunter2\n  hunter3\n");
        let value = document
            .sections()
            .next()
            .unwrap()
            .get("aws_secret_access_key")
            .unwrap();
        assert!(!format!("{document:?} {value:?} {:?}", document.sections().next()).contains("hunter"));
    }

    #[test]
    fn lines_of_errors() {
        let error = |text: &str| {
            let error = document(text).error().cloned().unwrap();
            (error.line, error.other, error.reason)
        };
        assert_eq!(error("\n\u{feff}[x]\n"), (2, None, Reason::NoHeader));
        assert_eq!(error("\u{feff}[x]\n"), (1, None, Reason::ByteOrderMark));
        assert_eq!(
            error("[x]\nbad\n[x]\n"),
            (3, Some(1), Reason::DuplicateSection("x".into()))
        );
        assert_eq!(error("[x]\r=\rbad\n"), (2, None, Reason::EmptyKey));
        let duplicate = Reason::DuplicateKey {
            section: "DEFAULT".into(),
            key: "a".into(),
        };
        assert_eq!(error("[DEFAULT]\na=1\n[DEFAULT]\nA:2\n"), (4, Some(2), duplicate));
        assert_eq!(
            error("[x]\ns =\n a\n"),
            (3, None, Reason::NestedNoEquals { key: "s".into() })
        );
        assert_eq!(document("[DEFAULT]\ns =\n a\n").error(), None);
        assert_eq!(document("[DEFAULT]\ns =\n a\n[x]\ns=1\n").error(), None);
        let bytes = Document::parse(Path::new("x"), b"[x]\r\na=1\r\xff".to_vec());
        assert_eq!(
            bytes.error().unwrap(),
            &ParseError {
                line: 3,
                other: None,
                reason: Reason::NotUtf8
            }
        );
    }
}
