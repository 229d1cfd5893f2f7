//! What the last edit changed, so that `undo` can revert it: a text that holds no secret.
//!
//! A change is kept as the lines that it removed and those that it added, with fingerprints of the files before and
//! after. Of lines with a secret, only the length is kept if they were added; if they were removed, nothing is kept, and
//! the edit is undone in another way.

mod hunk;
mod revert;

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use hunk::{Hunk, hunks, lines};
pub use revert::{Conflict, revert};

use crate::config::own_line::{self, keychain_item};
use crate::config::{Document, Value};
use crate::redact::is_secret;
use crate::redact::may_hold_secret;

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Journal {
    version: u8,
    /// What was done, as in "set `region` of `work`".
    pub title: String,
    /// In RFC 3339.
    pub at: String,
    /// Whether it was undone since, so that undoing redoes it.
    pub is_undone: bool,
    pub undo: Undo,
    /// In the order in which they were written.
    pub files: Vec<Change>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// From the journal.
    Journal,
    /// From the journal, and in the keychain.
    Item(ItemChange),
    /// By a command of awsenv.
    Key { command: KeyCommand, profile: String },
    /// By a command of awsenv for each of several profiles.
    Keys { command: KeyCommand, profiles: Vec<String> },
    /// Not by awsenv: a secret was among the lines.
    Secret,
}

/// An item that an edit made, or whose key it replaced.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ItemChange {
    pub profile: String,
    pub item: String,
    /// Another item in the same store: it holds the key that was replaced, or once this is undone, the new one.
    pub kept: String,
    /// Whether there was a key before.
    pub is_replaced: bool,
    /// Tells the new key from others: a fingerprint of its id and its time.
    pub mark: String,
}

/// A command on the key of a profile.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyCommand {
    Add,
    Import,
    Remove,
    Restore,
}

/// The change of one file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Change {
    pub path: String,
    /// The SHA-256 before; `None` if the file did not exist.
    pub before: Option<String>,
    /// The SHA-256 after; `None` if the file was removed.
    pub after: Option<String>,
    pub lines: Vec<Lines>,
}

/// A file before and after an edit; `None` where it does not exist.
#[derive(Clone, Copy)]
pub struct Edit<'a> {
    /// Absolute.
    pub path: &'a Path,
    pub was: Option<&'a [u8]>,
    pub is: Option<&'a [u8]>,
}

/// Lines that were replaced.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Where they begin in the file after the edit, in bytes.
    pub at: usize,
    /// The section that they are in, if they are not headers themselves.
    pub section: Option<String>,
    pub was: String,
    pub is: String,
    /// Whether `is` had a secret: it has only the length of the lines then, and they can be removed but not put back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_hidden: bool,
}

impl Journal {
    pub fn of(title: &str, at: String, undo: Undo, files: &[Edit<'_>]) -> Self {
        let changes = files.iter().map(Change::of);
        let files: Option<Vec<Change>> = match undo {
            Undo::Journal | Undo::Item(_) => changes.collect(),
            _ => None,
        };
        Self {
            version: 1,
            title: title.to_owned(),
            at,
            is_undone: false,
            undo: match undo {
                Undo::Journal | Undo::Item(_) if files.is_none() => Undo::Secret,
                undo => undo,
            },
            files: files.unwrap_or_default(),
        }
    }

    /// Reads [`Journal::to_json`].
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &[u8]) -> Result<Self, &'static str> {
        let journal: Self = serde_json::from_slice(json).map_err(|_| "it is not JSON that awsenv wrote")?;
        if journal.version == 1 {
            Ok(journal)
        } else {
            Err("a newer awsenv wrote it")
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The journal of this edit once it is undone, or redone.
    pub fn turned(mut self) -> Self {
        self.is_undone = !self.is_undone;
        if self
            .files
            .iter()
            .flat_map(|file| &file.lines)
            .any(|lines| lines.is_hidden)
        {
            self.undo = Undo::Secret;
            self.files = Vec::new();
        }
        self.files.reverse();
        for change in &mut self.files {
            std::mem::swap(&mut change.before, &mut change.after);
            let mut moved = 0isize;
            for lines in &mut change.lines {
                std::mem::swap(&mut lines.was, &mut lines.is);
                lines.at = lines.at.saturating_add_signed(moved);
                moved += lines.is.len().cast_signed() - lines.was.len().cast_signed();
            }
        }
        self
    }
}

impl Change {
    /// `None` if a secret is among the lines, or the path is not text.
    fn of(edit: &Edit<'_>) -> Option<Self> {
        let Edit { path, was, is } = *edit;
        let document = |bytes: Option<&[u8]>| Document::parse(path, bytes.unwrap_or_default().to_vec());
        let (old, new) = (document(was), document(is));
        let (old_text, new_text) = (text(&old)?, text(&new)?);
        let lines = hunks(old_text, new_text).into_iter().map(|hunk| {
            if holds_secret(&old, &hunk.old) {
                return None;
            }
            let is_hidden = holds_secret(&new, &hunk.new);
            Some(Lines {
                is_hidden,
                at: hunk.new.start,
                section: section_of(&old, &hunk.old)
                    .filter(|header| section_of(&new, &hunk.new) == Some(*header))
                    .map(str::to_owned),
                was: old_text[hunk.old].to_owned(),
                is: match is_hidden {
                    true => " ".repeat(hunk.new.len()),
                    false => new_text[hunk.new].to_owned(),
                },
            })
        });
        Some(Self {
            path: path.to_str()?.to_owned(),
            before: was.map(fingerprint),
            after: is.map(fingerprint),
            lines: lines.collect::<Option<_>>()?,
        })
    }
}

/// The SHA-256 in hex.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(document: &Document) -> Option<&str> {
    str::from_utf8(document.bytes()).ok()
}

/// Whether an entry in these lines is, or has swallowed, a secret, or the lines mention one.
fn holds_secret(document: &Document, lines: &Range<usize>) -> bool {
    let touches = |value: &Value<'_>| {
        let span = value.line_span();
        span.start < lines.end && lines.start < span.end
    };
    let own = document.sections().flat_map(|section| section.entries());
    let entries: Vec<Value<'_>> = own.chain(document.defaults()).filter(touches).collect();
    let names_item = |value: &&Value<'_>| value.key() == own_line::KEY && keychain_item(value.text()).is_some();
    // Our own line is long and mentions credentials, but it is known to the letter.
    let harmless: Vec<Range<usize>> = entries
        .iter()
        .filter(names_item)
        .map(|value| value.line_span())
        .collect();
    let text = text(document).unwrap_or_default();
    let mut hunk = hunk::lines(&text[lines.clone()])
        .into_iter()
        .map(|line| lines.start + line.start..lines.start + line.end);
    entries
        .iter()
        .any(|value| is_secret(value.key()) || value.key() == "aws_access_key_id")
        || hunk.any(|line| !harmless.iter().any(|span| span.contains(&line.start)) && may_hold_secret(&text[line]))
}

/// The section of these lines, if there is no header among them.
fn section_of<'d>(document: &'d Document, lines: &Range<usize>) -> Option<&'d str> {
    let mut before = document
        .sections()
        .filter(|section| section.line_span().start < lines.end.max(lines.start + 1));
    let last = before.by_ref().last()?;
    (last.line_span().start < lines.start).then(|| last.header())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn journal(was: Option<&str>, is: Option<&str>) -> Journal {
        let (was, is) = (was.map(str::as_bytes), is.map(str::as_bytes));
        let path = Path::new("/c");
        Journal::of("a title", "now".into(), Undo::Journal, &[Edit { path, was, is }])
    }

    fn reverted(journal: &Journal, now: &str) -> Result<Option<String>, Conflict> {
        reverted_from(journal, Some(now.as_bytes()))
    }

    fn reverted_from(journal: &Journal, now: Option<&[u8]>) -> Result<Option<String>, Conflict> {
        let text = revert(&journal.files[0], now)?;
        Ok(text.map(|text| text.to_string()))
    }

    #[test]
    fn an_edit_is_undone_and_done_again() {
        let (was, is) = ("[a]\nx = 1\n[b]\ny = 1\n", "[a]\nx = 22\n[b]\nz = 1\ny = 1\n[c]\n");
        let journal = journal(Some(was), Some(is));
        assert_eq!(Journal::parse(journal.to_json().as_bytes()), Ok(journal.clone()));
        assert_eq!(reverted(&journal, is).unwrap().as_deref(), Some(was));
        let turned = journal.clone().turned();
        assert!(turned.is_undone);
        assert_eq!(reverted(&turned, was).unwrap().as_deref(), Some(is));
        assert_eq!(turned.turned(), journal);
    }

    #[test]
    fn a_new_file_goes_and_comes_back() {
        let journal = journal(None, Some("[a]\n"));
        assert_eq!(reverted(&journal, "[a]\n"), Ok(None));
        assert_eq!(reverted(&journal, "[a]\n[b]\n"), Err(Conflict::Changed));
        let turned = journal.turned();
        assert_eq!(reverted_from(&turned, None), Ok(Some("[a]\n".into())));
    }

    #[test]
    fn a_file_that_changed_is_reverted_where_there_is_no_doubt() {
        let journal = journal(Some("[a]\nx = 1\n[b]\nx = 2\n"), Some("[a]\nx = 1\n[b]\nx = 3\n"));
        let now = |text: &str| reverted(&journal, text).ok().flatten();
        assert_eq!(
            now("# new\n[a]\nx = 3\n[b]\ny = 1\nx = 3\n").as_deref(),
            Some("# new\n[a]\nx = 3\n[b]\ny = 1\nx = 2\n")
        );
        for doubtful in [
            "[a]\nx = 1\n[b]\nx = 4\n",
            "[a]\nx = 1\n[c]\nx = 3\n",
            "[a]\nx = 1\n[b]\ny = 3\n  x = 3\nx = 3\n[b]\n",
            "[a]\nx = 1\n[b]\nx = 3",
            "",
        ] {
            assert_eq!(reverted(&journal, doubtful), Err(Conflict::Changed), "{doubtful:?}");
        }
        assert_eq!(revert(&journal.files[0], None), Err(Conflict::Changed));
        // What would come back continues the value above it, which was not there before.
        let indented = Change {
            before: Some(String::new()),
            lines: vec![Lines {
                was: "  x = 1\n".into(),
                ..journal.files[0].lines[0].clone()
            }],
            ..journal.files[0].clone()
        };
        assert_eq!(revert(&indented, Some(b"[b]\ny = 1\nx = 3\n")), Err(Conflict::Changed));
    }

    #[test]
    fn no_secret_is_kept() {
        let empty = "[a]\n";
        for secret in [
            "aws_secret_access_key = hunter2\n",
            "aws_access_key_id = x\n",
            "aws_secret_access_key =\n  hunter2\n",
            "# was AKIAIOSFODNN7EXAMPLE\n",
            "credential_process = get hunter2\n",
            "x_password = hunter2\n",
        ] {
            let with = format!("{empty}{secret}");
            let gone = journal(Some(&with), Some(empty));
            assert_eq!((gone.undo, gone.files), (Undo::Secret, Vec::new()), "{secret}");
            // Lines that were added can be removed without knowing them, but not put back.
            let added = journal(Some(empty), Some(&with));
            let (json, lines) = (added.to_json(), secret.lines().map(str::trim));
            assert!(lines.into_iter().all(|line| !json.contains(line)), "{json}");
            assert_eq!(Journal::parse(json.as_bytes()).as_ref(), Ok(&added));
            assert_eq!(reverted(&added, &with), Ok(Some(empty.to_owned())), "{secret}");
            assert_eq!(reverted(&added, &format!("{with}[b]\n")), Err(Conflict::Changed));
            let turned = added.turned();
            assert_eq!((turned.undo, turned.files), (Undo::Secret, Vec::new()), "{secret}");
        }
        // A continuation line of a secret, changed without its key.
        let several = |line: &str| format!("[a]\naws_session_token =\n  x\n  {line}\n");
        assert_eq!(journal(Some(&several("y")), Some(&several("z"))).undo, Undo::Secret);
        let ours = "[a]\ncredential_process = /usr/bin/awsenv credential-process a\n";
        assert_eq!(journal(Some(empty), Some(ours)).undo, Undo::Journal);
        let edit = Edit {
            path: Path::new("/c"),
            was: None,
            is: Some(
                b"[a]
    x=1
    ",
            ),
        };
        let undo = Undo::Key {
            command: KeyCommand::Add,
            profile: "a b".into(),
        };
        let by_command = Journal::of("t", "now".into(), undo, &[edit]);
        assert!(by_command.files.is_empty());
        assert_eq!(Journal::parse(by_command.to_json().as_bytes()), Ok(by_command));
    }

    proptest! {
        #[test]
        fn any_edit_is_undone(was in "(\\[a\\]|x = a|y=b|  z| # c|\n|\r\n|\r){0,12}", is in "(\\[a\\]|x = a|y=b|  z| # c|\n|\r\n|\r){0,12}") {
            let journal = journal(Some(&was), Some(&is));
            prop_assert_eq!(&journal.undo, &Undo::Journal);
            prop_assert_eq!(reverted(&journal, &is), Ok(Some(was.clone())));
            prop_assert_eq!(reverted(&journal.turned(), &was), Ok(Some(is)));
        }
    }
}
