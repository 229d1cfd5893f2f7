//! The journal's file: `journal` in the state directory, private to this user.

use std::path::PathBuf;

use super::{EditLock, FileError};
use crate::env::Env;
use crate::journal::Journal;
use crate::sys::fs::{parent, state_dir};
use crate::sys::private;

/// Replaces the previous journal.
///
/// # Errors
/// What the system says.
pub fn save(_lock: &EditLock, env: &Env, journal: &Journal) -> std::io::Result<()> {
    let path = path(env).ok_or_else(|| std::io::Error::other("awsenv has no directory for its state"))?;
    private::make_dir(parent(&path))?;
    private::replace(&path, journal.to_json().as_bytes())
}

/// Removes what a killed run left beside it.
pub(super) fn remove_stale(env: &Env) {
    path(env).iter().for_each(|path| private::remove_stale(path));
}

/// # Errors
/// The file cannot be read, or is damaged.
pub fn load(env: &Env) -> Result<Option<Journal>, FileError> {
    let Some(path) = path(env) else { return Ok(None) };
    let bytes = private::read(&path).map_err(FileError::system(&path, "read"))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let damaged = |why: &str| {
        let why = format!("{why}; the next edit starts a new one");
        FileError::system(&path, "use")(std::io::Error::other(why))
    };
    Journal::parse(&bytes).map(Some).map_err(damaged)
}

fn path(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/journal"))
}
