//! `awsenv list`: the profiles, in file order.

use serde_json::json;

use crate::cli::ListArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::catalog::{self, Entry};
use crate::ops::files::Files;
use crate::ops::pick;
use crate::redact;
use crate::text::{columns, display};

/// A table on a terminal, only names in a pipe, or JSON.
pub fn run(context: &Context, args: ListArgs) -> Result<Outcome, Error> {
    let json = args.json;
    if let Some(chosen) = pick::asked_for(context, &args.pick, "")? {
        return Ok(Outcome::Text(chosen.choice.name + "\n", 0));
    }
    let files = Files::load(context)?;
    let active = catalog::active(context);
    let rows = catalog::entries(&files);
    let is_active = |row: &Entry| active.as_deref() == Some(row.name.as_str());
    let text = if json {
        as_json(&rows, is_active)
    } else if context.process.stdout_tty {
        table(&rows, is_active, context.ui.color_out)
    } else {
        rows.iter().map(|row| display(&row.name) + "\n").collect()
    };
    let plaintext = files.profiles.profiles().filter_map(catalog::plaintext);
    plaintext.for_each(|found| context.ui.warn(found.warning()));
    if rows.is_empty() && !json {
        let searched = files.searched();
        context.ui.warn(format!(
            "there are no profiles in {searched}; `awsenv configure NAME` creates one"
        ));
    }
    Ok(Outcome::Text(text, 0))
}

fn as_json(rows: &[Entry], is_active: impl Fn(&Entry) -> bool) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name, "kind": row.kind.as_str(), "region": row.region, "account_id": row.account_id,
                "role_arn": row.role_arn, "source_profile": row.source_profile,
                "file": row.place.as_ref().map(|place| place.file.display().to_string()),
                "line": row.place.as_ref().map(|place| place.line),
                "active": is_active(row),
            })
        })
        .collect();
    redact::json(rows.into())
}

/// The active profile is marked and highlighted.
fn table(rows: &[Entry], is_active: impl Fn(&Entry) -> bool, color: bool) -> String {
    let cells: Vec<[String; 4]> = rows
        .iter()
        .map(|row| {
            let text = |value: &Option<String>| value.as_deref().map(display).unwrap_or_default();
            [
                display(&row.name),
                row.kind.as_str().to_owned(),
                text(&row.account_id),
                text(&row.region),
            ]
        })
        .collect();
    let mut table = String::new();
    for (row, line) in rows.iter().zip(columns(&cells)) {
        let active = is_active(row);
        let line = format!("{} {line}", if active { "*" } else { " " });
        table += &if active && color {
            format!("\x1b[1;32m{line}\x1b[0m\n")
        } else {
            format!("{line}\n")
        };
    }
    table
}
