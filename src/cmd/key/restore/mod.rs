//! `awsenv key restore`: puts a key back into its files, byte for byte if they are as the import left them.

mod back;

use crate::cli::KeyRestoreArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::journal::{KeyCommand, Undo};
use crate::keychain::{self, Item};
use crate::ops::choose;
use crate::ops::diff;
use crate::ops::files::Files;
use crate::ops::keychain::transaction::{Kept, Withdrawal, Withdrawn, withdraw};
use crate::ops::keychain::{detach, held, index, store_of};
use crate::text::display;

/// Writes the files and reads them back before the item is deleted.
pub(super) fn run(context: &Context, args: KeyRestoreArgs) -> Result<Outcome, Error> {
    let profile = choose::utf8(&args.profile)?;
    let shown = display(profile);
    let files = Files::load(context)?;
    let keychain = context.keychain();
    let index = index::load(&keychain)?;
    let item_of = |files: &Files| files.profiles.profile(profile).and_then(detach::item_of);
    let known = || index.of_profile(profile).map(|record| record.item.clone());
    let name = item_of(&files).or_else(known).unwrap_or_else(|| profile.to_owned());
    let store = store_of(&keychain, &name)?;
    let read = |files: &Files| match keychain.read(store, &name) {
        // An earlier run was killed after it deleted the item.
        Err(keychain::Error::Missing { .. }) if held::seems_back(files, profile, index.find(&name)) => Ok(None),
        Err(error @ keychain::Error::Missing { .. }) => {
            if item_of(files).is_none() && !args.dry_run && index.find(&name).is_some() {
                // No line uses an item that does not exist. The present error says more than a failure here would.
                let _ = index::forget(&keychain, &name);
            }
            Err(error.into())
        }
        found => Ok(Some(found?)),
    };
    let plan = |files: &Files, item: Item| {
        Ok(Withdrawal {
            edits: back::edits(files, profile, &name, &item)?,
            back: Some(item),
            title: format!("restore the key of `{shown}`"),
            undo: Undo::Key {
                command: KeyCommand::Import,
                profile: profile.to_owned(),
            },
        })
    };
    let done = if args.dry_run {
        if let Some(item) = read(&files)? {
            let plan = plan(&files, item)?;
            plan.check(&files, &name)?;
            return Ok(Outcome::Text(diff::of(&plan.edits), 0));
        }
        Withdrawn::Already
    } else {
        let kept = Kept {
            profile,
            name: &name,
            store,
        };
        withdraw(context, &keychain, &files, kept, read, plan)?
    };
    match done {
        Withdrawn::Already => context
            .ui
            .notice(&format!("the key of `{shown}` is already back in the file")),
        Withdrawn::Kept(user) => context.ui.tell(format!(
            "the key of `{shown}` is back in the file; it also stays in {}, because {user} asks for it",
            store.described()
        )),
        Withdrawn::Deleted | Withdrawn::Missing => context.ui.notice(&format!(
            "the key of `{shown}` is back in the file, where anyone who can read the file can read it"
        )),
    }
    Ok(Outcome::Done(0))
}
