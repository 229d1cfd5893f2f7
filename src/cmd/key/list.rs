//! `awsenv key list`: which keys are where, from the index; opens no keychain. Of the encrypted file store it also tells
//! which keys the index does not list.

use serde_json::json;

use crate::cli::KeyListArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::keychain::StoreKind;
use crate::keychain::index::Record;
use crate::ops::keychain::index;
use crate::redact;
use crate::sys::clock::local_day;
use crate::text::{columns, display};

/// A table, or JSON.
pub(super) fn run(context: &Context, args: KeyListArgs) -> Result<Outcome, Error> {
    let keychain = context.keychain();
    let index = index::load(&keychain)?;
    let text = if args.json {
        let rows: Vec<_> = index.records().map(as_json).collect();
        redact::json(rows.into())
    } else {
        let rows: Vec<[String; 5]> = index.records().map(row).collect();
        columns(&rows).into_iter().map(|line| line + "\n").collect()
    };
    let unlisted = keychain.unlisted(&index);
    if !unlisted.is_empty() {
        context.ui.warn(told(&unlisted));
    }
    if index.records().next().is_none() && unlisted.is_empty() && !args.json {
        context
            .ui
            .warn("there are no keys; `awsenv key import --all` moves the keys in the AWS files into the keychain");
    }
    Ok(Outcome::Text(text, 0))
}

/// How many names a message has.
const MAX_NAMED: usize = 5;

fn told(unlisted: &[Option<String>]) -> String {
    let named = unlisted.iter().flatten().take(MAX_NAMED);
    let mut shown: Vec<String> = named.map(|name| format!("`{}`", display(name))).collect();
    match unlisted.len() - shown.len() {
        0 => {}
        more if shown.is_empty() => shown.push(format!("{more} items that its key file does not open")),
        more => shown.push(format!("{more} more")),
    }
    let store = StoreKind::File.described();
    let shown = shown.join(", ");
    format!("{store} has keys that the index does not list: {shown}; `awsenv key remove NAME` deletes one")
}

fn as_json(record: &Record) -> serde_json::Value {
    json!({
        "profile": record.profile, "access_key_id": masked(record), "account_id": record.account_id,
        "store": record.store.as_str(), "since": record.since.to_rfc3339(), "item": record.item,
    })
}

fn row(record: &Record) -> [String; 5] {
    let item = if record.item == record.profile {
        String::new()
    } else {
        format!("item {}", display(&record.item))
    };
    let account = record.account_id.as_deref().map(display).unwrap_or_default();
    let store = format!(
        "{} since {}",
        record.store.as_str(),
        local_day(record.since).unwrap_or_default()
    );
    [display(&record.profile), masked(record), account, store, item]
}

/// Hides all of the key id except its end.
fn masked(record: &Record) -> String {
    format!("****{}", display(&record.last_four))
}
