//! Puts an item into a store: writes it, reads it back, compares it, and adds it to the index.

use crate::config::Profile;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::keychain::{self, Item, Record, StoreKind};
use crate::ops::keychain::index;
use crate::redact::harmless;
use crate::secret::Secret;
use crate::sys::keychain::Keychain;
use crate::text::display;

#[derive(Clone, Debug)]
pub struct Deposit {
    pub profile: String,
    /// Of the item.
    pub name: String,
    pub item: Item,
    /// Whether to replace another key with that name.
    pub replace: bool,
}

/// A new item for a profile, with the account that the profile names.
pub fn item(context: &Context, profile: Option<Profile<'_>>, id: &str, secret: &str) -> Item {
    let account_id = profile.and_then(|profile| profile.text("aws_account_id"));
    Item {
        access_key_id: id.to_owned(),
        secret_access_key: Secret::new(secret.to_owned()),
        account_id: account_id.and_then(harmless).map(str::to_owned),
        since: context.process.now,
        layout: Vec::new(),
    }
}

/// What a store had before a deposit.
#[derive(Debug)]
pub struct Before {
    store: StoreKind,
    name: String,
    /// `None` if the deposit changed nothing; else the item, if there was one, and what the index said of it.
    changed: Option<(Option<Item>, Option<Record>)>,
}

/// Stores the item, reads it back and compares it; only then may the secret be removed elsewhere. If an earlier run
/// stored the same key, that item is kept with its cuts.
///
/// # Errors
/// The store's own; an item with that name but another key or other content. The store is as before then.
pub fn put(keychain: &Keychain<'_>, store: StoreKind, deposit: &Deposit) -> Result<Before, Error> {
    let find = |name: &str| keychain.index().ok().and_then(|index| index.find(name).cloned());
    let (before, record) = place(keychain, find, store, deposit)?;
    match index::put(keychain, record) {
        Ok(()) => Ok(before),
        Err(error) => Err(restore(keychain, [before], error)),
    }
}

/// As [`put`], for many: `find` looks into an index that was read already, and the caller puts the records into it.
///
/// # Errors
/// As [`put`].
pub fn place(
    keychain: &Keychain<'_>,
    find: impl FnOnce(&str) -> Option<Record>,
    store: StoreKind,
    deposit: &Deposit,
) -> Result<(Before, Record), Error> {
    let name = &deposit.name;
    let mut item = deposit.item.clone();
    let old = match keychain.read(store, name) {
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
            Some(old)
        }
        Ok(_) if !deposit.replace => return Err(other_key(store, name).hint(BOTH_WAYS)),
        Ok(old) => Some(old),
        Err(keychain::Error::Missing { .. }) => None,
        // It may be the secret of another program, or of a newer awsenv.
        Err(keychain::Error::Damaged { .. }) if deposit.replace => None,
        Err(error) => return Err(error.into()),
    };
    let mut before = Before {
        store,
        name: name.clone(),
        changed: None,
    };
    if old.as_ref() != Some(&item) {
        before.changed = Some((old, find(name)));
        if let Err(error) = keychain.write(store, name, &item) {
            // A store may fail after it has written.
            let is_written = keychain.read(store, name).is_ok_and(|found| found == item);
            let error = Error::from(error);
            return Err(if is_written {
                restore(keychain, [before], error)
            } else {
                error
            });
        }
    }
    match check_stored(keychain, store, name, &item) {
        Ok(()) => Ok((before, index::record_of(&deposit.profile, name, &item, store))),
        Err(error) => Err(restore(keychain, [before], error)),
    }
}

fn check_stored(keychain: &Keychain<'_>, store: StoreKind, name: &str, item: &Item) -> Result<(), Error> {
    if keychain.read(store, name)? != *item {
        let why = "it returned something other than what was stored".to_owned();
        return Err(keychain::Error::Refused { store, why }.into());
    }
    Ok(())
}

impl Before {
    pub fn store(&self) -> StoreKind {
        self.store
    }
}

/// Makes the stores what they were before, because of `error`, which is returned. No file may use the items yet.
pub fn restore(keychain: &Keychain<'_>, all: impl IntoIterator<Item = Before>, error: Error) -> Error {
    let mut error = error;
    let mut restored = Vec::new();
    for Before { store, name, changed } in all {
        let Some((item, record)) = changed else { continue };
        let done = match &item {
            Some(item) => keychain.write(store, &name, item),
            None => keychain.delete(store, &name),
        };
        match done {
            Ok(()) => restored.push((name, record)),
            Err(why) => {
                let (store, why) = (store.described(), Error::from(why).message);
                error = error.hint(format!("the key is in {store} now, and cannot be taken back: {why}"));
            }
        }
    }
    if restored.is_empty() {
        return error;
    }
    let told = index::change(keychain, |index| {
        for (name, record) in restored {
            match record {
                Some(record) => index.put(record),
                None => drop(index.remove(&name)),
            }
        }
    });
    match told {
        Err(why) if why.message != error.message => error.hint(why.message),
        _ => error,
    }
}

/// What to tell the user before a deposit that replaces an item for ever: one that awsenv cannot keep for `undo`, because
/// it cannot read it.
pub fn loss(keychain: &Keychain<'_>, store: StoreKind, deposit: &Deposit) -> Option<String> {
    let Deposit { name, replace, .. } = deposit;
    match replace.then(|| keychain.read(store, name))? {
        Err(keychain::Error::Damaged { why, .. }) => Some(format!(
            "the item `{}` in {} is overwritten, and `awsenv undo` cannot bring it back: {why}",
            display(name),
            store.described()
        )),
        _ => None,
    }
}

/// The item that a deposit would find; `None` if there is none, or one that it would replace unread.
///
/// # Errors
/// The store cannot take a key now.
pub fn present(keychain: &Keychain<'_>, name: &str, replace: bool) -> Result<Option<Item>, keychain::Error> {
    let store = keychain.locate(name).unwrap_or_default();
    let found = match keychain.read(store, name) {
        Ok(item) => Some(item),
        Err(keychain::Error::Missing { .. }) => None,
        Err(keychain::Error::Damaged { .. }) if replace => None,
        Err(error) => return Err(error),
    };
    keychain.check_writable(store, name).map(|()| found)
}

/// Another key has the name.
pub fn other_key(store: StoreKind, name: &str) -> Error {
    let message = format!(
        "{} has a different key with the name `{}`",
        store.described(),
        display(name)
    );
    Error::new(Kind::Failed, message)
}

/// The remedies for [`other_key`], for commands with these options.
const BOTH_WAYS: &str = "`--replace` overwrites that key; `--item NAME` keeps both, under different names";
