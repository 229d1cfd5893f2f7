//! `awsenv list`: the profiles, in the order of the files.

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::cmd::inputs::Files;
use crate::cmd::{Context, Outcome};
use crate::config::{Kind, Place, Profile, account_of_arn};
use crate::env::session::{is_in_use, user_env};
use crate::error::Error;
use crate::resolve;
use crate::ui::display;

/// A profile as the list knows it: from the files alone.
struct Row {
    name: String,
    kind: Kind,
    region: Option<String>,
    account_id: Option<String>,
    role_arn: Option<String>,
    source_profile: Option<String>,
    place: Option<Place>,
    active: bool,
}

/// A table on a terminal, names alone in a pipe, or JSON.
pub fn run(context: &Context, json: bool) -> Result<Outcome, Error> {
    let state = context.state();
    let env = user_env(&context.process.env, state.as_ref());
    let files = Files::load(&env)?;
    let choice = resolve::select(None, &context.process.env);
    let active = match &state {
        Some(state) if is_in_use(&context.process.env, state) => Some(state.profile.clone()),
        _ => (choice.how != resolve::How::Implicit).then_some(choice.name),
    };
    let rows = rows(&files, active.as_deref());
    let text = if json {
        as_json(&rows)
    } else if context.process.stdout_tty {
        table(&rows, context.ui.color_out)
    } else {
        rows.iter().map(|row| display(&row.name) + "\n").collect()
    };
    if rows.is_empty() && !json {
        let searched = files.searched();
        context.ui.warn(&format!(
            "there are no profiles in {searched}; `aws configure --profile NAME` makes one"
        ));
    }
    Ok(Outcome::Text(text, 0))
}

fn rows(files: &Files, active: Option<&str>) -> Vec<Row> {
    let aws = files.profiles.profiles().map(|profile| {
        let value = |key: &str| profile.text(key).map(str::to_owned);
        Row {
            kind: Kind::of(profile),
            region: value("region"),
            account_id: account_id(profile),
            role_arn: value("role_arn"),
            source_profile: value("source_profile"),
            place: profile.place(),
            active: active == Some(profile.name()),
            name: profile.name().to_owned(),
        }
    });
    let mut rows: Vec<Row> = aws.collect();
    for (name, place) in files.boto().names() {
        // An AWS file's profile hides a boto profile of the same name.
        if files.profiles.profile(&name).is_none() {
            rows.push(Row {
                kind: Kind::Boto,
                region: None,
                account_id: None,
                role_arn: None,
                source_profile: None,
                place: Some(place),
                active: active == Some(name.as_str()),
                name,
            });
        }
    }
    rows
}

fn account_id(profile: Profile<'_>) -> Option<String> {
    profile
        .text("role_arn")
        .and_then(account_of_arn)
        .or_else(|| profile.text("sso_account_id"))
        .or_else(|| profile.text("aws_account_id"))
        .map(str::to_owned)
}

fn as_json(rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name, "kind": row.kind.as_str(), "region": row.region, "account_id": row.account_id,
                "role_arn": row.role_arn, "source_profile": row.source_profile,
                "file": row.place.as_ref().map(|place| place.file.display().to_string()),
                "line": row.place.as_ref().map(|place| place.line),
                "active": row.active,
            })
        })
        .collect();
    format!("{}\n", serde_json::Value::from(rows))
}

/// Columns as wide as what stands in them; the active profile is marked and stands out.
fn table(rows: &[Row], color: bool) -> String {
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
    let widths: Vec<usize> = (0..4)
        .map(|column| cells.iter().map(|row| row[column].width()).max().unwrap_or(0))
        .collect();
    let mut table = String::new();
    for (row, cells) in rows.iter().zip(&cells) {
        let mut line = String::from(if row.active { "* " } else { "  " });
        for (cell, width) in cells.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        let line = line.trim_end();
        table += &if row.active && color {
            format!("\x1b[1;32m{line}\x1b[0m\n")
        } else {
            format!("{line}\n")
        };
    }
    table
}
