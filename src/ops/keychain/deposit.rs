//! Puts an item into a store: writes it, reads it back, compares it, and adds it to the index.

use crate::config::Profile;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::keychain::{self, Item, StoreKind};
use crate::ops::keychain::index;
use crate::redact::harmless;
use crate::secret::Secret;
use crate::sys::keychain::Keychain;

#[derive(Debug)]
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

/// Stores the item, reads it back and compares it; only then may the secret be removed elsewhere. If an earlier run
/// stored the same key, that item is kept with its cuts.
///
/// # Errors
/// The store's own; an item with that name but another key or other content.
pub fn put(keychain: &Keychain<'_>, store: StoreKind, deposit: &Deposit) -> Result<(), Error> {
    let Deposit { profile, name, .. } = deposit;
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
        Ok(_) if !deposit.replace => return Err(other_key(store, name)),
        Ok(_) | Err(keychain::Error::Missing { .. }) => false,
        // It may be the secret of another program, or of a newer awsenv.
        Err(keychain::Error::Damaged { .. }) if deposit.replace => false,
        Err(error) => return Err(error.into()),
    };
    if !is_stored {
        keychain.write(store, name, &item)?;
        if keychain.read(store, name)? != item {
            let why = "it returned something other than what was stored".to_owned();
            return Err(keychain::Error::Refused { store, why }.into());
        }
    }
    index::record(keychain, profile, name, &item, store)
}

/// The item that a deposit would find; `None` if there is none, or one that it would replace unread.
///
/// # Errors
/// The store cannot take a key now.
pub fn present(keychain: &Keychain<'_>, name: &str, replace: bool) -> Result<Option<Item>, keychain::Error> {
    let store = keychain.locate(name).unwrap_or_default();
    match keychain.read(store, name) {
        Ok(item) => Ok(Some(item)),
        Err(keychain::Error::Missing { .. }) => Ok(None),
        Err(keychain::Error::Damaged { .. }) if replace => Ok(None),
        Err(error) => Err(error),
    }
}

/// Another key has the name.
pub fn other_key(store: StoreKind, name: &str) -> Error {
    let message = format!("{} has a different key with the name `{name}`", store.described());
    Error::new(Kind::Failed, message)
        .hint("`--replace` overwrites that key; `--item NAME` keeps both, under different names")
}
