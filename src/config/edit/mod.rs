//! Edits to an AWS file that leave every other byte as it is.
//!
//! Each edit applies to the document as the previous ones left it. At the end the new text is parsed again: it must say
//! what was meant, and everything else must read as before, or there is no new text. Nothing here touches the disk.

mod buffer;
mod check;
mod error;
mod layout;
mod names;
mod part;
mod process;
mod sections;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

pub use buffer::Splice;
pub use error::EditError;
pub use names::{check_name, check_setting};
pub use part::{Alone, Part, join};
pub(super) use process::process_value;
pub use sections::NewSection;

use buffer::Buffer;
use check::{Entry, Meant};
use layout::Change;
use names::header_of;

use super::document::Document;
use super::error::Error;
use super::locate::FileKind;
use super::value::{Section, Value};

/// A document with the edits to make to it.
pub struct Editor<'d> {
    old: &'d Document,
    /// The document with the edits made so far, if there are any.
    new: Option<Document>,
    buffer: Buffer<'d>,
    meant: Vec<Meant>,
}

pub struct Edited {
    /// The whole file.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was replaced, in order; positions are those in the old file.
    pub splices: Vec<Splice>,
}

impl<'d> Editor<'d> {
    /// # Errors
    /// A document that botocore refuses.
    pub fn new(document: &'d Document) -> Result<Self, EditError> {
        if let Some(error) = Error::of(document) {
            return Err(EditError::Document(Box::new(error)));
        }
        Ok(Self {
            old: document,
            new: None,
            buffer: Buffer::new(document.text()),
            meant: Vec::new(),
        })
    }

    /// The document with the edits made so far.
    pub fn document(&self) -> &Document {
        self.new.as_ref().unwrap_or(self.old)
    }

    /// Sets `key` (lower case) of a section to `value`: in place if the section has it, otherwise after the section's
    /// last entry.
    ///
    /// # Errors
    /// No such section, a block of that key, or a key or value that no file can hold.
    pub fn set(&mut self, header: &str, key: &str, value: &str) -> Result<(), EditError> {
        names::check_key(key)?;
        names::check_value(value)?;
        names::check_setting(key, value)?;
        let section = self.section(header)?;
        let changes = match section.own(key) {
            Some(entry) if entry.is_nested() => return Err(EditError::IsBlock(key.to_owned())),
            Some(entry) if entry.text() == value => return Ok(()),
            Some(entry) => layout::rewrite(entry, None, value),
            None => vec![layout::add(section, key, value)],
        };
        let meant = Entry::Set(key.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(changes, [Meant::Entry(header.to_owned(), meant)]);
        Ok(())
    }

    /// Removes the section's own `key`; returns whether it had one.
    ///
    /// # Errors
    /// No such section.
    pub fn remove(&mut self, header: &str, key: &str) -> Result<bool, EditError> {
        let Some(entry) = self.section(header)?.own(key) else {
            return Ok(false);
        };
        let changes = layout::remove(entry);
        self.apply(
            changes,
            [Meant::Entry(header.to_owned(), Entry::Remove(key.to_owned()))],
        );
        Ok(true)
    }

    /// Replaces the line of `key` with one of `by`, set to `value`, in the same place and layout.
    ///
    /// # Errors
    /// No such section or key, a block of that key, an existing entry `by`, or a key or value that no file can hold.
    pub fn replace(&mut self, header: &str, key: &str, by: &str, value: &str) -> Result<(), EditError> {
        names::check_key(by)?;
        names::check_value(value)?;
        let entry = self.entry(header, key)?;
        if entry.is_nested() {
            return Err(EditError::IsBlock(key.to_owned()));
        }
        if by != key && self.section(header)?.own(by).is_some() {
            return Err(EditError::KeyExists {
                section: header.to_owned(),
                key: by.to_owned(),
            });
        }
        let changes = layout::rewrite(entry, Some(by), value);
        let meant = Entry::Replace(key.to_owned(), by.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(changes, [Meant::Entry(header.to_owned(), meant)]);
        Ok(())
    }

    /// Replaces the entry with a comment, a line `# text`.
    ///
    /// # Errors
    /// No such section or key, or text that no line can hold.
    pub fn comment(&mut self, header: &str, key: &str, text: &str) -> Result<(), EditError> {
        names::check_comment(text)?;
        let changes = layout::comment(self.entry(header, key)?, text);
        self.apply(
            changes,
            [Meant::Entry(header.to_owned(), Entry::Remove(key.to_owned()))],
        );
        Ok(())
    }

    /// Sets `nested` in the block of `key` to `value`; adds the block if it is missing.
    ///
    /// # Errors
    /// No such section, a plain value of that key, or a key or value that no file can hold.
    pub fn set_nested(&mut self, header: &str, key: &str, nested: &str, value: &str) -> Result<(), EditError> {
        names::check_key(key)?;
        names::check_nested_key(nested)?;
        names::check_value(value)?;
        let section = self.section(header)?;
        let change = match section.own(key) {
            None => layout::add_block(section, key, nested, value),
            Some(entry) if !entry.is_nested() && !entry.text().is_empty() => {
                return Err(EditError::IsText(key.to_owned()));
            }
            Some(entry) => match entry.nested_value(nested) {
                Some(found) if found.text() == value => return Ok(()),
                Some(found) => layout::rewrite_nested(found, value),
                None => layout::add_nested(entry, nested, value),
            },
        };
        let meant = Entry::SetNested(key.to_owned(), nested.to_owned(), Zeroizing::new(value.to_owned()));
        self.apply(vec![change], [Meant::Entry(header.to_owned(), meant)]);
        Ok(())
    }

    /// Removes `nested` from the block of `key`, and the block with its last key. Returns whether it was there.
    ///
    /// # Errors
    /// No such section.
    pub fn remove_nested(&mut self, header: &str, key: &str, nested: &str) -> Result<bool, EditError> {
        let entry = self.section(header)?.own(key);
        let Some(entry) = entry.filter(|entry| entry.nested_value(nested).is_some()) else {
            return Ok(false);
        };
        if entry.nested().count() == 1 {
            return self.remove(header, key);
        }
        let changes = layout::remove_nested(entry, nested);
        let meant = Entry::RemoveNested(key.to_owned(), nested.to_owned());
        self.apply(changes, [Meant::Entry(header.to_owned(), meant)]);
        Ok(true)
    }

    /// The header of a profile's section: of the existing one, else of a new one, which is added.
    ///
    /// # Errors
    /// As [`Editor::add_section`] and a name that botocore would not read back.
    pub fn header(
        &mut self,
        existing: Option<Section<'_>>,
        kind: FileKind,
        profile: &str,
    ) -> Result<String, EditError> {
        if let Some(section) = existing {
            return Ok(section.header().to_owned());
        }
        let header = header_of(kind, profile)?;
        self.add_section(&header)?;
        Ok(header)
    }

    /// Adds a section without entries at the end of the file, after a blank line.
    ///
    /// # Errors
    /// It already exists, or no file can hold its header.
    pub fn add_section(&mut self, header: &str) -> Result<(), EditError> {
        names::check_header(header)?;
        if self.section(header).is_ok() {
            return Err(EditError::SectionExists(header.to_owned()));
        }
        let lines = layout::Lines { header, entries: &[] };
        let change = layout::add_sections(self.document(), [lines]);
        self.apply(vec![change], [Meant::AddSection(header.to_owned())]);
        Ok(())
    }

    /// Removes the section with its header and entries; comments in it stay.
    ///
    /// # Errors
    /// No such section.
    pub fn remove_section(&mut self, header: &str) -> Result<(), EditError> {
        self.remove_sections(&[header])
    }

    /// The new file.
    ///
    /// # Errors
    /// [`EditError::Ambiguous`]: the edit, or something else, would be read differently than meant.
    pub fn finish(self) -> Result<Edited, EditError> {
        self.finish_as_meant().map(|(edited, _)| edited)
    }

    fn finish_as_meant(self) -> Result<(Edited, Vec<Meant>), EditError> {
        check::check(self.old, self.document(), &self.meant)?;
        let edited = Edited {
            bytes: Zeroizing::new(self.buffer.bytes()),
            splices: self.buffer.splices(),
        };
        Ok((edited, self.meant))
    }

    fn section(&self, header: &str) -> Result<Section<'_>, EditError> {
        let mut sections = self.document().sections();
        sections
            .find(|section| section.header() == header)
            .ok_or_else(|| EditError::NoSection(header.to_owned()))
    }

    fn entry(&self, header: &str, key: &str) -> Result<Value<'_>, EditError> {
        self.section(header)?.own(key).ok_or_else(|| EditError::NoKey {
            section: header.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Makes changes that do not overlap.
    fn apply(&mut self, mut changes: Vec<Change>, meant: impl IntoIterator<Item = Meant>) {
        changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, text) in changes {
            self.buffer.replace(range, text);
        }
        let path = Arc::clone(self.old.path());
        let bytes = self.buffer.bytes();
        self.new = Some(if self.old.parsed.nested {
            Document::parse(path, bytes)
        } else {
            Document::parse_flat(path, bytes)
        });
        self.meant.extend(meant);
    }
}

impl fmt::Debug for Editor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Editor")
            .field("document", &self.old)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edited")
            .field("splices", &self.splices)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn document(text: &str) -> Document {
        Document::parse(Path::new("config"), text.as_bytes().to_vec())
    }

    /// What `edit` makes of `text`.
    pub(super) fn edited(
        text: &str,
        edit: impl FnOnce(&mut Editor<'_>) -> Result<(), EditError>,
    ) -> Result<String, EditError> {
        let document = document(text);
        let mut editor = Editor::new(&document)?;
        edit(&mut editor)?;
        let edited = editor.finish()?;
        let mut patched = text.to_owned();
        for splice in edited.splices.iter().rev() {
            patched.replace_range(splice.old.clone(), &splice.new);
        }
        assert_eq!(patched.as_bytes(), &**edited.bytes, "the splices make the text");
        Ok(patched)
    }

    fn set(text: &str, header: &str, key: &str, value: &str) -> String {
        edited(text, |editor| editor.set(header, key, value)).unwrap()
    }

    #[test]
    fn a_value_changes_in_its_place() {
        assert_eq!(
            set("[x]\r\n  ReGion  :\teu \r\nb=1", "x", "region", "us"),
            "[x]\r\n  ReGion  :\tus \r\nb=1"
        );
        assert_eq!(set("[x]\na=1\n", "x", "a", "2"), "[x]\na=2\n");
        assert_eq!(set("[x]\na=\n", "x", "a", "2"), "[x]\na= 2\n");
        assert_eq!(set("[x]\na = \n", "x", "a", "2"), "[x]\na = 2\n");
        assert_eq!(set("[x]\na = 1", "x", "a", ""), "[x]\na = ");
        assert_eq!(set("[x]\na = 1 ; note\n", "x", "a", "1 ; note"), "[x]\na = 1 ; note\n");
        let several = "[x]\na = 1\n  # keep\n  2\n\n  3\n# end\nb = 1";
        assert_eq!(set(several, "x", "a", "4"), "[x]\na = 4\n  # keep\n\n# end\nb = 1");
    }

    /// Removing a section that was added leaves no trace: the blank line before it goes too, unless something follows it
    /// closely.
    #[test]
    fn a_section_goes_as_it_came() {
        let remove = |text: &str| edited(text, |editor| editor.remove_section("y")).unwrap();
        for text in ["", "[x]\na = 1\n", "[x]\r\na = 1\r\n", "# c\n"] {
            let added = edited(text, |editor| {
                editor.add_section("y")?;
                editor.set("y", "b", "2")
            });
            assert_eq!(remove(&added.unwrap()), text);
        }
        assert_eq!(remove("[x]\n\n[y]\nb = 1\n\n[z]\n"), "[x]\n\n[z]\n");
        assert_eq!(remove("[x]\n\n[y]\nb = 1\n[z]\n"), "[x]\n\n[z]\n");
        assert_eq!(remove("[x]\n\n[y]\n# c\n"), "[x]\n\n# c\n");
    }

    #[test]
    fn a_new_key_comes_behind_the_last_one() {
        assert_eq!(set("[x]\n# c\n\n[y]\n", "x", "a", "1"), "[x]\na = 1\n# c\n\n[y]\n");
        assert_eq!(set("[x]", "x", "a", "1"), "[x]\na = 1");
        assert_eq!(set("[x]\r\nb = 1", "x", "a", "1"), "[x]\r\nb = 1\r\na = 1");
        assert_eq!(set("[y]\r\n[x]\nb = 1", "x", "a", "1"), "[y]\r\n[x]\nb = 1\na = 1");
        assert_eq!(
            set("[x]\r  b = 1\r   more\r# c\r[y]", "x", "a", ""),
            "[x]\r  b = 1\r   more\r  a =\r# c\r[y]"
        );
        // An indented header would continue a key with less indentation.
        assert_eq!(
            set("[x]\n\n# c\n \t[y]\nb = 1", "x", "a", "1"),
            "[x]\n \ta = 1\n\n# c\n \t[y]\nb = 1"
        );
        assert_eq!(
            set("[x]\ns3 =\n  a = 1\n\n[y]", "x", "region", "eu"),
            "[x]\ns3 =\n  a = 1\nregion = eu\n\n[y]"
        );
    }

    #[test]
    fn an_entry_goes_or_becomes_another() {
        let text = "[x]\n b = 1\n aws_Secret: s\n  t\n\n# c\n[y]\n";
        assert_eq!(
            edited(text, |editor| editor.replace(
                "x",
                "aws_secret",
                "credential_process",
                "p q"
            ))
            .unwrap(),
            "[x]\n b = 1\n credential_process: p q\n\n# c\n[y]\n"
        );
        assert_eq!(
            edited(text, |editor| editor.comment("x", "aws_secret", "gone")).unwrap(),
            "[x]\n b = 1\n# gone\n\n# c\n[y]\n"
        );
        assert_eq!(
            edited(text, |editor| editor.remove("x", "b").map(drop)).unwrap(),
            "[x]\n aws_Secret: s\n  t\n\n# c\n[y]\n"
        );
        assert_eq!(
            edited(text, |editor| editor.remove("x", "none").map(|had| assert!(!had))).unwrap(),
            text
        );
        let twice = |editor: &mut Editor<'_>| editor.replace("x", "aws_secret", "b", "1");
        assert!(matches!(edited(text, twice), Err(EditError::KeyExists { .. })));
    }

    #[test]
    fn blocks_have_keys_of_their_own() {
        let text = "[x]\ns3 =\n  # c\n\ta=1\n  a = 2\n  b =\nr = 1\n";
        let nested = |text: &str, key: &str, value: &str| {
            edited(text, |editor| editor.set_nested("x", "s3", key, value)).unwrap()
        };
        assert_eq!(nested(text, "a", "3"), text.replace("a = 2", "a = 3"));
        assert_eq!(nested(text, "b", "3"), text.replace("b =", "b = 3"));
        assert_eq!(nested(text, "c", ""), text.replace("b =", "b =\n  c ="));
        assert_eq!(nested("[x]\nr=1\n", "a", "1"), "[x]\nr=1\ns3 =\n    a = 1\n");
        assert_eq!(nested("[x]\ns3 =\nr=1", "a", "1"), "[x]\ns3 =\n    a = 1\nr=1");
        let gone = |key| {
            edited(text, |editor| {
                editor.remove_nested("x", "s3", key).map(|had| assert!(had))
            })
            .unwrap()
        };
        assert_eq!(gone("a"), "[x]\ns3 =\n  # c\n  b =\nr = 1\n");
        assert_eq!(gone("b"), text.replace("  b =\n", ""));
        let all = |editor: &mut Editor<'_>| {
            editor.remove_nested("x", "s3", "a")?;
            editor.remove_nested("x", "s3", "b").map(drop)
        };
        assert_eq!(edited(text, all).unwrap(), "[x]\n  # c\nr = 1\n");
        assert_eq!(
            edited(text, |editor| editor.set("x", "s3", "1")),
            Err(EditError::IsBlock("s3".into()))
        );
        assert_eq!(
            edited(text, |editor| editor.set_nested("x", "r", "a", "1")),
            Err(EditError::IsText("r".into()))
        );
    }

    #[test]
    fn sections_come_and_go() {
        let added = |text: &str| {
            edited(text, |editor| {
                editor.add_section("new")?;
                editor.set("new", "a", "1")?;
                editor.set("new", "b", "2")
            })
        };
        let block = "[new]\na = 1\nb = 2";
        assert_eq!(added("").unwrap(), format!("{block}\n"));
        assert_eq!(added("[x]\n").unwrap(), format!("[x]\n\n{block}\n"));
        assert_eq!(added("[x]\n \n").unwrap(), format!("[x]\n \n{block}\n"));
        assert_eq!(added("\n").unwrap(), format!("\n{block}\n"));
        assert_eq!(added("[x]").unwrap(), format!("[x]\n\n{block}"));
        assert_eq!(added("[x]\n  ").unwrap(), format!("[x]\n  \n{block}"));
        assert_eq!(
            added("[x]\r\n").unwrap(),
            format!("[x]\n\n{block}\n").replace('\n', "\r\n")
        );
        assert_eq!(added("[x]\r").unwrap(), format!("[x]\n\n{block}\n").replace('\n', "\r"));
        assert_eq!(added("[new]\n"), Err(EditError::SectionExists("new".into())));
        let gone = |text: &str| edited(text, |editor| editor.remove_section("x"));
        assert_eq!(
            gone("# c\n[x] ; d\na = 1\n# e\n  2\n\n[y]\n").unwrap(),
            "# c\n# e\n\n[y]\n"
        );
        assert_eq!(
            gone("[y]\nk = 1\n[x]\n  a = 1\n  [z]\n"),
            Err(EditError::Ambiguous("y".into()))
        );
    }

    #[test]
    fn what_cannot_be_edited() {
        let bad = document("[x]\n[x]\n");
        assert_eq!(
            Editor::new(&bad).unwrap_err().to_string(),
            "config:2: section `[x]` is defined twice, first on line 1"
        );
        assert_eq!(
            edited("[DEFAULT]\na=1\n", |editor| editor.set("DEFAULT", "a", "2")),
            Err(EditError::NoSection("DEFAULT".into()))
        );
        assert!(Editor::new(&document("\u{feff}[x]\n")).is_err());
    }

    #[test]
    fn a_flat_file_stays_flat() {
        let document = Document::parse_flat(Path::new("boto"), b"[Credentials]\na =\n  no block\nb = 1\n".to_vec());
        let mut editor = Editor::new(&document).unwrap();
        editor.comment("Credentials", "b", "moved").unwrap();
        assert_eq!(
            &**editor.finish().unwrap().bytes,
            b"[Credentials]\na =\n  no block\n# moved\n"
        );
    }

    #[test]
    fn nothing_of_a_value_is_shown() {
        let document = document("[x]\n");
        let mut editor = Editor::new(&document).unwrap();
        editor.set("x", "aws_secret_access_key", "hunter2").unwrap();
        assert!(!format!("{editor:?}").contains("hunter2"));
        assert!(!format!("{:?}", editor.finish().unwrap()).contains("hunter2"));
    }

    /// Everything that is awkward in a file and that botocore still reads.
    fn file() -> impl Strategy<Value = String> {
        let end = || prop::sample::select(vec!["\n", "\n", "\r\n", "\r"]);
        let space = || prop::sample::select(vec!["", "", "", " ", "  ", "\t", "\u{a0} "]);
        let delimiter = prop::sample::select(vec!["=", " = ", ":", " :\t", "= ", "\u{3000}="]);
        let key = prop::sample::select(vec!["a", "B", "region", "aws_x", "s 3", "Σ"]);
        let value = "([a-z#;%=:\\[\\] ]{0,6})";
        let entry = (space(), key, delimiter, value)
            .prop_map(|(indent, key, delimiter, value)| format!("{indent}{key}{delimiter}{value}"));
        let header = (
            space(),
            prop::sample::select(vec!["x", "y", "profile x", "DEFAULT", " z "]),
            "( ; c)?",
        )
            .prop_map(|(indent, header, tail)| format!("{indent}[{header}]{tail}"));
        let more = prop::sample::select(vec![
            "   n = 1",
            "    N=",
            "     more",
            "   [z",
            "\t\t\tm = 2",
            "    \u{b}o=p",
        ]);
        let other = prop::sample::select(vec!["", "  ", "# c", "   ; d", "\u{c}"]);
        let line = prop_oneof![
            2 => header,
            5 => entry,
            3 => more.prop_map(str::to_owned),
            2 => other.prop_map(str::to_owned),
        ];
        let lines = prop::collection::vec((line, end()).prop_map(|(line, end)| line + end), 0..14);
        (lines, any::<bool>()).prop_map(|(lines, is_cut)| {
            let text = "[p]\n".to_owned() + &lines.concat();
            if is_cut {
                text.trim_end_matches(['\n', '\r']).to_owned()
            } else {
                text
            }
        })
    }

    #[derive(Clone, Debug)]
    enum Edit {
        Set(&'static str),
        Remove,
        Replace(&'static str),
        Comment,
        SetNested(&'static str, &'static str),
        RemoveNested(&'static str),
        RemoveSection,
        AddSection(&'static str),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        let value = || prop::sample::select(vec!["", "v", "v # w", "[x]", "a = b", "ü\u{a0}ü"]);
        let nested = || prop::sample::select(vec!["n", "N", "new"]);
        prop_oneof![
            4 => value().prop_map(Edit::Set),
            2 => Just(Edit::Remove),
            2 => value().prop_map(Edit::Replace),
            1 => Just(Edit::Comment),
            2 => (nested(), value()).prop_map(|(key, value)| Edit::SetNested(key, value)),
            1 => nested().prop_map(Edit::RemoveNested),
            1 => Just(Edit::RemoveSection),
            1 => prop::sample::select(vec!["new", "profile 'a b'", "y"]).prop_map(Edit::AddSection),
        ]
    }

    /// What a reader finds in a file, in order: section, key, value or the keys of a block.
    fn all(document: &Document) -> Vec<(String, Vec<(String, String)>)> {
        let entry = |value: Value<'_>| {
            let nested: Vec<_> = value.nested().map(|n| (n.key(), n.text())).collect();
            let text = if value.is_nested() {
                format!("{nested:?}")
            } else {
                value.text().to_owned()
            };
            (value.key().to_owned(), text)
        };
        let own = |section: Section<'_>| (section.header().to_owned(), section.entries().map(entry).collect());
        document
            .sections()
            .map(own)
            .chain([("DEFAULT".to_owned(), document.defaults().map(entry).collect())])
            .collect()
    }

    fn without_section(
        mut all: Vec<(String, Vec<(String, String)>)>,
        header: &str,
    ) -> Vec<(String, Vec<(String, String)>)> {
        all.retain(|(section, _)| section != header);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 100_000, ..ProptestConfig::default() })]
        #[test]
        fn any_edit_of_any_file(text in file(), edit in edit(), at in any::<prop::sample::Index>(), key in "(a|b|region|s 3|σ|new)") {
            let before = document(&text);
            prop_assume!(before.error().is_none());
            let headers: Vec<_> = before.sections().map(|section| section.header().to_owned()).collect();
            let header = at.get(&headers).as_str();
            let section = before.sections().find(|section| section.header() == header).unwrap();
            let old = section.own(&key);
            let mut editor = Editor::new(&before).unwrap();
            let done = match &edit {
                Edit::Set(value) => editor.set(header, &key, value),
                Edit::Remove => editor.remove(header, &key).map(drop),
                Edit::Replace(value) => editor.replace(header, &key, "by", value),
                Edit::Comment => editor.comment(header, &key, "gone"),
                Edit::SetNested(nested, value) => editor.set_nested(header, &key, nested, value),
                Edit::RemoveNested(nested) => editor.remove_nested(header, &key, nested).map(drop),
                Edit::RemoveSection => editor.remove_section(header),
                Edit::AddSection(new) => editor.add_section(new),
            };
            match done {
                Ok(()) => {}
                Err(EditError::NoKey { .. }) => prop_assert!(old.is_none()),
                Err(EditError::IsBlock(_)) => prop_assert!(old.unwrap().is_nested()),
                Err(EditError::IsText(_)) => prop_assert!(!old.unwrap().is_nested() && !old.unwrap().text().is_empty()),
                Err(EditError::SectionExists(new)) => prop_assert!(headers.contains(&new)),
                Err(error) => prop_assert!(false, "{error}"),
            }
            let edited = match editor.finish() {
                Ok(edited) => edited,
                Err(EditError::Ambiguous(_)) => {
                    // A header may have more indentation than the line that would be above it, and a broken block of
                    // `[DEFAULT]` does harm as soon as a section inherits it; nothing else is refused.
                    let inherits = before.defaults().any(|value| value.is_nested());
                    prop_assert!(inherits || matches!(edit, Edit::RemoveSection), "{edit:?}");
                    return Ok(());
                }
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            // Only the meant lines differ.
            let meant: Vec<std::ops::Range<usize>> = match &edit {
                Edit::RemoveSection => section.entries().map(Value::line_span).chain([section.line_span()]).collect(),
                _ => old.map(Value::line_span).into_iter().collect(),
            };
            let mut patched = text.clone();
            for splice in edited.splices.iter().rev() {
                let inside = |line: &std::ops::Range<usize>| {
                    let joins = splice.old.start + 1 == line.start && text.as_bytes()[splice.old.start] == b'\r';
                    (line.start <= splice.old.start || joins) && splice.old.end <= line.end
                };
                let covered = splice.old.is_empty() || meant.iter().any(inside) || matches!(edit, Edit::RemoveSection);
                prop_assert!(covered, "{splice:?} of {meant:?}");
                patched.replace_range(splice.old.clone(), &splice.new);
            }
            prop_assert_eq!(patched.as_bytes(), &**edited.bytes);
            // It says what was meant, and the rest reads as before.
            let after = document(&patched);
            prop_assert!(after.error().is_none());
            prop_assert_eq!(without_section(all(&before), header), match &edit {
                Edit::AddSection(new) if !headers.iter().any(|old| old == new) => without_section(without_section(all(&after), header), new),
                _ => without_section(all(&after), header),
            });
            let now = after.sections().find(|section| section.header() == header);
            let own = |section: Section<'_>, but: &[&str]| -> Vec<(String, String)> {
                let others = section.entries().filter(|value| !but.contains(&value.key()));
                others.map(|value| (value.key().to_owned(), value.text().to_owned())).collect()
            };
            if let Some(now) = now {
                let touched = [key.as_str(), "by"];
                prop_assert_eq!(own(section, &touched), own(now, &touched));
                let text = |key: &str| now.own(key).map(|value| value.text().to_owned());
                match &edit {
                    Edit::Set(value) if old.is_none_or(|old| !old.is_nested()) => prop_assert_eq!(text(&key), Some((*value).to_owned())),
                    Edit::Remove | Edit::Comment => prop_assert_eq!(text(&key), None),
                    Edit::Replace(value) if old.is_some_and(|old| !old.is_nested()) => {
                        prop_assert_eq!(text(&key), None);
                        prop_assert_eq!(text("by"), Some((*value).to_owned()));
                    }
                    Edit::SetNested(nested, value) if old.is_none_or(|old| old.is_nested() || old.text().is_empty()) => {
                        let found = now.own(&key).unwrap().nested_value(nested).unwrap().text();
                        prop_assert_eq!(found, *value);
                    }
                    Edit::RemoveNested(nested) => {
                        prop_assert!(now.own(&key).is_none_or(|value| value.nested_value(nested).is_none()));
                    }
                    _ => {}
                }
            } else {
                prop_assert!(matches!(edit, Edit::RemoveSection));
            }
        }
    }
}
