//! Which boto files there are, and what they answer.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Problem;
use super::keys::{BotoSource, CREDENTIALS, KEY, Layers, SECRET};
use crate::config::document::Document;
use crate::config::error::Error;
use crate::config::load::Reader;
use crate::config::locate::{HomeOf, expand_user};
use crate::config::place::Place;
use crate::config::value::Section;
use crate::env::Env;

pub(super) const SYSTEM: &str = "/etc/boto.cfg";
pub(super) const USER: &str = "~/.boto";
/// Suffixes of copies that editors and people leave behind; such a file is not a profile.
const COPIES: [&str; 5] = ["~", ".bak", ".orig", ".swp", ".save"];

/// The legacy files of one environment; each question reads what it needs.
#[derive(Clone, Copy)]
pub struct BotoFiles<'a> {
    pub env: &'a Env,
    pub read: Reader<'a>,
    pub home_of: HomeOf<'a>,
    /// The names of the entries of a directory.
    pub list: &'a dyn Fn(&Path) -> Vec<OsString>,
}

impl BotoFiles<'_> {
    /// The files that boto 2 merges, the weakest first: BOTO_CONFIG, else those of BOTO_PATH, else the system's and the user's.
    pub fn paths(&self) -> Vec<PathBuf> {
        let user = |text: &str| expand_user(text, self.env, self.home_of);
        if let Some(path) = self.env.filled("BOTO_CONFIG") {
            return vec![user(path)];
        }
        if let Some(paths) = self.env.filled("BOTO_PATH") {
            let separator = if cfg!(windows) { ';' } else { ':' };
            return paths
                .split(separator)
                .filter(|path| !path.is_empty())
                .map(user)
                .collect();
        }
        vec![PathBuf::from(SYSTEM), user(USER)]
    }

    /// The profile of that name: `[profile NAME]` of the boto files, else `[Credentials]` of `~/.boto_NAME`.
    ///
    /// # Errors
    /// A file that would hold the profile and cannot be read; half a key pair.
    pub fn profile(&self, name: &str) -> Result<Option<BotoSource>, Error> {
        let header = format!("profile {name}");
        let mut documents = Vec::new();
        let mut broken = None;
        for path in self.paths() {
            match self.flat(&path) {
                Ok(document) => documents.extend(document),
                Err(failed) if failed.may_hold(&header) => broken = Some(failed.error),
                Err(_) => {}
            }
        }
        if let Some(keys) = layers(&documents, &header).source()? {
            return Ok(Some(keys));
        }
        match (broken, self.path_of(name)) {
            (Some(error), _) => Err(error),
            (None, None) => Ok(None),
            (None, Some(path)) => {
                let document = self.flat(&path).map_err(|failed| failed.error)?;
                layers(document.as_slice(), CREDENTIALS).source()
            }
        }
    }

    /// `~/.boto_NAME`; the file is directly in HOME, so the name cannot contain a separator.
    fn path_of(&self, name: &str) -> Option<PathBuf> {
        let plain = !name.is_empty() && !name.contains(['/', '\\', '\0']);
        plain.then(|| self.home().join(format!(".boto_{name}")))
    }

    fn home(&self) -> PathBuf {
        expand_user("~", self.env, self.home_of)
    }

    /// All boto profiles that have an access key id, each with its place. A file that cannot be read has none.
    pub fn names(&self) -> Vec<(String, Place)> {
        let mut found = BTreeMap::new();
        for (name, document) in self.own_files() {
            let section = document.sections().find(|section| section.header() == CREDENTIALS);
            if let Some(key) = section.and_then(|section| section.get(KEY)) {
                found.insert(name, key.place());
            }
        }
        for document in self.paths().iter().filter_map(|path| self.flat(path).ok().flatten()) {
            for section in document.sections() {
                let name = section.header().strip_prefix("profile ");
                if let (Some(name), Some(key)) = (name, section.get(KEY)) {
                    found.insert(name.to_owned(), key.place());
                }
            }
        }
        found.into_iter().collect()
    }

    /// The readable files `~/.boto_NAME`, copies left out.
    pub(super) fn own_files(&self) -> impl Iterator<Item = (String, Document)> {
        let home = self.home();
        self.own_names().into_iter().filter_map(move |name| {
            let document = self.flat(&home.join(format!(".boto_{name}"))).ok()??;
            Some((name, document))
        })
    }

    /// The files `~/.boto_NAME`, copies left out.
    pub fn own_paths(&self) -> Vec<PathBuf> {
        let names = self.own_names().into_iter();
        names.filter_map(|name| self.path_of(&name)).collect()
    }

    fn own_names(&self) -> Vec<String> {
        let names = (self.list)(&self.home())
            .into_iter()
            .filter_map(|name| name.into_string().ok());
        let names = names.filter_map(|name| name.strip_prefix(".boto_").map(str::to_owned));
        let mut names: Vec<String> = names
            .filter(|name| !name.is_empty() && !COPIES.iter().any(|copy| name.ends_with(copy)))
            .collect();
        names.sort();
        names
    }

    /// What to tell the user about all these files.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        for path in self.paths().into_iter().chain(self.own_paths()) {
            match self.flat(&path) {
                Err(failed) => found.push(Problem::Broken(failed.error)),
                Ok(document) => {
                    let sections = document.iter().flat_map(Document::sections);
                    let sections = sections.filter(|section| is_ours(*section));
                    found.extend(sections.flat_map(|section| Layers(vec![section]).problems()));
                }
            }
        }
        found
    }

    pub(super) fn flat(&self, path: &Path) -> Result<Option<Document>, Failed> {
        self.document(path, |path, bytes| Document::parse_flat(path, bytes))
    }

    pub(super) fn document(
        &self,
        path: &Path,
        parse: fn(&Path, Vec<u8>) -> Document,
    ) -> Result<Option<Document>, Failed> {
        let document = match (self.read)(path) {
            Ok(bytes) => bytes.map(|bytes| parse(path, bytes)),
            Err(error) => {
                let error = Error::unread(path, &error);
                return Err(Failed { error, document: None });
            }
        };
        let failed = document.as_ref().and_then(Error::of);
        match failed {
            Some(error) => Err(Failed {
                error,
                document: document.map(Box::new),
            }),
            None => Ok(document),
        }
    }
}

/// A file that cannot be read as a whole.
pub(super) struct Failed {
    pub(super) error: Error,
    document: Option<Box<Document>>,
}

impl Failed {
    /// Whether the file may define the section: its header appears somewhere in the bytes, or these were not read only
    /// because they are too many.
    fn may_hold(&self, header: &str) -> bool {
        if matches!(self.error, Error::TooLarge { .. }) {
            return true;
        }
        let header = format!("[{header}]");
        let bytes = self.document.as_ref().map_or(&[][..], |document| document.bytes());
        bytes.windows(header.len()).any(|window| window == header.as_bytes())
    }
}

/// The sections with that header, those of the last file first.
pub(super) fn layers<'a>(documents: &'a [Document], header: &str) -> Layers<'a> {
    let of = |document: &'a Document| document.sections().find(|section| section.header() == header);
    Layers(documents.iter().rev().filter_map(of).collect())
}

fn is_ours(section: Section<'_>) -> bool {
    let header = section.header();
    (header == CREDENTIALS || header.starts_with("profile "))
        && (section.get(KEY).is_some() || section.get(SECRET).is_some())
}
