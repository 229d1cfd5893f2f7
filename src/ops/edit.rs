//! Edits of files by commands: written in order under one lock, remembered for `undo`, shown as a diff.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::config::Document;
use crate::config::edit::Edited;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::{self, Journal, Undo};
use crate::sys;
use crate::sys::edit::EditLock;

/// `Debug` shows only the path.
#[derive(Clone)]
pub struct FileEdit {
    pub path: PathBuf,
    /// The content when it was read; `None` if the file did not exist.
    pub was: Option<Zeroizing<Vec<u8>>>,
    /// The new content.
    pub now: Zeroizing<Vec<u8>>,
}

impl FileEdit {
    pub fn of(document: &Document, edited: Edited) -> Self {
        Self {
            path: document.path().to_path_buf(),
            was: document.is_there().then(|| Zeroizing::new(document.bytes().to_vec())),
            now: edited.bytes,
        }
    }
}

impl fmt::Debug for FileEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEdit")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Writes the files in the given order, and remembers the edit for `undo` under a title such as "set `region` of
/// `work`".
///
/// # Errors
/// The first file that cannot be written; those before it have been written then.
pub fn save(context: &Context, lock: &EditLock, title: &str, edits: &[FileEdit], undo: Undo) -> Result<(), Error> {
    let edits = distinct(edits)?;
    let mut done = 0;
    let saved = edits.iter().try_for_each(|edit| {
        sys::edit::save(lock, &edit.path, edit.was.as_deref().map(Vec::as_slice), &edit.now)?;
        done += 1;
        Ok(())
    });
    let is_done = done > 0 || saved.is_ok() && matches!(undo, Undo::Item(_));
    if is_done {
        remember(context, lock, title, undo, &edits[..done]);
    }
    saved
}

/// Combines two rounds of edits.
pub fn join(first: Vec<FileEdit>, second: Vec<FileEdit>) -> Vec<FileEdit> {
    let mut joined = first;
    for edit in second {
        match joined.iter_mut().find(|known| known.path == edit.path) {
            Some(known) => known.now = edit.now,
            None => joined.push(edit),
        }
    }
    joined
}

/// The edits that change something, one for each file.
///
/// # Errors
/// Two edits would write one file in different ways: the config file and the credentials file are the same.
pub fn distinct(edits: &[FileEdit]) -> Result<Vec<&FileEdit>, Error> {
    let mut distinct: Vec<&FileEdit> = Vec::new();
    for edit in edits.iter().filter(|edit| edit.was.as_ref() != Some(&edit.now)) {
        match distinct
            .iter()
            .find(|other| sys::edit::is_same(&other.path, &edit.path))
        {
            None => distinct.push(edit),
            Some(other) if other.now == edit.now => {}
            Some(other) => {
                let (one, two) = (other.path.display(), edit.path.display());
                let message =
                    format!("`{one}` and `{two}` are the same file, and the edit would change it in two ways");
                return Err(Error::new(Kind::Failed, message)
                    .hint("use two files: the config file and the credentials file name profiles differently"));
            }
        }
    }
    Ok(distinct)
}

fn remember(context: &Context, lock: &EditLock, title: &str, undo: Undo, edits: &[&FileEdit]) {
    // A relative path would mean another file in another directory.
    let here = sys::fs::current_dir().unwrap_or_default();
    let paths: Vec<PathBuf> = edits.iter().map(|edit| here.join(&edit.path)).collect();
    let file = |(edit, path)| {
        let edit: &&FileEdit = edit;
        let path: &PathBuf = path;
        journal::Edit {
            path,
            was: edit.was.as_deref().map(Vec::as_slice),
            is: Some(edit.now.as_slice()),
        }
    };
    let files: Vec<journal::Edit<'_>> = edits.iter().zip(&paths).map(file).collect();
    let at = context.process.now.to_rfc3339().unwrap_or_default();
    let journal = Journal::of(title, at, undo, &files);
    if let Err(error) = sys::edit::journal::save(lock, &context.process.env, &journal) {
        context.ui.warn(format!("`awsenv undo` cannot undo this edit: {error}"));
    }
}
