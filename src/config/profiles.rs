//! Two documents -> one set of profiles, by botocore's section mapping and merge.
//!
//! Config file: a header that *begins with* `profile`, `sso-session` or `services` and has exactly two words by
//! Python's `shlex` names one; `default` names a profile; everything else is ignored. A later section of the same name
//! replaces an earlier one. Credentials file: the raw header is the profile name; its keys win over the config file's.

use std::num::NonZeroU32;

use super::document::Document;
use super::error::Error;
use super::index::StrIndex;
use super::place::Place;
use super::shlex;
use super::span::Span;
use super::value::{Section, Value};

/// All profiles of the two files.
#[derive(Debug, Default)]
pub struct ProfileSet {
    config: Option<Document>,
    credentials: Option<Document>,
    profiles: Table,
    sso_sessions: Table,
    services: Table,
}

impl ProfileSet {
    /// Maps and merges; a missing file counts as empty.
    ///
    /// # Errors
    /// [`Error::Parse`] for the first file that botocore refuses, the config file first.
    pub fn new(config: Option<Document>, credentials: Option<Document>) -> Result<Self, Error> {
        for document in [&config, &credentials].into_iter().flatten() {
            if let Some(error) = Error::of(document) {
                return Err(error);
            }
        }
        let mut set = Self {
            config,
            credentials,
            ..Self::default()
        };
        set.profiles = Table::with_capacity(set.largest());
        set.map_config();
        set.map_credentials();
        Ok(set)
    }

    /// As many profiles as the larger file has sections; usually both files name the same ones.
    fn largest(&self) -> usize {
        let documents = [&self.config, &self.credentials].into_iter().flatten();
        documents
            .map(|document| document.parsed.sections.len())
            .max()
            .unwrap_or_default()
    }

    fn map_config(&mut self) {
        let Some(config) = &self.config else { return };
        let texts = Texts {
            config: config.text(),
            credentials: "",
        };
        for section in config.sections() {
            let Some((kind, name)) = meaning(section) else { continue };
            let table = match kind {
                SectionKind::Profile => &mut self.profiles,
                SectionKind::Services => &mut self.services,
                SectionKind::SsoSession => &mut self.sso_sessions,
            };
            table.row(name, texts).config = section_number(section);
        }
    }

    fn map_credentials(&mut self) {
        let Some(credentials) = &self.credentials else { return };
        let config = self.config.as_ref().map_or("", Document::text);
        let texts = Texts {
            config,
            credentials: credentials.text(),
        };
        for section in credentials.sections() {
            let name = Name::Credentials(Span::from(section.header_span()));
            self.profiles.row(name, texts).credentials = section_number(section);
        }
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            config: self.config.as_ref().map_or("", Document::text),
            credentials: self.credentials.as_ref().map_or("", Document::text),
        }
    }

    /// In the order of `aws configure list-profiles`: the config file's names, then those that only the credentials
    /// file has.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.rows.iter().map(|row| row.name.text(self.texts()))
    }

    /// In the order of [`ProfileSet::names`].
    pub fn profiles(&self) -> impl Iterator<Item = Profile<'_>> {
        self.profiles.rows.iter().map(|row| self.view(row))
    }

    pub fn profile(&self, name: &str) -> Option<Profile<'_>> {
        self.profiles.find(name, self.texts()).map(|row| self.view(row))
    }

    /// The section `[sso-session NAME]`.
    pub fn sso_session(&self, name: &str) -> Option<Section<'_>> {
        self.in_config(self.sso_sessions.find(name, self.texts())?.config)
    }

    /// The section `[services NAME]`.
    pub fn services(&self, name: &str) -> Option<Section<'_>> {
        self.in_config(self.services.find(name, self.texts())?.config)
    }

    /// In file order.
    pub fn sso_session_names(&self) -> impl Iterator<Item = &str> {
        self.sso_sessions.rows.iter().map(|row| row.name.text(self.texts()))
    }

    /// In file order.
    pub fn services_names(&self) -> impl Iterator<Item = &str> {
        self.services.rows.iter().map(|row| row.name.text(self.texts()))
    }

    pub fn config(&self) -> Option<&Document> {
        self.config.as_ref()
    }

    pub fn credentials(&self) -> Option<&Document> {
        self.credentials.as_ref()
    }

    fn in_config(&self, number: Option<SectionNumber>) -> Option<Section<'_>> {
        Some(self.config.as_ref()?.section(number?.get() as usize - 1))
    }

    fn in_credentials(&self, number: Option<SectionNumber>) -> Option<Section<'_>> {
        Some(self.credentials.as_ref()?.section(number?.get() as usize - 1))
    }

    fn view<'a>(&'a self, row: &'a Row) -> Profile<'a> {
        let name = row.name.text(self.texts());
        Profile {
            name,
            config: self.in_config(row.config),
            credentials: self.in_credentials(row.credentials),
        }
    }
}

/// What both files say about one name.
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a> {
    name: &'a str,
    config: Option<Section<'a>>,
    credentials: Option<Section<'a>>,
}

impl<'a> Profile<'a> {
    /// The exact name; any text, even empty.
    pub fn name(self) -> &'a str {
        self.name
    }

    /// Where its header is; the config file's if both have one.
    pub fn place(self) -> Option<Place> {
        self.config.or(self.credentials).map(Section::place)
    }

    pub fn config_section(self) -> Option<Section<'a>> {
        self.config
    }

    pub fn credentials_section(self) -> Option<Section<'a>> {
        self.credentials
    }

    /// The merged value of `key` (lower case): the credentials file wins.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.in_credentials(key).or_else(|| self.in_config(key))
    }

    /// The merged value of `key` as text; none for a block.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.get(key).filter(|value| !value.is_nested()).map(Value::text)
    }

    /// The value in the config file alone, `[DEFAULT]` included; this is how static keys are read.
    pub fn in_config(self, key: &str) -> Option<Value<'a>> {
        self.config?.get(key)
    }

    /// The value in the credentials file alone, `[DEFAULT]` included.
    pub fn in_credentials(self, key: &str) -> Option<Value<'a>> {
        self.credentials?.get(key)
    }

    /// All merged values: the config file's keys in their order, then those that only the credentials file has.
    pub fn settings(self) -> impl Iterator<Item = Value<'a>> {
        let config = self.config.into_iter().flat_map(Section::settings);
        let config = config.map(move |value| self.in_credentials(value.key()).unwrap_or(value));
        let credentials = self.credentials.into_iter().flat_map(Section::settings);
        config.chain(credentials.filter(move |value| self.in_config(value.key()).is_none()))
    }
}

/// What a section of the config file defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    Profile,
    Services,
    SsoSession,
}

fn meaning(section: Section<'_>) -> Option<(SectionKind, Name)> {
    let header = section.header();
    if header == "default" {
        return Some((SectionKind::Profile, Name::Config(Span::from(section.header_span()))));
    }
    // Almost every header is this; the rest of the function is the general case.
    let plain = |name: &&str| !name.is_empty() && name.bytes().all(|b| b > b' ' && !b"\"'\\".contains(&b));
    if let Some(name) = header.strip_prefix("profile ").filter(plain) {
        let end = section.header_span().end;
        return Some((SectionKind::Profile, Name::Config(Span::from(end - name.len()..end))));
    }
    let kind = if header.starts_with("profile") {
        SectionKind::Profile
    } else if header.starts_with("sso-session") {
        SectionKind::SsoSession
    } else if header.starts_with("services") {
        SectionKind::Services
    } else {
        return None;
    };
    if header.contains(['"', '\'', '\\']) {
        let [_, name] = <[String; 2]>::try_from(shlex::split(header).ok()?).ok()?;
        return Some((kind, Name::Owned(Box::new(name.into()))));
    }
    let blanks = [' ', '\t'];
    let tail = header.trim_end_matches(blanks);
    let name = &tail[tail.rfind(blanks)? + 1..];
    let first = tail[..tail.len() - name.len()].trim_end_matches(blanks);
    if first.contains(blanks) {
        return None;
    }
    let start = section.header_span().start + tail.len() - name.len();
    Some((kind, Name::Config(Span::from(start..start + name.len()))))
}

/// What a section of the config file defines, and its name.
pub(super) fn defined(section: Section<'_>) -> Option<(SectionKind, String)> {
    let (kind, name) = meaning(section)?;
    let texts = Texts {
        config: section.document().text(),
        credentials: "",
    };
    Some((kind, name.text(texts).to_owned()))
}

/// The profile that a section of the config file defines.
pub(super) fn profile_name(section: Section<'_>) -> Option<String> {
    let (kind, name) = defined(section)?;
    (kind == SectionKind::Profile).then_some(name)
}

/// A name, by its position if a file contains it literally.
#[derive(Debug)]
enum Name {
    Config(Span),
    Credentials(Span),
    /// Quoted, or with a backslash. Boxed twice, because it is rare and there is a name for each profile.
    Owned(Box<Box<str>>),
}

#[derive(Clone, Copy)]
struct Texts<'a> {
    config: &'a str,
    credentials: &'a str,
}

impl Name {
    fn text<'a>(&'a self, texts: Texts<'a>) -> &'a str {
        match self {
            Name::Config(span) => &texts.config[span.range()],
            Name::Credentials(span) => &texts.credentials[span.range()],
            Name::Owned(name) => name,
        }
    }
}

#[derive(Debug)]
struct Row {
    name: Name,
    config: Option<SectionNumber>,
    credentials: Option<SectionNumber>,
}

/// The number of a section in its file, from 1.
type SectionNumber = NonZeroU32;

fn section_number(section: Section<'_>) -> Option<SectionNumber> {
    NonZeroU32::new(section.index() as u32 + 1)
}

/// Names in the order of their first appearance, as in a Python dictionary.
#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    index: StrIndex,
}

impl Table {
    fn with_capacity(names: usize) -> Self {
        Self {
            rows: Vec::with_capacity(names),
            index: StrIndex::with_capacity(names),
        }
    }

    fn find(&self, name: &str, texts: Texts<'_>) -> Option<&Row> {
        self.index
            .find(name, |n| self.rows[n].name.text(texts) == name)
            .map(|n| &self.rows[n])
    }

    /// The row of that name, added if it is missing.
    fn row(&mut self, name: Name, texts: Texts<'_>) -> &mut Row {
        let rows = &mut self.rows;
        let text = name.text(texts);
        let found = self.index.find(text, |n| rows[n].name.text(texts) == text);
        let n = found.unwrap_or_else(|| {
            rows.push(Row {
                name,
                config: None,
                credentials: None,
            });
            self.index.push(|n| rows[n].name.text(texts));
            rows.len() - 1
        });
        &mut rows[n]
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn set(config: &str, credentials: &str) -> ProfileSet {
        let document = |path, text: &str| Document::parse(Path::new(path), text.as_bytes().to_vec());
        ProfileSet::new(
            Some(document("config", config)),
            Some(document("credentials", credentials)),
        )
        .unwrap()
    }

    fn names(set: &ProfileSet) -> Vec<&str> {
        set.names().collect()
    }

    #[test]
    fn headers_of_the_config_file() {
        let set = set(
            "[profile a]\n[profile \"b c\"]\n[profilex 'd']\n[default]\n[profile o'brien]\n[profile x y]\n[Profile e]\n[f]\n\
             [profile dom\\user]\n[profile \t g ]\n[profile]\n[sso-session s]\n[services v]\n[profile '']\n",
            "",
        );
        assert_eq!(names(&set), ["a", "b c", "d", "default", "domuser", "g", ""]);
        assert!(set.sso_session("s").is_some() && set.services("v").is_some() && set.services("s").is_none());
    }

    #[test]
    fn a_later_section_replaces_an_earlier_one_in_its_place() {
        let set = set("[profile a]\nregion=1\n[profile b]\n[profile  a]\noutput=json\n", "");
        assert_eq!(names(&set), ["a", "b"]);
        let a = set.profile("a").unwrap();
        assert!(a.get("region").is_none());
        assert_eq!(a.place().unwrap().line, 4);
    }

    #[test]
    fn credentials_win_key_by_key() {
        let set = set(
            "[DEFAULT]\nx=0\n[profile a]\nregion=1\noutput=text\n",
            "[a]\nregion=2\nz=3\n[profile a]\n",
        );
        assert_eq!(names(&set), ["a", "profile a"]);
        let a = set.profile("a").unwrap();
        let settings: Vec<_> = a
            .settings()
            .map(|value| (value.key(), value.text(), value.place().to_string()))
            .collect();
        let expected = [
            ("region", "2", "credentials:2"),
            ("output", "text", "config:5"),
            ("x", "0", "config:2"),
            ("z", "3", "credentials:3"),
        ];
        assert_eq!(
            settings,
            expected.map(|(key, text, place)| (key, text, place.to_owned()))
        );
        assert_eq!(a.in_config("region").unwrap().text(), "1");
        assert!(a.in_credentials("output").is_none());
    }

    #[test]
    fn the_config_files_error_comes_first() {
        let bad = || Some(Document::parse(Path::new("c"), b"[a]\n[b]\n[a]\n".to_vec()));
        let error = ProfileSet::new(bad(), bad()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "c:3: section `[a]` is defined twice, first on line 1"
        );
    }
}
