//! `awsenv history`: which profiles were used, how often, when and where; or forgets a profile.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::{HistoryAction, HistoryArgs};
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::history::{History, Use};
use crate::ops::files::Files;
use crate::ops::{catalog, usage};
use crate::redact;
use crate::sys::history::{Rewritten, Store};
use crate::text::{self, columns, display};

/// How long `remove` waits for other processes that use the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// A table or JSON, the best first; or a profile is forgotten.
///
/// # Errors
/// The AWS files or the history cannot be read, or the profile to forget is not in the history.
pub fn run(context: &Context, args: HistoryArgs) -> Result<Outcome, Error> {
    let store = Store::of(&context.process.env)
        .ok_or_else(|| Error::new(Kind::Failed, "there is no history: HOME is not set to an absolute path"))?;
    match args.action {
        Some(HistoryAction::Remove { profile }) => remove(context, &store, &profile),
        None => show(context, &store, args.json),
    }
}

fn show(context: &Context, store: &Store, json: bool) -> Result<Outcome, Error> {
    let files = Files::load(context)?;
    if !files.settings.history {
        context.ui.warn("`history = off`, so `use` remembers nothing");
    }
    let known: HashSet<String> = catalog::entries(&files).into_iter().map(|entry| entry.name).collect();
    let bytes = store.read().map_err(|error| failed("read", store, &error))?;
    let history = History::parse(&bytes);
    let now = context.process.now;
    let uses = history.best_first(now);
    if json {
        let rows: Vec<Value> = uses
            .iter()
            .map(|use_| as_json(use_, now, known.contains(&use_.profile)))
            .collect();
        return Ok(Outcome::Text(redact::json(rows.into()), 0));
    }
    let shown: Vec<&Use> = uses
        .iter()
        .copied()
        .filter(|use_| known.contains(&use_.profile))
        .collect();
    if shown.is_empty() {
        context.ui.notice("the history is empty: `awsenv use` adds to it");
    }
    if shown.len() < uses.len() {
        context
            .ui
            .narrate("profiles that are no longer defined are left out; `--json` lists them");
    }
    let rows: Vec<[String; 4]> = shown.into_iter().map(|use_| row(use_, now)).collect();
    let lines = columns(&rows);
    Ok(Outcome::Text(lines.into_iter().map(|line| line + "\n").collect(), 0))
}

fn row(use_: &Use, now: Timestamp) -> [String; 4] {
    let times = use_.count.round().max(1.0);
    [
        display(&use_.profile),
        format!("{times} {}", if times > 1.0 { "uses" } else { "use" }),
        ago(now.seconds_from(Timestamp(use_.at))),
        display(&use_.dir),
    ]
}

fn as_json(use_: &Use, now: Timestamp, exists: bool) -> Value {
    json!({
        "profile": use_.profile,
        "directory": (!use_.dir.is_empty()).then_some(&use_.dir),
        "count": count(use_.count),
        "last_used": Timestamp(use_.at).to_rfc3339(),
        "score": use_.frecency(now),
        "exists": exists,
    })
}

/// Whole numbers have no decimal point.
fn count(count: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the history knows no count beyond a million"
    )]
    let whole = count as i64;
    if (count - whole as f64).abs() < f64::EPSILON {
        whole.into()
    } else {
        count.into()
    }
}

/// In the largest unit that fits.
fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "min"),
        3_600..86_400 => (seconds / 3_600, "h"),
        86_400..172_800 => (1, "day"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit} ago")
}

fn remove(context: &Context, store: &Store, profile: &OsStr) -> Result<Outcome, Error> {
    let name = profile.to_string_lossy();
    // A name that is not UTF-8 is in no file.
    let without = |history: &History| history.without(profile.to_str()?);
    let done = store
        .rewrite(PATIENCE, &|bytes| usage::rewritten(bytes, without))
        .map_err(|error| failed("write", store, &error))?;
    usage::tell_if_mended(context, store, &done);
    match done {
        Rewritten::Busy => {
            Err(Error::new(Kind::Failed, "another awsenv is using the history").hint("try again in a moment"))
        }
        Rewritten::Unchanged => Err(Error::new(
            Kind::Failed,
            format!("profile `{}` is not in the history", text::name(&name)),
        )
        .hint("`awsenv history` shows what is in it")),
        Rewritten::Done | Rewritten::Kept(_) => {
            context.ui.notice(&format!("forgot `{}`", display(&name)));
            Ok(Outcome::Done(0))
        }
    }
}

fn failed(verb: &str, store: &Store, error: &std::io::Error) -> Error {
    let path = store.path().display();
    Error::new(Kind::Failed, format!("cannot {verb} the history `{path}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_its_largest_unit() {
        for (seconds, text) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_399, "23 h ago"),
            (86_400, "1 day ago"),
            (172_800, "2 days ago"),
            (40_000_000, "462 days ago"),
        ] {
            assert_eq!(ago(seconds), text);
        }
    }

    #[test]
    fn a_row_is_safe_to_show() {
        let now = Timestamp(1_800_000_000);
        let mut use_ = Use::new("a\u{1b}[31m", "/\u{202e}", now);
        use_.count = 0.6;
        assert_eq!(row(&use_, now), ["a\\u{1b}[31m", "1 use", "just now", "/\\u{202e}"]);
        use_.count = 2.0;
        assert_eq!(row(&use_, now)[1], "2 uses");
    }
}
