//! `awsenv undo`: reverts the last edit of a config file.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::UndoArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::journal::{self, Conflict, ItemChange, Journal, Undo};
use crate::ops::edit::{self, Change};
use crate::ops::{diff, keychain};
use crate::sys;
use crate::sys::clock::local;
use crate::sys::edit::{EditLock, FileError};
use crate::sys::keychain::Presence;
use crate::text::display;

/// What to do with one file.
struct Step<'a> {
    path: &'a Path,
    now: Option<Zeroizing<Vec<u8>>>,
    then: Option<Zeroizing<String>>,
}

impl Step<'_> {
    fn is_changed(&self) -> bool {
        self.now.as_deref().map(Vec::as_slice) != self.then.as_deref().map(String::as_bytes)
    }
}

/// Reverts the last edit, or redoes it if it is already reverted.
pub fn run(context: &Context, args: UndoArgs) -> Result<Outcome, Error> {
    let load = || {
        let journal = sys::edit::journal::load(context.env())?;
        let journal = journal.ok_or_else(|| Error::new(Kind::Failed, "there is nothing to undo"))?;
        check(&journal).map(|()| journal)
    };
    if !args.dry_run {
        check_ready(context, &load()?)?;
    }
    let lock = EditLock::take(context.env())?;
    let journal = load()?;
    let steps: Vec<Step<'_>> = journal.files.iter().rev().map(step).collect::<Result<_, _>>()?;
    let differences = steps.iter().map(|step| {
        let then = step.then.as_deref().map(String::as_bytes);
        diff::of_file(step.path, step.now.as_deref().map(Vec::as_slice), then)
    });
    let differences: String = differences.collect();
    let (done_word, again) = if journal.is_undone {
        ("redone", "undo")
    } else {
        ("undone", "redo")
    };
    if args.dry_run {
        if let Undo::Item(change) = &journal.undo {
            let keychain = context.keychain();
            let presence = keychain.presence(keychain.index().ok().as_ref(), &change.item);
            let is_kept = !matches!(presence, Presence::Missing(_));
            context.ui.tell(told(change, journal.is_undone, is_kept));
        }
        return Ok(Outcome::Text(differences, 0));
    }
    context.ui.show(&differences);
    let mut done = Vec::new();
    if let Undo::Item(change) = &journal.undo {
        // A profile never asks for a key that is not there.
        if journal.is_undone || change.is_replaced {
            keychain::swap::turn(&context.keychain(), change, journal.is_undone)?;
            done.push(format!("the key of `{}` is {done_word}", display(&change.profile)));
        }
    }
    let changes = steps.iter().map(|step| Change {
        path: step.path,
        was: step.now.as_deref().map(Vec::as_slice),
        now: step.then.as_deref().map(String::as_bytes),
    });
    edit::write(context, &lock, &changes.collect::<Vec<_>>())
        .map_err(|unsaved| edit::unfinished(unsaved.into(), &done))?;
    let mut is_kept = true;
    if let Undo::Item(change) = &journal.undo {
        let changed = steps.iter().filter(|step| step.is_changed());
        done.extend(changed.map(|step| format!("`{}` is changed", step.path.display())));
        is_kept = keychain::swap::turn(&context.keychain(), change, journal.is_undone)
            .map_err(|error| edit::unfinished(error, &done))?;
        context.ui.tell(told(change, journal.is_undone, is_kept));
    }
    let title = format!("{} ({})", journal.title, time(&journal));
    let turned = journal.turned();
    let can_turn = turned.undo != Undo::Secret && is_kept;
    let kept = sys::edit::journal::save(&lock, context.env(), &turned);
    context.ui.tell(format!("{done_word}: {title}"));
    match kept {
        Ok(()) if !can_turn => {}
        Ok(()) => context.ui.notice(&format!("run `awsenv undo` again to {again} it")),
        Err(error) => context.ui.warn(format!("cannot write the journal: {error}")),
    }
    Ok(Outcome::Done(0))
}

/// Checks what can be known before anything is changed. The keychain may wait for the user, so it is opened before the
/// files are locked.
///
/// # Errors
/// What prevents it.
fn check_ready(context: &Context, journal: &Journal) -> Result<(), Error> {
    if let Undo::Item(change) = &journal.undo {
        keychain::swap::check(&context.keychain(), change, journal.is_undone)?;
    }
    let mut paths = journal.files.iter().map(|file| Path::new(&file.path));
    paths.try_for_each(|path| edit::check_path(context, path))
}

/// When the edit was made, for people.
fn time(journal: &Journal) -> String {
    let local = Timestamp::parse(&journal.at).and_then(local);
    local.unwrap_or_else(|| journal.at.clone())
}

/// In hints.
const MAX_NAMED: usize = 5;

/// Rejects edits that another command undoes.
fn check(journal: &Journal) -> Result<(), Error> {
    let (title, at) = (&journal.title, time(journal));
    match &journal.undo {
        Undo::Journal | Undo::Item(_) => Ok(()),
        Undo::Key { command, profile } => {
            let message = format!("the last edit has its own command to undo it: {title} ({at})");
            Err(Error::new(Kind::Failed, message).hint(keychain::command(*command, profile)))
        }
        Undo::Keys { command, profiles } => {
            let message = format!("the last edit has its own command for each profile to undo it: {title} ({at})");
            let error = Error::new(Kind::Failed, message);
            let named = profiles.iter().take(MAX_NAMED);
            let error = named.fold(error, |error, profile| error.hint(keychain::command(*command, profile)));
            match profiles.len().saturating_sub(MAX_NAMED) {
                0 => Err(error),
                more => Err(error.hint(format!("and so on for {more} more profiles"))),
            }
        }
        Undo::Secret => {
            let undone = if journal.is_undone { "redone" } else { "undone" };
            let message =
                format!("the last edit cannot be {undone}, because its lines contained a secret: {title} ({at})");
            Err(Error::new(Kind::Failed, message).hint(
                "awsenv keeps no secrets in its journal; enter the right one with `awsenv configure` or `awsenv key add`",
            ))
        }
    }
}

/// What becomes of the key; `is_kept` says whether the keychain has the other one too.
fn told(change: &ItemChange, is_undone: bool, is_kept: bool) -> String {
    let (profile, kept) = (display(&change.profile), display(&change.kept));
    match (is_undone, change.is_replaced, is_kept) {
        (false, true, true) => {
            format!("the keychain has the former key of `{profile}`, and keeps the new one as `{kept}`")
        }
        (false, true, false) => format!("the keychain has the former key of `{profile}`; the new one was gone already"),
        (false, false, true) => format!("the keychain keeps the key of `{profile}` as `{kept}`"),
        (false, false, false) => format!("the keychain had no key of `{profile}` any more, so it keeps none"),
        (true, ..) => format!("the keychain has the new key of `{profile}`"),
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
