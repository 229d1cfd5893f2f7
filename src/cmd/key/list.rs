//! `awsenv key list`: which keys are where, from the index alone; opens no keychain.

use serde_json::json;

use crate::cli::KeyListArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::keychain::index::Record;
use crate::ops::keychain::index;
use crate::text::{columns, display};

/// A table, or JSON.
pub(super) fn run(context: &Context, args: KeyListArgs) -> Result<Outcome, Error> {
    let index = index::load(&context.keychain())?;
    let text = if args.json {
        let rows: Vec<_> = index.records().map(as_json).collect();
        format!("{}\n", serde_json::Value::from(rows))
    } else {
        let rows: Vec<[String; 5]> = index.records().map(row).collect();
        columns(&rows).into_iter().map(|line| line + "\n").collect()
    };
    if index.records().next().is_none() && !args.json {
        context
            .ui
            .warn("there are no keys; `awsenv key import --all` moves the keys in the AWS files into the keychain");
    }
    Ok(Outcome::Text(text, 0))
}

fn as_json(record: &Record) -> serde_json::Value {
    json!({
        "profile": record.profile, "access_key_id": masked(record), "account_id": record.account_id,
        "store": record.store.as_str(), "since": record.since.to_rfc3339(), "item": record.item,
    })
}

fn row(record: &Record) -> [String; 5] {
    let since = record.since.to_rfc3339().unwrap_or_default();
    let item = if record.item == record.profile {
        String::new()
    } else {
        format!("item {}", display(&record.item))
    };
    let account = record.account_id.as_deref().map(display).unwrap_or_default();
    let store = format!(
        "{} since {}",
        record.store.as_str(),
        since.split('T').next().unwrap_or_default()
    );
    [display(&record.profile), masked(record), account, store, item]
}

/// Hides all of the key id except its end.
fn masked(record: &Record) -> String {
    format!("****{}", display(&record.last_four))
}
