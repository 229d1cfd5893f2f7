//! The menu of all profiles in the picker, for the commands that ask for a profile.

mod preview;
mod row;

use std::ffi::OsStr;
use std::sync::{Arc, OnceLock};

use crate::cli::PickArgs;
use crate::config::{Lint, lint};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::catalog::{self, Entry};
use crate::ops::choose::{self, Chosen};
use crate::ops::files::Files;
use crate::ops::sso::known::Known;
use crate::ops::usage::{self, Keeper};
use crate::process::Process;
use crate::redact::harmless;
use crate::resolve::Choice;
use crate::sys::picker::{self, Cell, FIELDS, Look};
use crate::text::name;
use crate::ui::Ui;

use self::row::{Columns, Shown};

#[derive(Clone, Copy, Debug)]
pub enum Manner<'a> {
    /// Takes the best match for this query, unless it is a production profile.
    First(&'a str),
    /// Lets the user choose, starting with this query.
    Ask(&'a str),
}

/// The profile picked by the user, if `args` ask for the picker; else the one that `word` names, as [`choose::choose`]
/// takes it. `usage` says how to name one on the command line instead.
///
/// # Errors
/// As [`profile`] and [`choose::choose`].
pub fn chosen(context: &Context, args: &PickArgs, word: Option<&OsStr>, usage: &str) -> Result<Chosen, Error> {
    if args.pick {
        let query = args.query.as_deref().unwrap_or_default();
        return profile(context, Manner::Ask(query), usage);
    }
    choose::choose(context, word)
}

/// `usage` says how to name a profile on the command line if the picker cannot run; empty if that is not possible.
///
/// # Errors
/// No terminal, no profile, or a user who leaves without choosing.
pub fn profile(context: &Context, manner: Manner<'_>, usage: &str) -> Result<Chosen, Error> {
    let process = context.process;
    if let Manner::Ask(_) = manner {
        picker::check_terminal(process.stderr_tty, process.env.text("TERM")).map_err(|why| {
            if let Ok(files) = Files::load(context)
                && catalog::entries(&files).is_empty()
            {
                return catalog::no_profiles(&files);
            }
            let message = format!("cannot pick a profile without a terminal: {why}");
            let mut error = Error::new(Kind::Usage, message);
            if !usage.is_empty() {
                error = error.hint(format!("name the profile: {usage}"));
            }
            error.hint("`awsenv list` shows all profiles")
        })?;
    }
    let files = Arc::new(Files::load(context)?);
    let mut entries = catalog::entries(&files);
    let keeper = match manner {
        Manner::Ask(_) => Keeper::Picker,
        Manner::First(_) => Keeper::Reader,
    };
    usage::sort(context, &files.settings, &mut entries, keeper);
    if entries.is_empty() {
        return Err(catalog::no_profiles(&files));
    }
    let settings = files.settings.picker.clone();
    let tokens = context.tokens();
    let known = Known::new(&files, &tokens, process.now);
    let shown = |entry: Entry| Shown {
        member: files
            .profiles
            .profile(&entry.name)
            .and_then(|profile| known.member(profile)),
        entry,
    };
    let entries: Vec<Shown> = entries.into_iter().map(shown).collect();
    let menu = Arc::new(Profiles {
        columns: Columns::of(&entries),
        active: catalog::active(context, &files),
        files: Arc::clone(&files),
        entries,
        ui: context.ui.clone(),
        process: process.clone(),
        lints: OnceLock::new(),
    });
    let of = |index: usize| &menu.entries[index].entry;
    let chosen = match manner {
        Manner::First(query) => {
            let best = picker::best(Arc::<Profiles>::clone(&menu), query).map(of);
            let none = || Error::new(Kind::ProfileNotFound, format!("no profile matches `{}`", name(query)));
            let best = best.ok_or_else(none)?;
            let how = if query.is_empty() {
                "the first one"
            } else {
                "the best match"
            };
            choose::take_first(context, &files, query, best, how)?;
            best
        }
        Manner::Ask(query) => {
            let color = context.ui.color;
            let picked = picker::pick(Arc::<Profiles>::clone(&menu), query, &settings, color)
                .map_err(|error| Error::new(Kind::Failed, format!("the picker failed: {error}")))?;
            picked.map(of).ok_or_else(Error::cancelled)?
        }
    };
    Ok(Chosen {
        files,
        choice: Choice::explicit(&chosen.name),
        is_named: true,
    })
}

struct Profiles {
    files: Arc<Files>,
    entries: Vec<Shown>,
    columns: Columns,
    active: Option<String>,
    ui: Ui,
    process: Process,
    /// Computed for the first preview.
    lints: OnceLock<Vec<Lint>>,
}

impl picker::Menu for Profiles {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn width(&self) -> usize {
        self.columns.width()
    }

    fn fields(&self, index: usize) -> [String; FIELDS] {
        let shown = &self.entries[index];
        let entry = &shown.entry;
        let profile = self.files.profiles.profile(&entry.name);
        let role = entry.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
        let role = role.or_else(|| profile?.text("sso_role_name"));
        let comments: Vec<&str> = profile.into_iter().flat_map(preview::comments_of).collect();
        [
            entry.name.clone(),
            shown.account_words(),
            role.and_then(harmless).unwrap_or_default().to_owned(),
            entry.region.clone().unwrap_or_default(),
            comments.join(" "),
        ]
    }

    fn row(&self, index: usize, width: usize) -> Vec<Cell> {
        let shown = &self.entries[index];
        let entry = &shown.entry;
        let look = if self.files.settings.is_production(&entry.name) {
            Look::Danger
        } else {
            Look::Plain
        };
        let is_active = self.active.as_ref() == Some(&entry.name);
        self.columns.row(shown, look, is_active, width)
    }

    fn preview(&self, index: usize) -> String {
        let Shown { entry, member } = &self.entries[index];
        preview::text(&preview::Subject {
            files: &self.files,
            entry,
            member: member.as_ref(),
            lints: self.lints.get_or_init(|| lint::all(&self.files.profiles)),
            is_production: self.files.settings.is_production(&entry.name),
            ui: &self.ui,
            process: &self.process,
        })
    }
}
