//! What an edit changes, as a unified diff without secrets.

use crate::config::own_line::keychain_item;
use crate::config::{Document, Value};
use crate::journal::{self};
use crate::keychain::last_four;
use crate::ops::edit::FileEdit;
use crate::redact;
use crate::redact::is_secret;
use crate::text::{self, lines};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use zeroize::Zeroizing;

/// Masks secrets, and escapes what is not text.
pub fn of(edits: &[FileEdit]) -> String {
    let shown = |edit: &FileEdit| {
        of_file(
            &edit.path,
            edit.was.as_deref().map(Vec::as_slice),
            Some(edit.now.as_slice()),
        )
    };
    edits.iter().map(shown).collect()
}

/// `None` is a file that does not exist.
pub fn of_file(path: &Path, was: Option<&[u8]>, now: Option<&[u8]>) -> String {
    let document = |bytes: Option<&[u8]>| Document::parse(path, bytes.unwrap_or_default().to_vec());
    let (old, new) = (document(was), document(now));
    let (old, new) = (Masked::of(&old), Masked::of(&new));
    let name = |bytes: Option<&[u8]>| bytes.map_or("/dev/null".to_owned(), |_| path.display().to_string());
    let mut text = String::new();
    for group in old.groups(&new) {
        if text.is_empty() {
            text = format!("--- {}\n+++ {}\n", name(was), name(now));
        }
        text += &group;
    }
    lines(&text)
}

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// A file whose lines can be shown.
struct Masked<'d> {
    text: Zeroizing<String>,
    lines: Vec<Range<usize>>,
    /// In file order.
    entries: Vec<(Range<usize>, Value<'d>)>,
    /// Where each header's line begins, and where its bracket ends.
    headers: HashMap<usize, usize>,
}

impl<'d> Masked<'d> {
    fn of(document: &'d Document) -> Self {
        let text = Zeroizing::new(String::from_utf8_lossy(document.bytes()).into_owned());
        let lines = journal::lines(&text);
        let sections = document.sections().flat_map(|section| section.entries());
        let entries = sections.chain(document.defaults());
        let mut entries: Vec<(Range<usize>, Value<'d>)> = entries.map(|entry| (entry.line_span(), entry)).collect();
        entries.sort_by_key(|(span, _)| span.start);
        let headers = document.sections();
        let headers = headers.map(|section| (section.line_span().start, section.header_span().end + 1));
        Self {
            text,
            lines,
            entries,
            headers: headers.collect(),
        }
    }

    /// Masks secrets in the lines, and puts `mark` before each.
    fn shown(&self, lines: Range<usize>, mark: char) -> String {
        let shown = |line: &Range<usize>| {
            let words = self.text[line.clone()].trim_end_matches(['\n', '\r']);
            let shown = match self.headers.get(&line.start) {
                Some(end) => masked_header(words, end - line.start),
                None => masked(words, line.start, self.entry_at(line.start)),
            };
            format!("{mark}{shown}\n")
        };
        self.lines[lines].iter().map(shown).collect()
    }

    fn entry_at(&self, byte: usize) -> Option<&Value<'d>> {
        let before = self.entries.partition_point(|(span, _)| span.start <= byte);
        let (span, entry) = self.entries.get(before.checked_sub(1)?)?;
        span.contains(&byte).then_some(entry)
    }

    /// The index of the line that begins at a byte.
    fn line_at(&self, byte: usize) -> usize {
        self.lines.partition_point(|line| line.start < byte)
    }

    /// The hunks of a unified diff; changes near each other share one.
    fn groups(&self, new: &Self) -> Vec<String> {
        let hunks = journal::hunks(&self.text, &new.text);
        let rows: Vec<_> = hunks
            .iter()
            .map(|hunk| {
                let old = self.line_at(hunk.old.start)..self.line_at(hunk.old.end);
                (old, new.line_at(hunk.new.start)..new.line_at(hunk.new.end))
            })
            .collect();
        let near = |one: &(Range<usize>, _), next: &(Range<usize>, _)| next.0.start - one.0.end <= 2 * CONTEXT;
        rows.chunk_by(near).map(|group| self.group(new, group)).collect()
    }

    fn group(&self, new: &Self, rows: &[(Range<usize>, Range<usize>)]) -> String {
        let (Some((first_old, first_new)), Some((last_old, last_new))) = (rows.first(), rows.last()) else {
            return String::new();
        };
        let before = first_old.start.min(CONTEXT);
        let after = (self.lines.len() - last_old.end).min(CONTEXT);
        let old = first_old.start - before..last_old.end + after;
        let range = |start: usize, end: usize| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            length => format!("{},{length}", start + 1),
        };
        let mut text = format!(
            "@@ -{} +{} @@\n",
            range(old.start, old.end),
            range(first_new.start - before, last_new.end + after)
        );
        let mut at = old.start;
        for (gone, come) in rows {
            text += &self.shown(at..gone.start, ' ');
            text += &self.shown(gone.clone(), '-');
            text += &new.shown(come.clone(), '+');
            at = gone.end;
        }
        text + &self.shown(at..old.end, ' ')
    }
}

/// A name may look random and is no secret; the comment behind it, at `end`, may be one.
fn masked_header(line: &str, end: usize) -> String {
    let (header, rest) = line.split_at_checked(end).unwrap_or((line, ""));
    let rest = match redact::may_hold_secret(rest) {
        true => format!(" # {}", redact::HIDDEN),
        false => rest.to_owned(),
    };
    format!("{}{rest}", text::masked(header))
}

/// Masks a secret that the line may hold.
fn masked(line: &str, start: usize, entry: Option<&Value<'_>>) -> String {
    let Some(entry) = entry.filter(|_| !line.trim_start().starts_with(['#', ';'])) else {
        return if redact::may_hold_secret(line) {
            format!("# {}", redact::HIDDEN)
        } else {
            line.to_owned()
        };
    };
    let value = entry.text();
    let is_ours = entry.key() == "credential_process" && keychain_item(value).is_some();
    let is_hidden = is_secret(entry.key()) || redact::harmless(value).is_none();
    if is_ours || !is_hidden && !redact::may_hold_secret(line) {
        return line.to_owned();
    }
    let begin = entry.value_span().start.saturating_sub(start).min(line.len());
    let (head, tail) = line.split_at_checked(begin).unwrap_or(("", line));
    let (head, tail) = match start == entry.line_span().start {
        true => (head, tail),
        false => line.split_at(line.len() - line.trim_start().len()),
    };
    let id = (entry.key() == "aws_access_key_id" && !is_hidden).then(|| format!("****{}", last_four(tail)));
    format!("{head}{}", id.unwrap_or_else(|| redact::HIDDEN.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(was: Option<&str>, now: &str) -> String {
        of(&[FileEdit {
            path: "/c".into(),
            was: was.map(|was| Zeroizing::new(was.as_bytes().to_vec())),
            now: Zeroizing::new(now.as_bytes().to_vec()),
        }])
    }

    #[test]
    fn a_diff_shows_what_is_around() {
        let was = "1\n2\n3\n4\n5\n6\n[a]\nx = 1\n[b]\n";
        assert_eq!(
            shown(Some(was), &was.replace("x = 1\n", "x = 2\ny = 1\n")),
            "--- /c\n+++ /c\n@@ -5,5 +5,6 @@\n 5\n 6\n [a]\n-x = 1\n+x = 2\n+y = 1\n [b]\n"
        );
        assert_eq!(
            shown(None, "[a]\r\nx\u{1b}"),
            "--- /dev/null\n+++ /c\n@@ -0,0 +1,2 @@\n+[a]\n+x\\u{1b}\n"
        );
        let long: String = (0..40).map(|n| format!("{n}\n")).collect();
        let twice = shown(Some(&long), &long.replace("5\n", "five\n"));
        assert_eq!(twice.matches("@@ -").count(), 4, "{twice}");
        assert_eq!(shown(Some("x\n"), "x\n"), "");
    }

    #[test]
    fn no_secret_is_shown() {
        let was = "[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n  aws_secret_access_key = hunter2\n";
        let shown_of = |was: &str| shown(Some(was), "[a]\nregion = x\n");
        let swallowed = shown_of(was);
        assert!(
            !swallowed.contains("hunter2") && !swallowed.contains("IOSFOD"),
            "{swallowed}"
        );
        let plain = shown_of(&was.replace("  aws", "aws"));
        assert_eq!(
            plain,
            "--- /c\n+++ /c\n@@ -1,3 +1,2 @@\n [a]\n-aws_access_key_id = ****MPLE\n-aws_secret_access_key = (secret)\n+region = x\n"
        );
        for secret in [
            "aws_secret_access_key\t:\thunter2",
            "aws_session_token =\n   hunter2\n   hunter2",
            "x_password = hunter2",
            "# pw: hunter2",
            "credential_process = get --password hunter2",
            "x = 1\n    secret hunter2",
        ] {
            let shown = shown_of(&format!("[a]\n{secret}\n"));
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        let named = shown_of("[profile Account-001-Role1] ; mine\n");
        assert!(named.contains("-[profile Account-001-Role1] ; mine\n"), "{named}");
        let behind = shown_of("[profile x] ; pw: hunter2\n");
        assert!(behind.contains("-[profile x] # (secret)\n"), "{behind}");
        let secret = shown_of("[profile wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY]\n");
        assert!(!secret.contains("wJalr"), "{secret}");
        let ours = "credential_process = /usr/bin/awsenv credential-process a";
        assert!(shown_of(&format!("[a]\n{ours}\n")).contains(ours));
    }
}
