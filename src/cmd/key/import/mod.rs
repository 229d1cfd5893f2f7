//! `awsenv key import`: moves keys from files, the environment or a CSV file into the keychain.
//!
//! A key is stored, read back and compared before any file is changed. After a kill at any point, the same command
//! continues.

mod admit;
mod all;
mod aws;
mod boto;
mod csv;
mod elsewhere;
mod split;

use std::cell::{Cell, OnceCell};
use std::path::PathBuf;

use crate::advice::Advice;
use crate::cli::KeyImportArgs;
use crate::config::edit::Part;
use crate::config::locate::in_home;
use crate::context::{Context, Outcome};
use crate::env::names::names;
use crate::error::{Error, Kind};
use crate::journal::{KeyCommand, Undo};
use crate::keychain::{Item, StoreKind, last_four};
use crate::ops::diff;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::command;
use crate::ops::keychain::deposit::Deposit;
use crate::ops::keychain::line;
use crate::ops::keychain::pair as check;
use crate::ops::keychain::transaction::{self, Rules, Sharers, Stored};
use crate::ops::{ask, catalog, choose};
use crate::sys;
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;
use crate::text::{self, display};

enum Source {
    Aws,
    Boto,
    Csv(PathBuf),
    Env,
}

impl Source {
    fn parse(context: &Context, word: &str) -> Result<Self, Error> {
        match word.split_once(':') {
            Some(("csv", path)) if !path.is_empty() => Ok(Self::Csv(in_home(path, context.env(), &sys::fs::home_of))),
            None if word == "aws" => Ok(Self::Aws),
            None if word == "boto" => Ok(Self::Boto),
            None if word == "env" => Ok(Self::Env),
            _ => Err(Error::new(
                Kind::Usage,
                format!(
                    "`--from` must be `aws`, `boto`, `env` or `csv:PATH`, not `{}`",
                    text::name(word)
                ),
            )),
        }
    }

    /// Whether the profile may change its identity to that of the key.
    fn is_new(&self) -> bool {
        matches!(self, Self::Csv(_) | Self::Env)
    }

    /// What the user still has to do.
    fn advice(&self) -> Option<Advice> {
        match self {
            Self::Aws | Self::Boto => None,
            Self::Csv(path) => Some(format!("`{}` still contains the key: delete it", path.display()).into()),
            Self::Env => {
                let advice = Advice::from("this shell still has the key: ");
                Some(advice.unset(names(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])))
            }
        }
    }
}

/// The context of one run, for all its profiles.
struct Import<'a> {
    context: &'a Context<'a>,
    args: &'a KeyImportArgs,
    /// awsenv's own, once it was looked for.
    program: OnceCell<String>,
}

struct Plan {
    /// Where the key is, to begin a message with.
    place: String,
    /// The profile that gets the key.
    profile: String,
    /// Of the item.
    name: String,
    item: Item,
    /// In the order in which they are written.
    edits: Vec<FileEdit>,
    /// As the edits, before they are made in whole files.
    parts: Vec<Part>,
}

impl Plan {
    /// With each part as an edit of its file.
    fn whole(mut self, files: &Files) -> Result<Self, Error> {
        for part in std::mem::take(&mut self.parts) {
            self.edits.extend(aws::edit_of(files, part.path(), [&part])?);
        }
        Ok(self)
    }
}

/// With `--all` it imports what it can, and returns status 1 if something failed.
pub(super) fn run(context: &Context, args: KeyImportArgs) -> Result<Outcome, Error> {
    let source = Source::parse(context, &args.from)?;
    let import = Import {
        context,
        args: &args,
        program: OnceCell::new(),
    };
    let names = import.names(&source)?;
    if names.is_empty() {
        // Removes what a run left that was killed at the very end.
        EditLock::tidy(context.env());
        let message = match source {
            Source::Aws => "no profile has a key in a file",
            _ => "there are no keys to import",
        };
        context.ui.tell(message);
        if let Ok(files) = Files::load(context) {
            catalog::first_steps(&files)
                .into_iter()
                .for_each(|step| context.ui.tell(step));
        }
        return Ok(Outcome::Done(0));
    }
    // An import loses nothing, so it asks only if there is a terminal.
    if args.all && !args.dry_run && !args.yes && names.len() > 1 && ask::check(context, "").is_ok() {
        let question = format!("move the keys of {} profiles into the keychain", names.len());
        if !ask::yes(context, &question, false, "")? {
            return Err(Error::cancelled());
        }
    }
    if all::is_possible(&import, &source, &Files::load(context)?) {
        return all::run(&import, &names);
    }
    let (mut text, mut status) = (String::new(), 0);
    for name in &names {
        match import.one(&source, name) {
            Ok(diff) => text += &diff,
            Err(error) if args.all && !is_final(error.kind) => {
                context.ui.error(&error);
                status = 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Outcome::Text(text, status))
}

/// Whether the next profile would fail in the same way, perhaps after the same wait.
fn is_final(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Cancelled | Kind::KeychainAbsent | Kind::KeychainLocked | Kind::KeychainTimeout
    )
}

impl Import<'_> {
    fn names(&self, source: &Source) -> Result<Vec<String>, Error> {
        let typed: Result<Vec<_>, _> = self
            .args
            .profile
            .iter()
            .map(|word| choose::utf8(word).map(str::to_owned))
            .collect();
        let typed = typed?;
        if self.args.profile.len() > 1 && (self.args.item.is_some() || self.args.split.is_some()) {
            return Err(Error::new(Kind::Usage, "`--item` and `--split` take only one profile"));
        }
        if self.args.split.is_some() && !matches!(source, Source::Aws) {
            return Err(Error::new(Kind::Usage, "`--split` is only for keys in the AWS files"));
        }
        match (source, typed.as_slice()) {
            (Source::Env, [_]) => Ok(typed),
            (Source::Env, _) => Err(Error::new(
                Kind::Usage,
                "name the one profile that the key in the environment is for",
            )),
            (Source::Csv(path), []) => csv::names(path),
            (_, []) if !self.args.all => Err(Error::new(Kind::Usage, "name a profile, or use `--all`")),
            (Source::Aws, []) => Ok(aws::names(&Files::load(self.context)?)),
            (Source::Boto, []) => Ok(boto::names(&Files::load(self.context)?)),
            _ => Ok(typed),
        }
    }

    /// Returns the diff that `--dry-run` shows.
    fn one(&self, source: &Source, name: &str) -> Result<String, Error> {
        let context = self.context;
        let files = Files::load(context)?;
        let keychain = context.keychain();
        let is_minded = Cell::new(self.args.any_shape);
        let plan = |files: &Files| {
            let Some((place, plan)) = self.plan(source, files, &keychain, name)? else {
                return Ok(None);
            };
            // Once, and not while the files are locked.
            if !is_minded.replace(true) {
                let may_ask = !self.args.yes && !self.args.dry_run;
                check::mind(context, &place, &plan.deposit.item.secret_access_key, may_ask)?;
            }
            Ok(Some(plan))
        };
        if self.args.dry_run {
            let Some(plan) = plan(&files)? else {
                return Ok(String::new());
            };
            plan.check(&files)?;
            return Ok(diff::of(&plan.edits));
        }
        let Some(Stored { plan, store }) = transaction::store(context, &keychain, &files, plan)? else {
            return Ok(String::new());
        };
        self.tell_stored(&plan.deposit, store, !plan.edits.is_empty());
        source.advice().into_iter().for_each(|advice| context.ui.tell(advice));
        Ok(String::new())
    }

    fn tell_stored(&self, deposit: &Deposit, store: StoreKind, has_changed: bool) {
        let shown = display(&deposit.profile);
        let last_four = last_four(&deposit.item.access_key_id);
        let files = match has_changed {
            false => "; no file was changed",
            true => "; its line in the file now asks awsenv for it",
        };
        let store = store.described();
        let text = format!("the key ****{last_four} of `{shown}` is in {store}{files}");
        self.context.ui.notice(&text);
    }

    /// Also where the key is; `None` if it is already done.
    fn plan(
        &self,
        source: &Source,
        files: &Files,
        keychain: &Keychain<'_>,
        name: &str,
    ) -> Result<Option<(String, transaction::Plan)>, Error> {
        let found = match source {
            Source::Aws => None,
            Source::Boto => Some(boto::keys(self, files, name)?),
            Source::Csv(path) => Some(csv::keys(path, name)?),
            Source::Env => Some(elsewhere::of_env(self.context)?),
        };
        let plan = match found {
            None => aws::plan(self, files, keychain, name)?
                .map(|plan| plan.whole(files))
                .transpose()?,
            Some(found) => Some(elsewhere::plan(self, files, name, found)?),
        };
        Ok(plan.map(|plan| {
            (
                plan.place.clone(),
                transaction::Plan {
                    title: format!("import the key of `{}`", display(&plan.profile)),
                    undo: Undo::Key {
                        command: KeyCommand::Restore,
                        profile: plan.profile.clone(),
                    },
                    edits: plan.edits,
                    rules: Rules {
                        // The other profiles would get this profile's key.
                        sharers: if self.args.replace {
                            Sharers::Refuse
                        } else {
                            Sharers::Ignore
                        },
                        must_last: !self.args.keep,
                        may_change: source.is_new(),
                        hint: self.split_hint(name).filter(|_| matches!(source, Source::Aws)),
                    },
                    deposit: Deposit {
                        profile: plan.profile,
                        name: plan.name,
                        item: plan.item,
                        replace: self.args.replace,
                    },
                },
            )
        }))
    }

    /// The hint for when another profile would change its identity.
    fn split_hint(&self, name: &str) -> Option<Advice> {
        if self.args.split.is_some() {
            return None;
        }
        let import = command(KeyCommand::Import, name).option("--split", &format!("{name}-keys"));
        Some(Advice::from("give the key a profile of its own: ").command(import))
    }

    /// The line for a profile.
    fn line(&self, profile: &str, item: &str) -> Result<String, Error> {
        if self.program.get().is_none() {
            let _ = self.program.set(line::program(self.context)?);
        }
        line::value_of(self.program.get().map_or("", String::as_str), profile, item)
    }

    fn item_name<'n>(&'n self, profile: &'n str) -> &'n str {
        self.args.item.as_deref().unwrap_or(profile)
    }
}
