//! Edits of files by commands: written in order under one lock, remembered for `undo`, shown as a diff.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::advice::{Advice, Command};
use crate::config::Document;
use crate::config::edit::Edited;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::{self, Journal, Undo};
use crate::sys;
use crate::sys::edit::{EditLock, InPlace};

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

impl FileEdit {
    fn change(&self) -> Change<'_> {
        Change {
            path: &self.path,
            was: self.was.as_deref().map(Vec::as_slice),
            now: Some(&self.now),
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

/// A change of one file; `None` is a file that does not exist.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    pub path: &'a Path,
    pub was: Option<&'a [u8]>,
    pub now: Option<&'a [u8]>,
}

/// Why not all files were written.
#[derive(Debug)]
pub struct Unsaved {
    pub error: Error,
    /// How many files were written, and could not be put back.
    pub done: usize,
}

impl From<Unsaved> for Error {
    fn from(unsaved: Unsaved) -> Self {
        unsaved.error
    }
}

/// Writes the files in the given order, and remembers the edit for `undo` under a title such as "set `region` of
/// `work`".
///
/// # Errors
/// As [`write()`].
pub fn save(context: &Context, lock: &EditLock, title: &str, edits: &[FileEdit], undo: Undo) -> Result<(), Unsaved> {
    let edits = distinct(edits).map_err(|error| Unsaved { error, done: 0 })?;
    let changes: Vec<Change<'_>> = edits.iter().map(|edit| edit.change()).collect();
    let saved = write(context, lock, &changes);
    let done = saved.as_ref().map_or_else(|unsaved| unsaved.done, |()| edits.len());
    if done > 0 || saved.is_ok() && matches!(undo, Undo::Item(_)) {
        remember(context, lock, title, undo, &edits[..done]);
    }
    saved
}

/// Makes all changes in the given order, or none: if one cannot be made, those before it are taken back.
///
/// # Errors
/// The first file that cannot be written, and which files remain written.
pub fn write(context: &Context, lock: &EditLock, changes: &[Change<'_>]) -> Result<(), Unsaved> {
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = write_one(context, lock, change) {
            return Err(take_back(context, lock, &changes[..done], error));
        }
    }
    Ok(())
}

/// Checks what can be known before the files are written.
///
/// # Errors
/// As [`save`].
pub fn check_writable(context: &Context, edits: &[FileEdit]) -> Result<(), Error> {
    for edit in distinct(edits)? {
        check_path(context, &edit.path)?;
    }
    Ok(())
}

/// As [`check_writable`], for one file.
///
/// # Errors
/// As [`save`].
pub fn check_path(context: &Context, path: &Path) -> Result<(), Error> {
    Ok(sys::edit::check_writable(path, in_place(context))?)
}

/// As [`check_writable`], and that the lock can be had now.
///
/// # Errors
/// As [`save`], and those of the lock.
pub fn check_ready(context: &Context, edits: &[FileEdit]) -> Result<(), Error> {
    check_writable(context, edits)?;
    drop(EditLock::take(context.env())?);
    Ok(())
}

/// What has been done to the files, in words for [`unfinished`].
pub fn changed(edits: &[FileEdit]) -> Vec<String> {
    let edits = edits.iter().filter(|edit| edit.was.as_ref() != Some(&edit.now));
    edits
        .map(|edit| format!("`{}` is changed", edit.path.display()))
        .collect()
}

/// The error of a command that has begun, and finishes if it is run again.
pub fn unfinished(error: Error, done: &[String]) -> Error {
    match done {
        [] => error,
        done => error.hint(format!("{}: run the same command again to finish", done.join(", and "))),
    }
}

fn take_back(context: &Context, lock: &EditLock, done: &[Change<'_>], error: Error) -> Unsaved {
    let mut error = error;
    for (at, change) in done.iter().enumerate().rev() {
        let back = Change {
            was: change.now,
            now: change.was,
            ..*change
        };
        let path = change.path.display();
        if let Err(why) = write_one(context, lock, &back) {
            let written: Vec<String> = done[..=at]
                .iter()
                .map(|change| format!("`{}`", change.path.display()))
                .collect();

            error.message += &match written.as_slice() {
                [one] => format!("; {one} is already changed and cannot be put back: {why}"),
                all => format!(
                    "; {} are already changed, and `{path}` cannot be put back: {why}",
                    all.join(" and ")
                ),
            };
            return Unsaved { error, done: at + 1 };
        }
        error = error.hint(format!("`{path}` had been changed, and was put back as it was"));
    }
    Unsaved { error, done: 0 }
}

/// Tells what is written in another way than it should be.
fn write_one(context: &Context, lock: &EditLock, change: &Change<'_>) -> Result<(), Error> {
    let Change { path, was, now } = *change;
    let written = match (was, now) {
        (_, Some(now)) => sys::edit::save(lock, path, was, now, in_place(context))?,
        (Some(was), None) => sys::edit::remove(lock, path, was)?,
        (None, None) => return Ok(()),
    };
    let path = path.display();
    if written.in_place {
        context.ui.warn(format!(
            "`{path}` cannot be replaced, so it was overwritten, as `write_through = on` allows: a crash at that moment would have left it torn"
        ));
    }
    if let Some(why) = written.unsynced {
        context.ui.warn(format!(
            "`{path}` is changed, but its directory cannot be synced to disk ({why}), so a power cut may bring the old file back"
        ));
    }
    if let Some(left) = written.left {
        context.ui.warn(
            Advice::from(format!(
                "the old text of `{path}` is still in a file that awsenv cannot remove: "
            ))
            .command(Command::new("rm").file(&left)),
        );
    }
    Ok(())
}

fn in_place(context: &Context) -> InPlace {
    match context.settings().write_through {
        true => InPlace::Allowed,
        false => InPlace::Refused,
    }
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
    if let Err(error) = sys::edit::journal::load(&context.process.env) {
        let why = Error::from(error).message;
        context.ui.warn(format!("the edit before this one is forgotten: {why}"));
    }
    if let Err(error) = sys::edit::journal::save(lock, &context.process.env, &journal) {
        context.ui.warn(format!("`awsenv undo` cannot undo this edit: {error}"));
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::cli::Global;
    use crate::process::Process;
    use crate::ui::Ui;

    /// Makes the changes in a directory of its own, where `one` holds "1" and `shared` can be written by others.
    fn made(changes: &[(&str, Option<&str>, Option<&str>)]) -> (Option<(String, usize)>, String) {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("one"), "1").unwrap();
        fs::write(path("shared"), "3").unwrap();
        fs::set_permissions(path("shared"), fs::Permissions::from_mode(0o606)).unwrap();
        let process = Process::of_env(
            [("HOME", path("")), ("XDG_STATE_HOME", path("state"))]
                .into_iter()
                .map(|(name, path)| (name, path.to_string_lossy().into_owned()))
                .collect(),
        );
        let ui = Ui::new(
            &Global {
                quiet: true,
                ..Global::default()
            },
            &process,
        );
        let context = Context::new(&process, &ui);
        let lock = EditLock::take(context.env()).unwrap();
        let paths: Vec<PathBuf> = changes.iter().map(|(name, ..)| path(name)).collect();
        let changes: Vec<Change<'_>> = changes
            .iter()
            .zip(&paths)
            .map(|((_, was, now), path)| Change {
                path,
                was: was.map(str::as_bytes),
                now: now.map(str::as_bytes),
            })
            .collect();
        let made = write(&context, &lock, &changes).err();
        let made = made.map(|unsaved| {
            let hints = unsaved.error.hints.iter().map(|hint| format!("{hint:?}"));
            (
                hints.fold(unsaved.error.message, |all, hint| all + "\n" + &hint),
                unsaved.done,
            )
        });
        let left = ["one", "two"].map(|name| fs::read_to_string(path(name)).unwrap_or_else(|_| "none".to_owned()));
        (made, left.join(" "))
    }

    #[test]
    fn all_files_are_written_or_none() {
        let (one, two) = (("one", Some("1"), Some("new")), ("two", None, Some("2")));
        assert_eq!(made(&[one, two]), (None, "new 2".to_owned()));
        assert_eq!(made(&[("one", Some("1"), None), two]), (None, "none 2".to_owned()));
        for bad in [
            ("shared", Some("3"), Some("x")),
            ("shared", Some("x"), Some("y")),
            ("two", Some("x"), None),
        ] {
            for good in [vec![one], vec![one, two], vec![("one", Some("1"), None), two], vec![]] {
                let all: Vec<_> = good.iter().copied().chain([bad]).collect();
                let (error, left) = made(&all);
                let (error, done) = error.unwrap();
                assert_eq!((left.as_str(), done), ("1 none", 0), "{error}");
                assert_eq!(error.matches("put back").count(), good.len(), "{error}");
            }
        }
    }
}
