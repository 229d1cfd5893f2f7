//! The item for a profile's keys: the keys, and how they were written in the files they came from.
//!
//! It is JSON and also the document that a `credential_process` prints, so it is useful without awsenv too.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::content::Content;
use crate::credentials::Timestamp;
use crate::secret::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    /// Twelve digits, if known.
    pub account_id: Option<String>,
    pub since: Timestamp,
    /// What an import cut out of files, for `key restore`.
    pub layout: Vec<Cut>,
}

/// The lines of one section that an import replaced, without the key itself, which the item already holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// An absolute path.
    pub file: String,
    /// As written between the brackets.
    pub section: String,
    /// The first 16 hex digits of the SHA-256 of the first `length` bytes of the section, as the import left it.
    pub after: String,
    /// How many bytes of the section to compare, from its header line to its last entry or patch.
    pub length: usize,
    /// What to put back, in file order.
    pub patches: Vec<Patch>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// In bytes from the start of the section's header line.
    pub at: usize,
    /// How many bytes are there now.
    pub length: usize,
    pub was: Vec<Part>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Id,
    Secret,
    Text(String),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: u8,
    access_key_id: String,
    secret_access_key: Secret<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layout: Vec<Cut>,
}

impl Content for Item {
    const SERVICE: &'static str = super::SERVICE;
    const LABEL: &'static str = "AWS keys";

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let document = Document {
            version: 1,
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone(),
            account_id: self.account_id.clone(),
            since: self.since.to_rfc3339(),
            layout: self.layout.clone(),
        };
        // Large enough for all of it, because growing would leave copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(16 * 1024));
        // Neither the vector nor anything in the document can fail here.
        let _ = serde_json::to_writer(&mut *json, &document);
        json
    }

    /// Ignores unknown keys.
    fn parse(json: &[u8]) -> Result<Self, &'static str> {
        let document: Document = serde_json::from_slice(json).map_err(|_| "it is not JSON that awsenv wrote")?;
        if document.version != 1 {
            return Err("a newer awsenv wrote it");
        }
        if document.access_key_id.is_empty() || document.secret_access_key.expose().is_empty() {
            return Err("half of the key is empty");
        }
        let since = document.since.as_deref().and_then(Timestamp::parse);
        Ok(Self {
            access_key_id: document.access_key_id,
            secret_access_key: document.secret_access_key,
            account_id: document.account_id,
            since: since.unwrap_or(Timestamp(0)),
            layout: document.layout,
        })
    }
}

impl Item {
    pub fn has_same_key(&self, other: &Self) -> bool {
        self.access_key_id == other.access_key_id && self.secret_access_key == other.secret_access_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("wJalr\"ü\\".into()),
            account_id: Some("123456789012".into()),
            since: Timestamp(1_893_456_000),
            layout: vec![Cut {
                file: "/home/me/.aws/credentials".into(),
                section: "work".into(),
                after: "0123456789abcdef".into(),
                length: 10,
                patches: vec![Patch {
                    at: 7,
                    length: 3,
                    was: vec![Part::Text("a = ".into()), Part::Secret],
                }],
            }],
        }
    }

    #[test]
    fn an_item_comes_back_as_it_was() {
        let json = item().to_bytes();
        assert_eq!(Item::parse(&json), Ok(item()));
        assert!(json.starts_with(br#"{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"#));
    }

    #[test]
    fn what_others_wrote_is_refused_without_a_word_of_it() {
        for bad in [
            &b"hunter2"[..],
            b"{}",
            br#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"hunter2"}"#,
            br#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"hunter2"}"#,
            b"\xff",
        ] {
            assert!(!Item::parse(bad).unwrap_err().contains("hunter2"));
        }
    }
}
