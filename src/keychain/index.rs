//! What awsenv knows without opening a store: which profile's key is where. It holds no secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::credentials::Timestamp;
use crate::keychain::StoreKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub profile: String,
    pub item: String,
    /// Of the access key id.
    pub last_four: String,
    /// Twelve digits, if known.
    pub account_id: Option<String>,
    pub since: Timestamp,
    pub store: StoreKind,
}

/// By item name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index(BTreeMap<String, Record>);

/// The version lets a later awsenv change the format.
#[derive(Deserialize, Serialize)]
struct Document {
    version: u8,
    items: Vec<Line>,
}

#[derive(Deserialize, Serialize)]
struct Line {
    item: String,
    profile: String,
    last_four: String,
    account_id: Option<String>,
    since: Option<String>,
    store: String,
}

/// An older awsenv may have kept the end of what was no id.
fn is_of_id(last_four: &str) -> bool {
    last_four.len() <= 4
        && last_four
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Index {
    /// Reads [`Index::to_json`]. Empty text is an empty index; unknown keys are ignored.
    ///
    /// # Errors
    /// What is wrong, as part of a sentence.
    pub fn parse(json: &[u8]) -> Result<Self, &'static str> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        let document: Document = serde_json::from_slice(json).map_err(|_| "it is not JSON that awsenv wrote")?;
        if document.version != 1 {
            return Err("a newer awsenv wrote it");
        }
        let mut index = Self::default();
        for line in document.items {
            index.put(Record {
                store: StoreKind::parse(&line.store).ok_or("it names an unknown store")?,
                since: line.since.as_deref().and_then(Timestamp::parse).unwrap_or(Timestamp(0)),
                profile: line.profile,
                item: line.item,
                last_four: Some(line.last_four).filter(|four| is_of_id(four)).unwrap_or_default(),
                account_id: line.account_id,
            });
        }
        Ok(index)
    }

    pub fn to_json(&self) -> String {
        let items = self.records().map(|record| Line {
            item: record.item.clone(),
            profile: record.profile.clone(),
            last_four: record.last_four.clone(),
            account_id: record.account_id.clone(),
            since: record.since.to_rfc3339(),
            store: record.store.as_str().to_owned(),
        });
        let document = Document {
            version: 1,
            items: items.collect(),
        };
        // Strings and numbers always serialize, so the default is never used.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    pub fn find(&self, item: &str) -> Option<&Record> {
        self.0.get(item)
    }

    /// If there are several, the one whose item has the profile's name.
    pub fn of_profile(&self, profile: &str) -> Option<&Record> {
        let named = self.find(profile).filter(|record| record.profile == profile);
        named.or_else(|| self.records().find(|record| record.profile == profile))
    }

    /// In the order of their items' names.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.0.values()
    }

    /// Replaces the record of the same item, if there is one.
    pub fn put(&mut self, record: Record) {
        self.0.insert(record.item.clone(), record);
    }

    pub fn remove(&mut self, item: &str) -> Option<Record> {
        self.0.remove(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(item: &str, profile: &str) -> Record {
        Record {
            profile: profile.into(),
            item: item.into(),
            last_four: "MPLE".into(),
            account_id: None,
            since: Timestamp(1_893_456_000),
            store: StoreKind::File,
        }
    }

    #[test]
    fn an_index_comes_back_as_it_was() {
        let mut index = Index::default();
        for (item, profile) in [("Work", "Work"), ("work", "work"), ("other", "work"), ("ü \"", "ü \"")] {
            index.put(record(item, profile));
        }
        let json = index.to_json();
        assert_eq!(Index::parse(json.as_bytes()), Ok(index.clone()));
        assert_eq!(Index::parse(b""), Ok(Index::default()));
        assert!(
            json.starts_with("{\n  \"version\": 1,") && json.contains("2030-01-01T00:00:00Z"),
            "{json}"
        );
        assert_eq!(index.of_profile("work"), index.find("work"));
        assert_eq!(index.remove("work"), Some(record("work", "work")));
        assert_eq!(index.of_profile("work"), index.find("other"));
        assert_eq!(index.of_profile("none"), None);
        assert_eq!(index.records().count(), 3);
    }

    #[test]
    fn the_end_of_what_is_no_id_is_forgotten() {
        let of = |four: &str| {
            let mut index = Index::default();
            index.put(Record {
                last_four: four.into(),
                ..record("a", "a")
            });
            let index = Index::parse(index.to_json().as_bytes()).unwrap();
            index.find("a").unwrap().last_four.clone()
        };
        for (kept, now) in [
            ("MPLE", "MPLE"),
            ("a_1", "a_1"),
            ("", ""),
            ("K/Y+", ""),
            ("secret", ""),
            ("äöü", ""),
        ] {
            assert_eq!(of(kept), now);
        }
    }

    #[test]
    fn what_is_damaged_is_no_index() {
        for bad in [
            &b"[]"[..],
            b"{\"version\":1",
            b"{\"version\":2,\"items\":[]}",
            b"{\"version\":1,\"items\":[{\"item\":\"a\",\"profile\":\"a\",\"last_four\":\"\",\"store\":\"disk\"}]}",
        ] {
            assert!(Index::parse(bad).is_err());
        }
    }
}
