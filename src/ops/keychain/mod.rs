//! What the commands share that put keys into a keychain: an item stored and read back, the line that leads to it, and
//! whether every profile is still who it was.

pub mod attach;
pub mod detach;
pub mod identity;
pub mod line;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::keychain::index::Record;
use crate::keychain::{self, Item, StoreKind};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::secret::Secret;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// Where an item of that name is, or would go.
///
/// # Errors
/// A word that names no store.
pub fn store_of(keychain: &Keychain<'_>, item: &str) -> Result<StoreKind, Error> {
    keychain.locate(item).map_err(|why| Error::new(Kind::Failed, why))
}

/// An item on its way into a store.
#[derive(Debug)]
pub struct Deposit<'a> {
    /// The profile that it is for.
    pub profile: &'a str,
    /// The item's name.
    pub name: &'a str,
    /// What it holds.
    pub item: Item,
    /// Where it goes.
    pub store: StoreKind,
    /// Whether another key of that name gives way.
    pub replace: bool,
}

/// Stores the item, reads it back and compares; only then may a secret be removed elsewhere. What an earlier run stored
/// of the same key stays, and its cuts with it.
///
/// # Errors
/// The store's own; an item of that name with another key, or with something else in it.
pub fn put(keychain: &Keychain<'_>, deposit: &Deposit<'_>) -> Result<(), Error> {
    let Deposit { store, name, .. } = *deposit;
    let mut item = deposit.item.clone();
    let is_stored = match keychain.read(store, name) {
        Ok(old) if old.has_same_key(&item) => {
            let is_new = |cut: &keychain::item::Cut| {
                !item
                    .layout
                    .iter()
                    .any(|new| (&new.file, &new.section) == (&cut.file, &cut.section))
            };
            let kept: Vec<_> = old.layout.iter().filter(|cut| is_new(cut)).cloned().collect();
            item.layout.extend(kept);
            item.since = old.since;
            item.account_id = item.account_id.or_else(|| old.account_id.clone());
            item == old
        }
        Ok(_) if !deposit.replace => return Err(other_key(deposit)),
        Ok(_) | Err(keychain::Error::Missing { .. }) => false,
        // It may be the secret of another program, or of a newer awsenv.
        Err(keychain::Error::Damaged { .. }) if deposit.replace => false,
        Err(error) => return Err(error.into()),
    };
    if !is_stored {
        keychain.write(store, name, &item)?;
        if keychain.read(store, name)? != item {
            let why = "it gives back something else than it was given".to_owned();
            return Err(keychain::Error::Refused { store, why }.into());
        }
    }
    record(keychain, deposit.profile, name, &item, store)
}

/// Writes into the index what may be known without opening the store.
///
/// # Errors
/// The index cannot be written.
pub fn record(keychain: &Keychain<'_>, profile: &str, name: &str, item: &Item, store: StoreKind) -> Result<(), Error> {
    let record = Record {
        profile: profile.to_owned(),
        item: name.to_owned(),
        last_four: keychain::last_four(&item.access_key_id).to_owned(),
        account_id: item.account_id.clone(),
        since: item.since,
        store,
    };
    keychain.change_index(|index| index.put(record)).map_err(unwritable)
}

/// What AWS calls an access key id, and a secret that can be one; no word of either is repeated.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>
///
/// # Errors
/// Which half cannot be one, and why.
pub fn check_key(id: &str, secret: &Secret<String>) -> Result<(), Error> {
    let fail = |why: &str| Err(Error::new(Kind::Failed, why));
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let secret = secret.expose();
    match id {
        "" => fail("the access key id is empty"),
        id if !is_word(id) => fail("the access key id has characters that no id has: is it the secret?"),
        id if id.starts_with("ASIA") => {
            fail("the key is a temporary one, which will end; the keychain is for keys that last")
        }
        _ if secret.is_empty() => fail("the secret access key is empty"),
        _ if secret.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            fail("the secret access key has blanks or control characters in it")
        }
        _ => Ok(()),
    }
}

fn other_key(deposit: &Deposit<'_>) -> Error {
    let Deposit { store, name, .. } = *deposit;
    let message = format!("{} has another key of the name `{name}`", store.described());
    Error::new(Kind::Failed, message)
        .hint("`--replace` gives that key up; `--item NAME` keeps both, under another name")
}

/// Says which other profiles ask for an item whose key is about to be replaced.
pub fn warn_sharers(context: &Context, files: &Files, profile: &str, item: &str) {
    for other in detach::sharers(files, profile, item) {
        let (other, item) = (display(other), display(item));
        let text = format!("`{other}` asks for the item `{item}` too, and gets this key with it");
        context.ui.warn(&text);
    }
}

/// The command that does `action` to the key of a profile, as it can be typed.
pub fn command(action: &str, profile: &str) -> String {
    let shown = display(profile);
    let dashes = if shown.starts_with('-') { "-- " } else { "" };
    format!("awsenv key {action} {dashes}{}", shell_words::quote(&shown))
}

/// The index cannot be read.
pub fn unreadable(error: std::io::Error) -> Error {
    Error::new(
        Kind::Failed,
        format!("the index of the keychain cannot be read: {error}"),
    )
    .hint("`awsenv doctor` says more; without the file awsenv asks the chosen store")
}

/// The index cannot be written.
pub fn unwritable(error: std::io::Error) -> Error {
    Error::new(
        Kind::Failed,
        format!("the index of the keychain cannot be written: {error}"),
    )
}

/// Refuses an edit that would make some profile another one than it is.
///
/// # Errors
/// The first profile that would change, and how. `except` may change: that is what is asked for.
pub fn check_identities(
    files: &Files,
    edits: &[FileEdit],
    moved: &identity::Moved<'_>,
    except: Option<&str>,
) -> Result<(), Error> {
    let after = files.edited(edits)?;
    let names = files.profiles.names().chain(after.profiles.names()).collect();
    let (before, after) = (identity::of(files, &names, moved), identity::of(&after, &names, moved));
    identity::check(&before, &after, except)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed() {
        assert_eq!(command("add", "work"), "awsenv key add work");
        assert_eq!(command("add", "two words"), "awsenv key add 'two words'");
        assert_eq!(command("add", "-x"), "awsenv key add -- -x");
    }
}
