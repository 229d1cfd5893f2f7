//! Why there is no profile set.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::document::Document;
use super::look::Look;
use super::place::Place;
use super::reason::Reason;
use crate::redact::shown;

/// A file that cannot be read as botocore reads it; `Display` words each cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A legacy file has an access key id and no secret.
    HalfPair {
        /// The line of the access key id.
        place: Place,
        missing: &'static str,
        /// The boto 2 keyring that the file names instead.
        keyring: Option<String>,
    },
    /// botocore raises `ConfigParseError`.
    Parse {
        place: Place,
        /// The earlier line that this one contradicts.
        other: Option<u32>,
        reason: Reason,
        /// What the line was meant to be, if that can be told.
        look: Option<Look>,
    },
    /// No real file has this size.
    TooLarge {
        path: PathBuf,
        /// With the size.
        why: String,
    },
    Unreadable {
        path: PathBuf,
        /// The operating system's message.
        why: String,
    },
}

impl Error {
    /// A file that exists and was not read.
    pub fn unread(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::FileTooLarge => Error::TooLarge {
                path,
                why: error.to_string(),
            },
            kind => Error::Unreadable {
                path,
                why: kind.to_string(),
            },
        }
    }

    /// Why botocore refuses the document, if it does.
    pub fn of(document: &Document) -> Option<Self> {
        let error = document.error()?;
        let (line, look) = Look::of(document).unzip();
        Some(Error::Parse {
            place: document.place(line.unwrap_or(error.line)),
            other: error.other,
            reason: error.reason.clone(),
            look,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::HalfPair {
                place,
                missing,
                keyring,
            } => {
                write!(f, "{place}: `{missing}` is missing for this access key id")?;
                keyring.as_ref().map_or(Ok(()), |name| {
                    write!(f, "; boto 2 looked in the keyring `{}`", shown(name))
                })
            }
            Error::Parse {
                place,
                look: Some(look),
                ..
            } => write!(f, "{place}: {look}"),
            Error::Parse {
                place, other, reason, ..
            } => {
                write!(f, "{place}: {reason}")?;
                other.map_or(Ok(()), |line| write!(f, ", first on line {line}"))
            }
            Error::TooLarge { path, why } | Error::Unreadable { path, why } => {
                write!(f, "cannot read `{}`: {why}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}
