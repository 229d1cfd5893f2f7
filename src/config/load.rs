//! Locations and a reader -> the profile set.

use std::io;
use std::path::Path;

use super::document::Document;
use super::error::Error;
use super::locate::Location;
use super::profiles::ProfileSet;

/// Reads a whole regular file; `None` for what botocore treats as absent: no file, or not a regular one.
pub type Reader<'a> = &'a dyn Fn(&Path) -> io::Result<Option<Vec<u8>>>;

/// Reads both files and merges them.
///
/// # Errors
/// [`Error::Unreadable`] for a file that exists and cannot be read; [`Error::Parse`] for one that botocore refuses.
pub fn load(config: &Location, credentials: &Location, read: Reader<'_>) -> Result<ProfileSet, Error> {
    ProfileSet::new(document(config, read)?, document(credentials, read)?)
}

/// # Errors
/// [`Error::Unreadable`] if the file exists and cannot be read.
pub(super) fn document(location: &Location, read: Reader<'_>) -> Result<Option<Document>, Error> {
    let Some(path) = &location.path else { return Ok(None) };
    match read(path) {
        Ok(bytes) => Ok(bytes.map(|bytes| Document::parse(path.as_path(), bytes))),
        Err(error) => Err(Error::unread(path, &error)),
    }
}
