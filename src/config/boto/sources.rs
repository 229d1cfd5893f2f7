//! Every key of the boto files that could move elsewhere: what it is, which lines hold it, or why it must stay.

use std::path::PathBuf;

use super::files::{BotoFiles, layers};
use super::keys::{BotoSource, CREDENTIALS, KEY, Layers, SECRET, TOKENS};
use crate::config::document::Document;
use crate::config::value::Section;
use crate::credentials::TEMPORARY;
use crate::secret::Secret;

/// The name of the profile that the merged `[Credentials]` becomes.
const ANONYMOUS: &str = "default";

/// A boto profile, or the unnamed `[Credentials]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The profile that it is, or would become.
    pub name: String,
    /// What it has; an error says why it cannot be imported, in words that complete "because …".
    pub found: Result<BotoSource, String>,
    pub lines: Vec<Lines>,
}

/// Entries of one section that hold half a key, a token, or the name of a keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    pub path: PathBuf,
    /// The text between the brackets.
    pub header: String,
    /// The keys, lower-cased, in the order of the file.
    pub keys: Vec<String>,
}

impl BotoFiles<'_> {
    /// The `[Credentials]` of the merged files as `default`, then every `[profile NAME]` of these files, then
    /// `~/.boto_NAME`; without those that have no key. A file that cannot be read is left out:
    /// [`problems`](Self::problems) names it.
    pub fn sources(&self) -> Vec<Source> {
        let merged: Vec<Document> = self
            .paths()
            .iter()
            .filter_map(|path| self.flat(path).ok().flatten())
            .collect();
        let mut headers: Vec<&str> = merged
            .iter()
            .flat_map(Document::sections)
            .map(Section::header)
            .collect();
        headers.sort_unstable();
        headers.dedup();
        let anonymous = headers.iter().filter(|header| **header == CREDENTIALS);
        let anonymous = anonymous.map(|header| (ANONYMOUS, *header));
        let profiles = headers
            .iter()
            .filter_map(|header| Some((header.strip_prefix("profile ")?, *header)));
        let mut sources: Vec<Source> = anonymous
            .chain(profiles)
            .filter_map(|(name, header)| source(name, &layers(&merged, header)))
            .collect();
        for (name, document) in self.own_files() {
            let Some(mut source) = source(&name, &layers(std::slice::from_ref(&document), CREDENTIALS)) else {
                continue;
            };
            if let Some(first) = sources.iter().find(|other| other.name == name) {
                source.found = Err(format!("{} has a key with the same name", held_by(first)));
            }
            sources.push(source);
        }
        sources
    }
}

fn source(name: &str, layers: &Layers<'_>) -> Option<Source> {
    let lines: Vec<Lines> = layers.0.iter().copied().filter_map(lines).collect();
    layers.raw(KEY).or_else(|| layers.raw(SECRET))?;
    Some(Source {
        name: name.to_owned(),
        found: importable(layers, &lines),
        lines,
    })
}

/// The source that the sections define, if moving it changes nothing for any reader.
fn importable(layers: &Layers<'_>, lines: &[Lines]) -> Result<BotoSource, String> {
    let inherited = [KEY, SECRET, TOKENS[0], TOKENS[1], "keyring"]
        .into_iter()
        .find(|key| layers.0.iter().all(|section| section.own(key).is_none()) && layers.raw(key).is_some());
    if let Some(key) = inherited {
        return Err(format!(
            "`{key}` is in `[DEFAULT]`, so every section in the file inherits it"
        ));
    }
    if let Some(value) = [KEY, SECRET, "keyring"]
        .into_iter()
        .filter_map(|key| layers.raw(key))
        .find(|value| value.text().contains('%'))
    {
        return Err(format!(
            "{}: `{}` contains a `%`, which boto 2 expands and botocore does not",
            value.place(),
            value.key()
        ));
    }
    if let [first, second, ..] = lines
        && !is_repeated(layers)
    {
        let (first, second) = (first.path.display(), second.path.display());
        return Err(format!(
            "`{first}` and `{second}` each contain a part of it, and the two differ"
        ));
    }
    let found = layers.source().map_err(|error| error.to_string())?;
    let found = found.ok_or("it has no `aws_access_key_id`")?;
    let (id, token) = match &found {
        BotoSource::Keys(keys) => (&keys.access_key_id, &keys.session_token),
        BotoSource::Keyring(keyring) => (&keyring.access_key_id, &keyring.session_token),
    };
    if token.is_some() || id.starts_with("ASIA") {
        return Err(format!("it {TEMPORARY}"));
    }
    Ok(found)
}

/// Whether each section has the same whole pair: then it does not matter which file wins.
fn is_repeated(layers: &Layers<'_>) -> bool {
    let text = |section: Section<'_>, key| section.own(key).map(|value| value.text().to_owned()).map(Secret::new);
    let same = |key| {
        let mut values = layers.0.iter().map(|section| text(*section, key));
        let first = values.next().flatten();
        values.all(|value| value == first)
    };
    let whole = layers.0.iter().all(|section| section.own(KEY).is_some());
    whole && [KEY, SECRET, TOKENS[0], TOKENS[1], "keyring"].into_iter().all(same)
}

fn lines(section: Section<'_>) -> Option<Lines> {
    let holds = |key: &str| key == KEY || key == SECRET || key == "keyring" || TOKENS.contains(&key);
    let keys: Vec<String> = section
        .entries()
        .map(|value| value.key().to_owned())
        .filter(|key| holds(key))
        .collect();
    (!keys.is_empty()).then(|| Lines {
        path: section.place().file.to_path_buf(),
        header: section.header().to_owned(),
        keys,
    })
}

fn held_by(source: &Source) -> String {
    let at = source.lines.first();
    at.map_or_else(String::new, |lines| {
        format!("`[{}]` of `{}`", lines.header, lines.path.display())
    })
}
