//! `awsenv list`: the profiles, in file order.

use serde_json::json;

use crate::cli::ListArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::catalog::{self, Entry};
use crate::ops::choose;
use crate::ops::files::Files;
use crate::ops::pick::{self, Manner};
use crate::redact;
use crate::resolve::containing;
use crate::sys;
use crate::text::{columns_within, display, name};

const HEADER: [&str; 4] = ["NAME", "KIND", "ACCOUNT", "REGION"];

/// In columns: what is left of a name.
const MARK: usize = 2;

/// A table on a terminal, only names in a pipe, or JSON.
pub fn run(context: &Context, args: ListArgs) -> Result<Outcome, Error> {
    let json = args.json;
    let wanted = args.text.or(args.query);
    if args.pick {
        let chosen = pick::profile(context, Manner::Ask(wanted.as_deref().unwrap_or_default()), "")?;
        return Ok(Outcome::Text(chosen.choice.name + "\n", 0));
    }
    let files = Files::load(context)?;
    let active = catalog::active(context, &files);
    let mut rows = catalog::entries(&files);
    let is_empty = rows.is_empty();
    let wanted = wanted.filter(|text| !text.is_empty());
    if let Some(text) = wanted.as_deref().filter(|_| !is_empty) {
        let is_wanted = containing(text);
        rows.retain(|row| is_wanted(&row.name));
        if rows.is_empty() {
            let none = choose::not_found(&files, text);
            let message = format!("no profile has `{}` in its name", name(text));
            context.ui.error(&Error { message, ..none });
        }
    }
    let is_active = |row: &Entry| active.as_deref() == Some(row.name.as_str());
    let text = if json {
        as_json(&rows, is_active)
    } else if context.process.stdout_tty {
        table(&rows, is_active, context.ui.color_out, sys::terminal::width())
    } else {
        rows.iter().map(|row| display(&row.name) + "\n").collect()
    };
    let plaintext = files.profiles.profiles().filter_map(catalog::plaintext);
    plaintext.for_each(|found| context.ui.warn(found.warning()));
    if is_empty && !json {
        context.ui.error(&catalog::no_profiles(&files));
    }
    Ok(Outcome::Text(text, u8::from(rows.is_empty() && wanted.is_some())))
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

/// The active profile is marked and highlighted. Every row is one line of `width` columns: what is right of the names
/// gives way first.
fn table(rows: &[Entry], is_active: impl Fn(&Entry) -> bool, color: bool, width: Option<usize>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut cells = vec![HEADER.map(str::to_owned)];
    cells.extend(rows.iter().map(|row| {
        let text = |value: &Option<String>| value.as_deref().map(display).unwrap_or_default();
        [
            display(&row.name),
            row.kind.as_str().to_owned(),
            text(&row.account_id),
            text(&row.region),
        ]
    }));
    let mut table = String::new();
    let lines = columns_within(&cells, width.map(|width| width.saturating_sub(MARK)));
    for (row, line) in std::iter::once(None).chain(rows.iter().map(Some)).zip(lines) {
        let active = row.is_some_and(&is_active);
        let line = format!("{} {line}", if active { "*" } else { " " });
        table += &match (row, active) {
            _ if !color => format!("{line}\n"),
            (None, _) => format!("\x1b[1m{line}\x1b[0m\n"),
            (Some(_), true) => format!("\x1b[1;32m{line}\x1b[0m\n"),
            (Some(_), false) => format!("{line}\n"),
        };
    }
    table
}
