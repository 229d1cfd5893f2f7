//! `awsenv complete`: candidates for the word under the cursor, for the shells' completion functions.
//!
//! Never waits and never complains: if the config files or the history are broken, it prints no names or uses no order.

mod line;
mod tree;

use std::collections::{BTreeSet, HashSet};

use clap::CommandFactory as _;

use crate::cli::{Cli, CompleteArgs};
use crate::config::Kind;
use crate::config::mistakes::{OWN_KEYS, PROFILE_KEYS, S3_KEYS};
use crate::config::region::PLACES;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::history::History;
use crate::ops::catalog::{self, Entry};
use crate::ops::files::Files;
use crate::ops::usage::{self, Keeper};
use crate::redact::is_secret;
use crate::shell::Shell;
use crate::sys::history::Store;
use crate::text::display;

use self::line::Line;
use self::tree::{Answer, Candidate, Names};

/// The exit status for the words after `--`, a command line of its own that the shell itself completes.
const COMMAND_LINE: u8 = 10;

/// Prints one candidate a line, in the form that its shell wants. bash passes its line up to the cursor, the others
/// pass the words after `awsenv`.
pub fn run(context: &Context, args: CompleteArgs) -> Result<Outcome, Error> {
    let ui = context.ui.silenced();
    let context = &Context::new(context.process, &ui);
    let shell = args.shell.as_deref().and_then(Shell::parse);
    let typed: Vec<String> = args
        .words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = match shell {
        Some(Shell::Bash) => Line::parse(typed.first().map_or("", String::as_str), &args.breaks),
        _ => Some(Line::of_words(typed)),
    };
    let Some(line) = line else {
        return Ok(Outcome::Done(0));
    };
    let names = |wanted| names(context, wanted);
    Ok(
        match tree::complete(&Cli::command(), &line.before, &line.current, &names) {
            Answer::CommandLine => Outcome::Done(COMMAND_LINE),
            Answer::Candidates(candidates) => {
                let lines = candidates.iter().filter_map(|candidate| show(shell, &line, candidate));
                Outcome::Text(lines.collect(), 0)
            }
        },
    )
}

/// The other shells quote for themselves, and filter the candidates by their own rules.
fn show(shell: Option<Shell>, line: &Line, candidate: &Candidate) -> Option<String> {
    let Candidate { value, about } = candidate;
    match shell {
        Some(Shell::Bash) => line.finish(value).map(|text| text + "\n"),
        // PowerShell evaluates the two literals; neither may be empty.
        Some(shell @ Shell::PowerShell) => {
            let about = if about.is_empty() { value } else { about };
            let quote = |text: &str| shell.syntax().quote(text.as_ref());
            Some(format!("{};{}\n", quote(value), quote(about)))
        }
        _ if about.is_empty() => Some(format!("{value}\n")),
        _ => Some(format!("{value}\t{about}\n")),
    }
}

/// Leaves out names with control, bidirectional or invisible characters, which cannot be typed.
fn names(context: &Context, names: Names) -> Vec<Candidate> {
    let mut found = match names {
        Names::Profiles | Names::WithAliases => profiles(context, names == Names::WithAliases),
        Names::Regions => regions(context),
        Names::Remembered => remembered(context),
        Names::Settings => {
            let shown = PROFILE_KEYS.iter().chain(&OWN_KEYS).filter(|key| !is_secret(key));
            shown.map(|key| Candidate::new(key, "")).collect()
        }
        Names::InS3 => S3_KEYS.map(|key| Candidate::new(&format!("s3.{key}"), "")).into(),
        Names::Sessions => sessions(context),
        Names::SignIn => sign_in(context),
        Names::Stored => stored(context),
    };
    found.retain(|candidate| !candidate.value.is_empty() && display(&candidate.value) == candidate.value);
    found
}

/// In the order of the picker, then aliases.
fn profiles(context: &Context, with_aliases: bool) -> Vec<Candidate> {
    let Ok(files) = Files::load(context) else {
        return Vec::new();
    };
    let entries = entries(context, &files);
    let known: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let profiles = entries.iter().map(|entry| {
        let about = match entry.kind {
            Kind::None => "",
            kind => kind.as_str(),
        };
        Candidate::new(&entry.name, about)
    });
    let aliases =
        files.settings.aliases.iter().filter(|(alias, target)| {
            with_aliases && known.contains(target.as_str()) && !known.contains(alias.as_str())
        });
    let aliases = aliases.map(|(alias, target)| Candidate::new(alias, &format!("alias of {}", display(target))));
    profiles.chain(aliases).collect()
}

/// In the order of the picker.
fn entries(context: &Context, files: &Files) -> Vec<Entry> {
    let mut entries = catalog::entries(files);
    usage::sort(context, &files.settings, &mut entries, Keeper::Reader);
    entries
}

/// The profiles of IAM Identity Center, then the sessions that no profile has the name of.
fn sign_in(context: &Context) -> Vec<Candidate> {
    let Ok(files) = Files::load(context) else {
        return Vec::new();
    };
    let mut entries = entries(context, &files);
    entries.retain(|entry| entry.kind == Kind::Sso);
    let profiles = entries
        .iter()
        .map(|entry| Candidate::new(&entry.name, entry.kind.as_str()));
    let sessions = files.profiles.sso_session_names();
    let sessions = sessions.filter(|name| !files.has(name));
    let sessions = sessions.map(|name| Candidate::new(name, "SSO session"));
    profiles.chain(sessions).collect()
}

fn sessions(context: &Context) -> Vec<Candidate> {
    let files = Files::load(context).ok();
    let sessions = files.iter().flat_map(|files| files.profiles.sso_session_names());
    sessions.map(|name| Candidate::new(name, "SSO session")).collect()
}

/// Short names, then the regions of AWS, those that profiles have first.
fn regions(context: &Context) -> Vec<Candidate> {
    let short = context.settings().regions.iter();
    let short = short.map(|(name, region)| Candidate::new(name, &format!("short for {}", display(region))));
    let entries = Files::load(context)
        .map(|files| catalog::entries(&files))
        .unwrap_or_default();
    let used: BTreeSet<String> = entries.into_iter().filter_map(|entry| entry.region).collect();
    let about = |region: &str| {
        PLACES
            .iter()
            .find(|(name, _)| *name == region)
            .map_or("", |(_, place)| place)
    };
    let others = PLACES.iter().filter(|(name, _)| !used.contains(*name));
    let others = others.map(|(name, place)| Candidate::new(name, place));
    let used = used.iter().map(|region| Candidate::new(region, about(region)));
    short.chain(used).chain(others).collect()
}

/// The best first.
fn remembered(context: &Context) -> Vec<Candidate> {
    let bytes = Store::of(&context.process.env).and_then(|store| store.read().ok());
    let history = History::parse(&bytes.unwrap_or_default());
    let uses = history.best_first(context.process.now);
    uses.iter().map(|use_| Candidate::new(&use_.profile, "")).collect()
}

/// By the index, without opening a store.
fn stored(context: &Context) -> Vec<Candidate> {
    let index = context.keychain().index().unwrap_or_default();
    let records = index.records();
    records
        .map(|record| Candidate::new(&record.profile, &format!("in {}", record.store.described())))
        .collect()
}
