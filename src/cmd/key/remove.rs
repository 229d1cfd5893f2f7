//! `awsenv key remove`: deletes a key from the keychain, and its line from the profile.

use std::collections::BTreeSet;

use crate::cli::KeyRemoveArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::journal::{KeyCommand, Undo};
use crate::keychain::{self, StoreKind};
use crate::ops::files::Files;
use crate::ops::keychain::transaction::{Kept, Withdrawal, Withdrawn, withdraw};
use crate::ops::keychain::{detach, index, store_of};
use crate::ops::{ask, choose};
use crate::sys::keychain::Keychain;
use crate::text::display;

/// How many profiles a message names.
const MAX_NAMED: usize = 5;

/// Asks first, because the secret is nowhere else; without a terminal, `--yes` is required.
pub(super) fn run(context: &Context, args: KeyRemoveArgs) -> Result<Outcome, Error> {
    let profile = choose::utf8(&args.profile)?;
    let shown = display(profile);
    let files = Files::load(context)?;
    let keychain = context.keychain();
    let index = index::load(&keychain)?;
    let line = files.profiles.profile(profile).and_then(detach::item_of);
    let record = match &line {
        Some(item) => index.find(item),
        None => index.of_profile(profile).or_else(|| index.find(profile)),
    };
    let known = line.as_deref().or(record.map(|record| record.item.as_str()));
    let item = known.unwrap_or(profile);
    let store = store_of(&keychain, item)?;
    if known.is_none() {
        check_there(&keychain, store, profile)?;
    }
    let key = record.map_or(String::new(), |record| format!(" ****{}", display(&record.last_four)));
    let others = dependents(&files, profile, item);
    if !others.is_empty() {
        context.ui.warn(format!(
            "without this key, these profiles have no credentials: {}",
            list(&others)
        ));
    }
    if !args.yes {
        let question = format!("delete the key{key} of `{shown}` from {} for good", store.described());
        if !ask::yes(
            context,
            &question,
            true,
            "use `--yes` to delete it without confirmation",
        )? {
            return Err(Error::cancelled());
        }
    }
    let plan = |files: &Files, ()| {
        Ok(Withdrawal {
            back: None,
            edits: detach::detach(files, profile, item)?,
            title: format!("remove the key of `{shown}`"),
            undo: Undo::Key {
                command: KeyCommand::Add,
                profile: profile.to_owned(),
            },
        })
    };
    let kept = Kept {
        profile,
        name: item,
        store,
    };
    let withdrawn = withdraw(context, &keychain, &files, kept, |_| Ok(Some(())), plan)?;
    if withdrawn == Withdrawn::Missing {
        context.ui.tell(format!(
            "{} had no key for `{shown}`; its line was removed",
            store.described()
        ));
    } else {
        context
            .ui
            .notice(&format!("deleted the key{key} of `{shown}` from {}", store.described()));
    }
    Ok(Outcome::Done(0))
}

/// Asks the store for a key that neither the files nor the index know.
///
/// # Errors
/// It has none, or cannot delete it.
fn check_there(keychain: &Keychain<'_>, store: StoreKind, profile: &str) -> Result<(), Error> {
    match keychain.check_deletable(store, profile) {
        Ok(true) => Ok(()),
        Ok(false) | Err(keychain::Error::Absent { .. }) => Err(index::missing(profile)),
        Err(error) => Err(error.into()),
    }
}

/// The other profiles that use the key: through `source_profile`, or with a line for the same item.
fn dependents(files: &Files, profile: &str, item: &str) -> Vec<String> {
    let mut found: BTreeSet<&str> = BTreeSet::from([profile]);
    found.extend(detach::sharers(files, profile, item));
    loop {
        let depends = files.profiles.profiles().filter(|other| {
            let source = other.text("source_profile");
            other.get("role_arn").is_some() && source.is_some_and(|source| found.contains(source))
        });
        let more: Vec<&str> = depends
            .map(|other| other.name())
            .filter(|name| !found.contains(name))
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found.into_iter().filter(|name| *name != profile).map(display).collect()
}

fn list(names: &[String]) -> String {
    let more = names.len().saturating_sub(MAX_NAMED);
    let named: Vec<String> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    named.join(", ") + &more
}
