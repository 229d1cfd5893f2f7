//! Many sections added or removed at once, so that an edit of thousands costs two readings of the file.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::check::{Entry, Meant};
use super::{EditError, Editor, layout, names};
use crate::config::locate::FileKind;
use crate::config::value::Section;

/// A section that is to be added, with its entries in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSection {
    header: String,
    entries: Vec<(&'static str, String)>,
}

impl NewSection {
    /// A profile of the config file.
    ///
    /// # Errors
    /// A name that botocore would not read back, or a value that no file can hold.
    pub fn profile(name: &str, entries: impl IntoIterator<Item = (&'static str, String)>) -> Result<Self, EditError> {
        Self::of(names::header_of(FileKind::Config, name)?, entries)
    }

    /// # Errors
    /// As [`NewSection::profile`].
    pub fn sso_session(
        name: &str,
        entries: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, EditError> {
        names::check_name(name)?;
        Self::of(names::titled("sso-session", name)?, entries)
    }

    fn of(header: String, entries: impl IntoIterator<Item = (&'static str, String)>) -> Result<Self, EditError> {
        let entries: Vec<_> = entries.into_iter().collect();
        for (key, value) in &entries {
            names::check_key(key)?;
            names::check_value(value)?;
            names::check_setting(key, value)?;
        }
        Ok(Self { header, entries })
    }

    fn lines(&self) -> layout::Lines<'_> {
        layout::Lines {
            header: &self.header,
            entries: &self.entries,
        }
    }

    fn meant(&self) -> impl Iterator<Item = Meant> {
        let set = |(key, value): &(&str, String)| {
            let entry = Entry::Set((*key).to_owned(), Zeroizing::new(value.clone()));
            Meant::Entry(self.header.clone(), entry)
        };
        std::iter::once(Meant::AddSection(self.header.clone())).chain(self.entries.iter().map(set))
    }
}

impl Editor<'_> {
    /// Adds sections at the end of the file, each after a blank line.
    ///
    /// # Errors
    /// One of them already exists, or appears twice.
    pub fn add_sections(&mut self, new: &[NewSection]) -> Result<(), EditError> {
        if new.is_empty() {
            return Ok(());
        }
        let mut known: HashSet<&str> = self.document().sections().map(Section::header).collect();
        if let Some(twice) = new.iter().find(|section| !known.insert(&section.header)) {
            return Err(EditError::SectionExists(twice.header.clone()));
        }
        let change = layout::add_sections(self.document(), new.iter().map(NewSection::lines));
        self.apply(vec![change], new.iter().flat_map(NewSection::meant));
        Ok(())
    }

    /// Removes sections with their headers and entries; comments in them stay.
    ///
    /// # Errors
    /// One of them does not exist.
    pub fn remove_sections(&mut self, headers: &[&str]) -> Result<(), EditError> {
        let mut wanted: HashSet<&str> = headers.iter().copied().collect();
        let sections: Vec<Section<'_>> = self
            .document()
            .sections()
            .filter(|section| wanted.remove(section.header()))
            .collect();
        if let Some(missing) = wanted.into_iter().next() {
            return Err(EditError::NoSection(missing.to_owned()));
        }
        let changes = layout::remove_sections(self.document(), &sections);
        let meant = |header: &&str| Meant::RemoveSection((*header).to_owned());
        self.apply(changes, headers.iter().map(meant));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::config::edit::tests::edited;

    fn new(name: &str) -> NewSection {
        NewSection::profile(name, [("region", "eu-west-1".to_owned()), ("output", String::new())]).unwrap()
    }

    const BLOCKS: &str = "[profile a]\nregion = eu-west-1\noutput =\n\n[profile b]\nregion = eu-west-1\noutput =\n";

    #[test]
    fn sections_are_added_as_one_by_one() {
        for text in [
            "",
            "[x]\n",
            "[x]\r\n",
            "[x]",
            "[x]\n\n",
            "# c",
            "[x]\ra = 1\r",
            "  [x]\n  a = 1\n",
        ] {
            let all = edited(text, |editor| editor.add_sections(&[new("a"), new("b")])).unwrap();
            let each = edited(text, |editor| {
                for header in ["profile a", "profile b"] {
                    editor.add_section(header)?;
                    editor.set(header, "region", "eu-west-1")?;
                    editor.set(header, "output", "")?;
                }
                Ok(())
            });
            assert_eq!(all, each.unwrap(), "{text:?}");
        }
        assert_eq!(
            edited("", |editor| editor.add_sections(&[new("a"), new("b")])).unwrap(),
            BLOCKS
        );
        let twice = edited("[profile b]\n", |editor| editor.add_sections(&[new("a"), new("b")]));
        assert_eq!(twice, Err(EditError::SectionExists("profile b".into())));
        let same = edited("", |editor| editor.add_sections(&[new("a"), new("a")]));
        assert_eq!(same, Err(EditError::SectionExists("profile a".into())));
    }

    #[test]
    fn what_was_added_goes_without_a_trace() {
        for text in ["", "[x]\na = 1\n", "[x]\r\na = 1\r\n", "# c\n"] {
            let added = edited(text, |editor| editor.add_sections(&[new("a"), new("b"), new("c")])).unwrap();
            for headers in [
                &["profile a", "profile b", "profile c"][..],
                &["profile c", "profile a", "profile b"],
            ] {
                assert_eq!(
                    edited(&added, |editor| editor.remove_sections(headers)).unwrap(),
                    text,
                    "{text:?}"
                );
            }
            let without = edited(text, |editor| editor.add_sections(&[new("a"), new("c")])).unwrap();
            assert_eq!(
                edited(&added, |editor| editor.remove_sections(&["profile b"])).unwrap(),
                without
            );
        }
        let none = edited("[x]\n", |editor| editor.remove_sections(&["y"]));
        assert_eq!(none, Err(EditError::NoSection("y".into())));
    }

    #[test]
    fn neighbours_that_go_together_leave_each_line_end() {
        let text = "[a]\rx = 1\r[b]\ny = 1\n\n[c]\nz = 1\n";
        assert_eq!(
            edited(text, |editor| editor.remove_sections(&["a", "b"])).unwrap(),
            "\n[c]\nz = 1\n"
        );
        assert_eq!(
            edited("[k]\rx = 1\r[b]\ny = 1\n\n[c]\n", |editor| editor
                .remove_sections(&["b"]))
            .unwrap(),
            "[k]\rx = 1\n\n[c]\n"
        );
    }

    #[test]
    fn names_and_values_that_no_file_holds_are_refused() {
        assert!(NewSection::profile("a]b", []).is_err());
        assert!(NewSection::sso_session("", []).is_err());
        assert!(NewSection::sso_session("s", [("sso_region", "a\nb".to_owned())]).is_err());
        let quoted = NewSection::sso_session("two words", []).unwrap();
        assert_eq!(quoted.header, "sso-session 'two words'");
    }

    #[test]
    fn thousands_take_no_longer_than_a_few_readings() {
        let all: Vec<NewSection> = (0..5000).map(|n| new(&format!("account-{n}"))).collect();
        let begin = Instant::now();
        let text = edited("[x]\n", |editor| editor.add_sections(&all)).unwrap();
        let headers: Vec<&str> = all.iter().map(|section| section.header.as_str()).collect();
        assert_eq!(
            edited(&text, |editor| editor.remove_sections(&headers)).unwrap(),
            "[x]\n"
        );
        assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    }
}
