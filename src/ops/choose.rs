//! Short forms that can be typed: a profile by its name, its alias or a part of its name; a region by its short form.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::advice::{Advice, Command};
use crate::cli::UseArgs;
use crate::config::mistakes;
use crate::config::region;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::ask;
use crate::ops::catalog::{self, Entry};
use crate::ops::files::{self, Files};
use crate::ops::now;
use crate::ops::refusal::{explained, refused};
use crate::ops::usage::{self, Keeper};
use crate::redact;
use crate::resolve::{self, Choice, How};
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::{cut, display};

/// In a hint.
const MAX_NAMED: usize = 5;

/// In columns, of a name in a question; the text after it must stay on the screen.
const MAX_WIDTH: usize = 120;

/// Holds the files that the profile was chosen from, so that they are read only once.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub files: Arc<Files>,
    pub choice: Choice,
    /// Whether the user named it for this run; otherwise it is what tools take in this shell anyway.
    pub is_named: bool,
}

impl Chosen {
    /// Takes an exact name, which need not be defined.
    ///
    /// # Errors
    /// As [`Files::load`].
    pub fn named(context: &Context, name: &str) -> Result<Self, Error> {
        Ok(Self {
            files: Files::load(context)?.into(),
            choice: Choice::explicit(name),
            is_named: true,
        })
    }
}

/// The profile that `word` names, else what tools take in this shell.
///
/// # Errors
/// As [`Files::load`]; a name that is not UTF-8, or an alias of an undefined profile.
pub fn choose(context: &Context, word: Option<&OsStr>) -> Result<Chosen, Error> {
    let mut files = Files::load(context)?;
    let choice = match word {
        Some(word) => {
            let word = utf8(word)?;
            Choice::explicit(exact(context, &files, word)?.unwrap_or(word))
        }
        None => {
            let choice = now::choice(context);
            files.env = now::env(context, &files, &choice);
            choice
        }
    };
    Ok(Chosen {
        files: files.into(),
        choice,
        is_named: word.is_some(),
    })
}

/// The profile that `use` takes for `word`, which may be a part of its name: then the user is asked, or `--first`
/// decides. `None` if several names contain it and the user can pick one.
///
/// # Errors
/// As [`Files::load`]; several matches without a terminal, a production profile with `--first`, or a user who says no.
pub fn find(context: &Context, word: &OsStr, args: &UseArgs) -> Result<Option<Chosen>, Error> {
    let files = Arc::new(Files::load(context)?);
    let choice = find_in(context, &files, word, args)?;
    Ok(choice.map(|choice| Chosen {
        files,
        choice,
        is_named: true,
    }))
}

fn find_in(context: &Context, files: &Files, word: &OsStr, args: &UseArgs) -> Result<Option<Choice>, Error> {
    let word = utf8(word)?;
    if let Some(name) = exact(context, files, word)? {
        return Ok(Some(Choice::explicit(name)));
    }
    // Equally good matches are ranked by use, as in the picker.
    let mut entries = catalog::entries(files);
    usage::sort(context, &files.settings, &mut entries, Keeper::Reader);
    let found = resolve::partial(word, entries, |entry| &entry.name);
    let Some(first) = found.first() else {
        // Resolving reports what is wrong with the name.
        return Ok(Some(Choice::explicit(word)));
    };
    if args.first {
        let how = match found.len() {
            1 => "the only match".to_owned(),
            found => format!("the first of {found} matches"),
        };
        take_first(context, files, word, first, &how)?;
    } else {
        if !is_askable(context) {
            return Err(ambiguous(files, word, &found));
        }
        if found.len() > 1 {
            return Ok(None);
        }
        let region = args.style.region.as_deref().map(|typed| region(context, files, typed));
        confirm(context, files, first, region.as_deref())?;
    }
    Ok(Some(Choice::explicit(&first.name)))
}

/// Whether `word` is the name or alias of a profile. Files that cannot be read define none.
pub fn is_known(context: &Context, word: &OsStr) -> bool {
    let Some(word) = word.to_str() else { return false };
    match Files::load(context) {
        Ok(files) => files.has(word) || files.settings.aliases.contains_key(word),
        Err(_) => files::boto(context.env())
            .profile(word)
            .is_ok_and(|keys| keys.is_some()),
    }
}

/// Looks up `typed` in the settings, then among the usual short forms; else it is the region itself.
pub fn region<'t>(context: &Context, files: &Files, typed: &'t str) -> Cow<'t, str> {
    let named = files.settings.regions.get(typed).cloned();
    let Some(long) = named.or_else(|| region::long_form(typed)) else {
        return typed.into();
    };
    let said = format!("the region `{}` is short for `{}`", display(typed), display(&long));
    context.ui.narrate(&said);
    long.into()
}

/// [`region()`] of `--region`, with a warning if AWS has none of that name.
///
/// # Errors
/// It may be a secret, or can be no region anywhere.
pub fn asked_region<'t>(
    context: &Context,
    files: &Files,
    typed: Option<&'t str>,
) -> Result<Option<Cow<'t, str>>, Error> {
    let Some(typed) = typed else { return Ok(None) };
    let region = region(context, files, typed);
    if redact::harmless(&region).is_none() {
        let message = "the region of `--region` is shaped like a secret";
        return Err(
            Error::new(Kind::Usage, message).hint("if it is one, it is in the history of your shell now: rotate it")
        );
    }
    if !region::is_label(&region) {
        let message = format!("the region `{}` {}", redact::shown(&region), region::NO_LABEL);
        return Err(Error::new(Kind::Usage, message));
    }
    if region::long_form(typed).as_deref() == Some(&*region) && !region::is_known(&region) {
        let (typed, region) = (display(typed), display(&region));
        context.ui.warn(format!(
            "the region `{typed}` is taken for `{region}`, which this awsenv does not know"
        ));
    }
    if let Some(wrong) = mistakes::region(&region, true) {
        context.ui.warn(format!("{}: {}", wrong.what, wrong.instead));
    }
    Ok(Some(region))
}

/// # Errors
/// The name is not UTF-8, so no file can define it.
pub fn utf8(word: &OsStr) -> Result<&str, Error> {
    word.to_str().ok_or_else(|| {
        let message = format!("profile name `{}` is not UTF-8", word.to_string_lossy());
        Error::new(Kind::ProfileNotFound, message)
    })
}

/// The profile that `word` names in full, or by an alias. An alias of an alias is not followed.
fn exact<'a>(context: &Context, files: &'a Files, word: &'a str) -> Result<Option<&'a str>, Error> {
    if files.has(word) {
        return Ok(Some(word));
    }
    let Some(name) = files.settings.aliases.get(word) else {
        return Ok(None);
    };
    let alias = display(word);
    if !files.has(name) {
        let path = sys::settings::path(&files.env).unwrap_or_default();
        let path = path.display();
        return Err(not_found(files, name).hint(format!("the alias `{alias}` names it ({path})")));
    }
    context
        .ui
        .narrate(&format!("`{alias}` is an alias of `{}`", display(name)));
    Ok(Some(name))
}

pub fn not_found(files: &Files, name: &str) -> Error {
    let near = nearest(name, files.profiles.names()).into_iter().map(str::to_owned);
    refused(&files.profiles, missing(files, name, near.collect()))
}

/// `near` holds the names that the user may have meant.
fn missing(files: &Files, name: &str, near: Vec<String>) -> resolve::Error {
    resolve::Error::ProfileNotFound {
        name: name.to_owned(),
        how: How::Explicit,
        searched: files.searched(),
        near,
    }
}

/// No profile has this name, but those in `found` contain it.
fn ambiguous(files: &Files, word: &str, found: &[Entry]) -> Error {
    let near = found.iter().take(MAX_NAMED).map(|entry| entry.name.clone());
    let error = explained(&files.profiles, missing(files, word, near.collect()));
    if found.len() == 1 {
        return error;
    }
    let pick = Command::new("awsenv use").option("--query", word);
    let why = format!("` to choose among all {}", found.len());
    error.hint(Advice::from("run `").command(pick).text(why))
}

/// Reports that `first` is taken for `word`; `how` says how it matched.
///
/// # Errors
/// A production profile, which only the user can choose.
pub fn take_first(context: &Context, files: &Files, word: &str, first: &Entry, how: &str) -> Result<(), Error> {
    let (word_shown, name) = (display(word), display(&first.name));
    let of = if word.is_empty() {
        String::new()
    } else {
        format!(" for `{word_shown}`")
    };
    if !files.settings.is_production(&first.name) {
        context.ui.tell(format!("selected `{name}`, {how}{of}"));
        return Ok(());
    }
    let message = format!("{how}{of} is the production profile `{name}`, which `--first` never selects");
    let error = Error::new(Kind::Failed, message);
    Err(error.hint(Command::new("awsenv use").operand(&first.name)))
}

/// Only the wrapper function may ask, because an eval may be in a script.
fn is_askable(context: &Context) -> bool {
    let process = context.process;
    Wrapper::of(&process.env).is_some() && !process.read_by_shell && ask::check(context, "").is_ok()
}

fn confirm(context: &Context, files: &Files, entry: &Entry, region: Option<&str>) -> Result<(), Error> {
    let mut question = format!("use `{}`", cut(display(&entry.name), MAX_WIDTH));
    let places = [entry.account_id.as_deref(), region.or(entry.region.as_deref())];
    let places: Vec<String> = places
        .into_iter()
        .flatten()
        .filter(|place| !place.is_empty())
        .map(|place| cut(display(place), MAX_WIDTH / 2))
        .collect();
    if !places.is_empty() {
        let _ = write!(question, " ({})", places.join(", "));
    }
    let is_production = files.settings.is_production(&entry.name);
    if is_production {
        question += ", a PRODUCTION profile";
    }
    if ask::yes(
        context,
        &question,
        is_production,
        "give the whole name to skip the question",
    )? {
        Ok(())
    } else {
        Err(Error::cancelled())
    }
}
