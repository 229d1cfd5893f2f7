//! Why a file cannot be edited.

use std::fmt;

use crate::config::Error;
use crate::credentials::pair::Part;

/// Why an edit cannot be made. Holds names, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// botocore refuses the file as it is, so an edit has no defined meaning.
    Document(Box<Error>),
    NoSection(String),
    SectionExists(String),
    NoKey {
        section: String,
        key: String,
    },
    KeyExists {
        section: String,
        key: String,
    },
    /// The value is a block of `key = value` lines.
    IsBlock(String),
    /// The value is text, so it has no keys of its own.
    IsText(String),
    /// No file can hold it so that it is read back unchanged.
    Unholdable {
        /// What it is, as in "the value".
        what: &'static str,
        why: &'static str,
    },
    /// A part of a key in the place of something else.
    KeyPart {
        /// What it should be, as in "the name".
        what: String,
        part: Part,
    },
    /// The file's indentation gives the edit another meaning.
    Ambiguous(String),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Document(error) => error.fmt(f),
            EditError::NoSection(header) => write!(f, "there is no section `[{header}]`"),
            EditError::SectionExists(header) => write!(f, "section `[{header}]` already exists"),
            EditError::NoKey { section, key } => write!(f, "section `[{section}]` has no key `{key}`"),
            EditError::KeyExists { section, key } => write!(f, "section `[{section}]` already has a key `{key}`"),
            EditError::IsBlock(key) => write!(f, "`{key}` is a block of keys, not a value"),
            EditError::IsText(key) => write!(f, "`{key}` is a value, not a block of keys"),
            EditError::Unholdable { what, why } => write!(f, "an AWS file cannot hold {what}: {why}"),
            EditError::KeyPart { what, part: Part::Id } => {
                write!(f, "{what} is shaped like an access key id, so it is not written")
            }
            EditError::KeyPart { what, .. } => {
                write!(f, "{what} is shaped like a secret access key, so it is not written")
            }
            EditError::Ambiguous(header) => write!(
                f,
                "because of the indentation around section `[{header}]`, the edit would change the meaning of other lines"
            ),
        }
    }
}

impl std::error::Error for EditError {}
