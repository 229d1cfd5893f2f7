//! What `use` remembers, and how that orders profiles.

use std::collections::HashSet;

use crate::config::settings::{Order, Settings};
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::history::{History, Use};
use crate::ops::catalog::Entry;
use crate::sys;
use crate::sys::history::{A_MOMENT, New, Rewritten, Store};

/// In bytes; `use` compacts a longer file itself, in case the picker is never opened.
const LONG: u64 = 1024 * 1024;

/// Who asks for the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// Reads silently.
    Reader,
    /// Compacts the file, and reports damage.
    Picker,
}

/// Profiles used in this directory come first, then profiles used anywhere, then the others in file order.
pub fn sort(context: &Context, settings: &Settings, entries: &mut [Entry], keeper: Keeper) {
    if !settings.history || settings.order == Order::File {
        return;
    }
    let Some(store) = Store::of(&context.process.env) else {
        return;
    };
    let history = match store.read() {
        Ok(bytes) => History::parse(&bytes),
        Err(error) => return tell(context, keeper, &store, &error),
    };
    let now = context.process.now;
    if keeper == Keeper::Picker {
        let names: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        let exists = |name: &str| names.contains(name);
        // A look without the lock is enough to see that there is nothing to do.
        if history.compacted(now, &exists).is_some() {
            tidy(context, &store, &exists);
        }
    }
    history.sort(entries, |entry| &entry.name, &here(), now);
}

/// Records a use here and now. A failure is reported only with `--verbose`, because the switch itself works.
pub fn remember(context: &Context, profile: &str) {
    let Some(store) = Store::of(&context.process.env) else {
        context
            .ui
            .narrate("the history is not kept: HOME is not set to an absolute path");
        return;
    };
    let line = Use::new(profile, &here(), context.process.now).line();
    match store.append(&line) {
        Ok(length) if length > LONG => tidy(context, &store, &|_| true),
        Ok(_) => {}
        Err(error) => tell(context, Keeper::Picker, &store, &error),
    }
}

/// The new content of a history file; lines that awsenv did not write are dropped.
pub fn rewritten(bytes: &[u8], change: impl Fn(&History) -> Option<History>) -> New {
    let history = History::parse(bytes);
    match change(&history) {
        None => New::Nothing,
        Some(new) if history.is_damaged() => New::Mended(new.text()),
        Some(new) => New::Text(new.text()),
    }
}

pub fn tell_if_mended(context: &Context, store: &Store, rewritten: &Rewritten) {
    if let Rewritten::Kept(old) = rewritten {
        context.ui.warn(format!(
            "the history ({}) contained lines that awsenv did not write, so it was rewritten; the old file is {}",
            store.path().display(),
            old.display()
        ));
    }
}

/// Rewrites the file only if that is worth it.
fn tidy(context: &Context, store: &Store, exists: &dyn Fn(&str) -> bool) {
    let now: Timestamp = context.process.now;
    let change = |bytes: &[u8]| rewritten(bytes, |history| history.compacted(now, exists));
    match store.rewrite(A_MOMENT, &change) {
        Ok(rewritten) => tell_if_mended(context, store, &rewritten),
        Err(error) => tell(context, Keeper::Picker, store, &error),
    }
}

fn tell(context: &Context, keeper: Keeper, store: &Store, error: &std::io::Error) {
    if keeper == Keeper::Picker {
        let path = store.path().display();
        context
            .ui
            .narrate(&format!("cannot update the history ({path}): {error}"));
    }
}

/// The current directory as in the history; empty if it is gone.
fn here() -> String {
    sys::fs::current_dir().map_or_else(String::new, |dir| dir.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::Global;
    use crate::config::Kind;
    use crate::process::Process;
    use crate::ui::Ui;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn entry(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            kind: Kind::None,
            region: None,
            account_id: None,
            role_arn: None,
            source_profile: None,
            place: None,
        }
    }

    /// The order of a, b and c for `keeper`, with the state directory `dir`.
    fn sorted(dir: &Path, settings: &Settings, keeper: Keeper) -> String {
        let process = Process {
            now: NOW,
            ..Process::of_env([("XDG_STATE_HOME", dir), ("HOME", dir)].into_iter().collect())
        };
        let global = Global {
            quiet: true,
            ..Global::default()
        };
        let ui = Ui::new(&global, &process);
        let context = Context::new(&process, &ui);
        let mut entries: Vec<Entry> = ["a", "b", "c"].map(entry).into();
        sort(&context, settings, &mut entries, keeper);
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn the_picker_keeps_the_file_in_shape_and_completion_only_reads() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("awsenv/history");
        let settings = Settings::default();
        assert_eq!(sorted(dir.path(), &settings, Keeper::Picker), "abc");
        assert!(!file.exists(), "nothing is made for nothing");

        let gone = Use::new("gone", "/", Timestamp(NOW.0 - 40 * 86_400)).line();
        let text = Use::new("c", "/", NOW).line().repeat(80) + &Use::new("b", &here(), NOW).line() + &gone;
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
        assert_eq!(sorted(dir.path(), &settings, Keeper::Reader), "bca");
        let off = Settings {
            history: false,
            ..Settings::default()
        };
        let fixed = Settings {
            order: Order::File,
            ..Settings::default()
        };
        for still in [&off, &fixed] {
            assert_eq!(sorted(dir.path(), still, Keeper::Picker), "abc");
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        assert_eq!(sorted(dir.path(), &settings, Keeper::Picker), "bca");
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(kept.lines().count(), 2, "{kept}");

        let damaged = kept + "garbage";
        std::fs::write(&file, &damaged).unwrap();
        assert_eq!(sorted(dir.path(), &settings, Keeper::Reader), "bca");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
        assert_eq!(sorted(dir.path(), &settings, Keeper::Picker), "bca");
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
        let aside = file.with_file_name("history.damaged");
        assert_eq!(std::fs::read_to_string(aside).unwrap(), damaged);
    }
}
