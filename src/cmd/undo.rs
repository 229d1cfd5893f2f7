//! `awsenv undo`: reverts the last edit of a config file.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::UndoArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::journal::{self, Conflict, Journal, Undo};
use crate::ops::edit::{self, Change};
use crate::ops::{diff, keychain};
use crate::sys;
use crate::sys::edit::{EditLock, FileError};

/// What to do with one file.
struct Step<'a> {
    path: &'a Path,
    now: Option<Zeroizing<Vec<u8>>>,
    then: Option<Zeroizing<String>>,
}

/// Reverts the last edit, or redoes it if it is already reverted.
pub fn run(context: &Context, args: UndoArgs) -> Result<Outcome, Error> {
    let lock = EditLock::take(context.env())?;
    let journal =
        sys::edit::journal::load(context.env())?.ok_or_else(|| Error::new(Kind::Failed, "there is nothing to undo"))?;
    check(&journal)?;
    let steps: Vec<Step<'_>> = journal.files.iter().rev().map(step).collect::<Result<_, _>>()?;
    let differences = steps.iter().map(|step| {
        let then = step.then.as_deref().map(String::as_bytes);
        diff::of_file(step.path, step.now.as_deref().map(Vec::as_slice), then)
    });
    let differences: String = differences.collect();
    let (done, again) = if journal.is_undone {
        ("redone", "undo")
    } else {
        ("undone", "redo")
    };
    if args.dry_run {
        return Ok(Outcome::Text(differences, 0));
    }
    context.ui.show(&differences);
    let changes = steps.iter().map(|step| Change {
        path: step.path,
        was: step.now.as_deref().map(Vec::as_slice),
        now: step.then.as_deref().map(String::as_bytes),
    });
    edit::write(context, &lock, &changes.collect::<Vec<_>>())?;
    let title = format!("{} ({})", journal.title, journal.at);
    let kept = sys::edit::journal::save(&lock, context.env(), &journal.turned());
    context.ui.tell(format!("{done}: {title}"));
    match kept {
        Ok(()) => context.ui.notice(&format!("run `awsenv undo` again to {again} it")),
        Err(error) => context.ui.warn(format!("cannot write the journal: {error}")),
    }
    Ok(Outcome::Done(0))
}

/// Rejects edits that another command undoes.
fn check(journal: &Journal) -> Result<(), Error> {
    let (title, at) = (&journal.title, &journal.at);
    match &journal.undo {
        Undo::Journal => Ok(()),
        Undo::Key { command, profile } => {
            let message = format!("the last edit has its own command to undo it: {title} ({at})");
            Err(Error::new(Kind::Failed, message).hint(keychain::command(*command, profile)))
        }
        Undo::Secret => {
            let message =
                format!("the last edit cannot be undone, because its lines contained a secret: {title} ({at})");
            Err(Error::new(Kind::Failed, message).hint(
                "awsenv keeps no secrets in its journal; enter the right one with `awsenv configure` or `awsenv key add`",
            ))
        }
    }
}

fn step(change: &journal::Change) -> Result<Step<'_>, Error> {
    let path = Path::new(&change.path);
    let now = sys::fs::read_regular(path).map_err(|error| FileError::System {
        path: path.to_owned(),
        what: "read",
        why: error.to_string(),
    })?;
    let now = now.map(Zeroizing::new);
    let bytes = now.as_deref().map(Vec::as_slice);
    // A run that was killed between two files may have reverted this one already.
    let is_done = bytes.map(journal::fingerprint) == change.before;
    let then = if is_done {
        bytes.map(|bytes| Zeroizing::new(String::from_utf8_lossy(bytes).into_owned()))
    } else {
        journal::revert(change, bytes).map_err(|conflict| conflicting(path, conflict))?
    };
    Ok(Step { path, now, then })
}

fn conflicting(path: &Path, conflict: Conflict) -> Error {
    let path = path.display();
    match conflict {
        Conflict::Changed => Error::new(
            Kind::Failed,
            format!("`{path}` has changed since the last edit, and awsenv cannot tell which lines to restore"),
        )
        .hint("edit it by hand, or put it back as the edit left it and run `awsenv undo` again"),
        Conflict::Damaged => Error::new(
            Kind::Failed,
            format!("the journal does not match `{path}`, so nothing was changed"),
        )
        .hint("edit the file by hand; the next edit starts a new journal"),
    }
}
