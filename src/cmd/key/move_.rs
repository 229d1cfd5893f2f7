//! `awsenv key move`: moves items to another store: each is written, read back and indexed before the old one is
//! deleted.

use crate::cli::KeyMoveArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::keychain::index::Record;
use crate::keychain::{self, StoreKind};
use crate::ops::choose;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::index;
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;
use crate::text::display;

pub(super) fn run(context: &Context, args: KeyMoveArgs) -> Result<Outcome, Error> {
    let to = args.to;
    let keychain = context.keychain();
    let index = index::load(&keychain)?;
    let mut records = Vec::new();
    if args.all {
        records.extend(index.records().cloned());
    }
    for word in &args.profile {
        let name = choose::utf8(word)?;
        let record = index.of_profile(name).or_else(|| index.find(name));
        let record = record.ok_or_else(|| index::missing(name))?;
        records.push(record.clone());
    }
    if !to.lasts() && !records.is_empty() {
        let store = to.described();
        context.ui.warn(format!(
            "{store} is empty after a reboot: keep the keys somewhere else as well"
        ));
    }
    for record in &records {
        // The keychain may ask for a password, so it is opened before the files are locked: no other run must wait for
        // that.
        keychain.read(record.store, &record.item)?;
        let lock = EditLock::take(context.env())?;
        move_one(&keychain, record, to)?;
        drop(lock);
        let (last_four, profile) = (&record.last_four, display(&record.profile));
        context.ui.notice(&format!(
            "the key ****{last_four} of `{profile}` is in {}",
            to.described()
        ));
    }
    Ok(Outcome::Done(0))
}

/// If a run is killed after writing, the next run finishes it.
fn move_one(keychain: &Keychain<'_>, record: &Record, to: StoreKind) -> Result<(), Error> {
    let item = keychain.read(record.store, &record.item)?;
    let from: Vec<StoreKind> = if record.store == to {
        StoreKind::ALL.into_iter().filter(|store| *store != to).collect()
    } else {
        let deposit = Deposit {
            profile: record.profile.clone(),
            name: record.item.clone(),
            item: item.clone(),
            replace: false,
        };
        deposit::put(keychain, to, &deposit)?;
        vec![record.store]
    };
    for store in from {
        match keychain.read(store, &record.item) {
            Ok(old) if old.has_same_key(&item) => keychain.delete(store, &record.item)?,
            // Another key with that name is not this command's to delete.
            Ok(_) | Err(keychain::Error::Missing { .. }) => {}
            // A store that does not exist holds no copy.
            Err(_) if record.store == to => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
