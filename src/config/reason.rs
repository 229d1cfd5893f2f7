//! Why botocore refuses a file.

use std::fmt;

/// Holds names, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line at which it gives up, from 1.
    pub line: u32,
    /// The earlier line that this one contradicts.
    pub other: Option<u32>,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    ByteOrderMark,
    DuplicateKey {
        section: String,
        /// Lower-cased.
        key: String,
    },
    DuplicateSection(String),
    /// Nothing comes before the `=`.
    EmptyKey,
    NestedNoEquals {
        /// The key that holds the block.
        key: String,
    },
    /// Neither a header, nor an entry, nor a continuation.
    NoDelimiter,
    /// An entry comes before the first header.
    NoHeader,
    NotUtf8,
    /// More than 4 GiB.
    TooLarge,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::ByteOrderMark => write!(f, "the file begins with a byte order mark"),
            Reason::DuplicateKey { section, key } => write!(f, "key `{key}` is defined twice in section `[{section}]`"),
            Reason::DuplicateSection(section) => write!(f, "section `[{section}]` is defined twice"),
            Reason::EmptyKey => write!(f, "there is no key before the `=`"),
            Reason::NestedNoEquals { key } => write!(f, "a line in the block under `{key}` has no `=`"),
            Reason::NoDelimiter => write!(f, "the line is neither a section header nor `key = value`"),
            Reason::NoHeader => write!(f, "the line is before the first section header"),
            Reason::NotUtf8 => write!(f, "the file is not UTF-8"),
            Reason::TooLarge => write!(f, "the file is larger than 4 GiB"),
        }
    }
}
