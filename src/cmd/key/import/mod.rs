//! `awsenv key import`: keys out of files, the environment or a CSV into the keychain.
//!
//! Stored, read back and compared first; only then is a file changed. Killed at any point, the same command goes on.

mod aws;
mod boto;
mod csv;
mod elsewhere;
mod pair;
mod split;

use std::path::PathBuf;

use crate::cli::KeyImportArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::keychain::{Item, StoreKind, last_four};
use crate::ops::diff;
use crate::ops::edit::{self, FileEdit, UndoBy};
use crate::ops::files::Files;
use crate::ops::keychain::{
    self,
    deposit::{self, Deposit},
    detach,
    identity::Moved,
    transaction,
};
use crate::ops::{ask, choose};
use crate::sys::edit::EditLock;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// Where the keys are now.
enum Source {
    Aws,
    Boto,
    Csv(PathBuf),
    Env,
}

impl Source {
    fn parse(word: &str) -> Result<Self, Error> {
        match word.split_once(':') {
            Some(("csv", path)) if !path.is_empty() => Ok(Self::Csv(path.into())),
            None if word == "aws" => Ok(Self::Aws),
            None if word == "boto" => Ok(Self::Boto),
            None if word == "env" => Ok(Self::Env),
            _ => Err(Error::new(
                Kind::Usage,
                format!("`--from {}`: it is `aws`, `boto`, `env` or `csv:PATH`", display(word)),
            )),
        }
    }
}

/// What all profiles of one run have in common.
struct Import<'a> {
    context: &'a Context<'a>,
    args: &'a KeyImportArgs,
}

/// What is to be done for one profile.
struct Plan {
    /// Whose keys they will be.
    profile: String,
    /// The item's name.
    name: String,
    item: Item,
    /// In the order in which they are written.
    edits: Vec<FileEdit>,
    /// Whether `profile` may become somebody else, because it had no keys.
    is_new: bool,
    /// What is left to the person.
    advice: Option<String>,
}

impl Plan {
    fn deposit(&self, store: StoreKind, replace: bool) -> Deposit<'_> {
        Deposit {
            profile: &self.profile,
            name: &self.name,
            item: self.item.clone(),
            store,
            replace,
        }
    }
}

/// Imports what is named; with `--all` what can be, and status 1 if something could not.
pub(super) fn run(context: &Context, args: KeyImportArgs) -> Result<Outcome, Error> {
    let source = Source::parse(&args.from)?;
    let import = Import { context, args: &args };
    let names = import.names(&source)?;
    if names.is_empty() {
        let message = match source {
            Source::Aws => "no profile has a key in a file",
            _ => "there are no keys to import",
        };
        context.ui.tell(message);
        return Ok(Outcome::Done(0));
    }
    // Nothing is lost by it, so only a person who is there is asked.
    if args.all && !args.dry_run && !args.yes && names.len() > 1 && ask::check(context, "").is_ok() {
        let question = format!("move the keys of {} profiles into the keychain", names.len());
        if !ask::yes(context, &question, false, "")? {
            return Err(Error::cancelled());
        }
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

/// Whether the next profile would meet the same, perhaps after waiting as long again.
fn is_final(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Cancelled | Kind::KeychainAbsent | Kind::KeychainLocked | Kind::KeychainTimeout
    )
}

impl Import<'_> {
    /// The profiles to import for.
    fn names(&self, source: &Source) -> Result<Vec<String>, Error> {
        let typed: Result<Vec<_>, _> = self
            .args
            .profile
            .iter()
            .map(|word| choose::utf8(word).map(str::to_owned))
            .collect();
        let typed = typed?;
        if self.args.profile.len() > 1 && (self.args.item.is_some() || self.args.split.is_some()) {
            return Err(Error::new(Kind::Usage, "`--item` and `--split` are for one profile"));
        }
        if self.args.split.is_some() && !matches!(source, Source::Aws) {
            return Err(Error::new(Kind::Usage, "`--split` is for keys of the AWS files"));
        }
        match (source, typed.as_slice()) {
            (Source::Env, [_]) => Ok(typed),
            (Source::Env, _) => Err(Error::new(
                Kind::Usage,
                "name the one profile that the key of the environment is for",
            )),
            (Source::Csv(path), []) => csv::names(path),
            (_, []) if !self.args.all => Err(Error::new(Kind::Usage, "which profile? name it, or say `--all`")),
            (Source::Aws, []) => Ok(aws::names(&Files::load(self.context)?)),
            (Source::Boto, []) => Ok(boto::names(&Files::load(self.context)?)),
            _ => Ok(typed),
        }
    }

    /// Imports one; gives the difference that `--dry-run` shows.
    fn one(&self, source: &Source, name: &str) -> Result<String, Error> {
        let context = self.context;
        let files = Files::load(context)?;
        let keychain = context.keychain()?;
        let Some(plan) = self.plan(source, &files, &keychain, name)? else {
            if !self.args.dry_run {
                // It clears away what a run that was killed at the very end has left.
                EditLock::take(self.context.env())?;
            }
            return Ok(String::new());
        };
        if self.args.dry_run {
            return Ok(diff::of(&plan.edits));
        }
        self.check_sharers(&files, &plan)?;
        let store = self.store(&keychain, &plan.name)?;
        deposit::put(&keychain, &plan.deposit(store, self.args.replace))?;
        // The keychain may have let somebody type a password; only now the files are locked, and read again.
        let lock = EditLock::take(self.context.env())?;
        let Some(now) = self.plan(source, &Files::load(context)?, &keychain, name)? else {
            return Ok(String::new());
        };
        // Meanwhile another awsenv may have taken the item out of the store, or to another one.
        let store = self.store(&keychain, &now.name)?;
        deposit::put(&keychain, &now.deposit(store, self.args.replace))?;
        let shown = display(&now.profile);
        let restore = keychain::command("restore", &now.profile);
        let title = format!("import the key of `{shown}`");
        edit::save(context, &lock, &title, &now.edits, UndoBy::Command(restore))?;
        let last_four = last_four(&now.item.access_key_id);
        let files = match now.edits.len() {
            0 => "; no file was changed",
            _ => "; its line in the file asks awsenv for it",
        };
        context.ui.notice(&format!(
            "the key ****{last_four} of `{shown}` is in {}{files}",
            store.described()
        ));
        now.advice.iter().for_each(|advice| context.ui.tell(advice));
        Ok(String::new())
    }

    /// What is to be done, if it makes nobody somebody else; `None` if it is done already.
    fn plan(&self, source: &Source, files: &Files, keychain: &Keychain<'_>, name: &str) -> Result<Option<Plan>, Error> {
        let found = match source {
            Source::Aws => None,
            Source::Boto => Some(boto::keys(self, files, name)?),
            Source::Csv(path) => Some(csv::keys(path, name)?),
            Source::Env => Some(elsewhere::of_env(self.context)?),
        };
        let plan = match found {
            None => aws::plan(self, files, keychain, name)?,
            Some(found) => Some(elsewhere::plan(self, files, name, found)?),
        };
        if let Some(plan) = &plan {
            edit::distinct(&plan.edits)?;
            let moved = Moved {
                item: &plan.name,
                access_key_id: &plan.item.access_key_id,
            };
            let except = plan.is_new.then_some(plan.profile.as_str());
            let checked = transaction::check_identities(files, &plan.edits, &moved, except);
            checked.map_err(|error| match source {
                Source::Aws => self.advise(error, name),
                _ => error,
            })?;
        }
        Ok(plan)
    }

    /// Refuses to replace an item that other profiles ask for: they would get the key of this one.
    fn check_sharers(&self, files: &Files, plan: &Plan) -> Result<(), Error> {
        let sharers = detach::sharers(files, &plan.profile, &plan.name);
        let Some(other) = sharers.first().filter(|_| self.args.replace) else {
            return Ok(());
        };
        let (profile, other, item) = (display(&plan.profile), display(other), display(&plan.name));
        let message = format!("`{other}` asks for the item `{item}` too, and would get the key of `{profile}`");
        Err(Error::new(Kind::Failed, message).hint("`--item NAME` gives this key an item of its own"))
    }

    /// The store for the item, if it is one for which plaintext may go.
    fn store(&self, keychain: &Keychain<'_>, name: &str) -> Result<StoreKind, Error> {
        let store = keychain::store_of(keychain, name)?;
        if !store.lasts() && !self.args.keep {
            let message = format!(
                "{} is empty after a reboot, so no file gives its key up for it",
                store.described()
            );
            let is_there = keychain.index().is_ok_and(|index| index.find(name).is_some());
            let lasting = match is_there {
                true => "`awsenv key move --to os` or `file` takes the key that is there to a lasting store",
                false => "AWSENV_KEYCHAIN=os or file chooses a lasting store",
            };
            return Err(Error::new(Kind::Failed, message)
                .hint(format!("`--keep` stores the key and leaves the files; {lasting}")));
        }
        Ok(store)
    }

    /// What could be done about somebody who would change.
    fn advise(&self, error: Error, name: &str) -> Error {
        if self.args.split.is_some() {
            return error;
        }
        let name = display(name);
        error.hint(format!(
            "give the key a profile of its own: awsenv key import {} --split {}",
            shell_words::quote(&name),
            shell_words::quote(&format!("{name}-keys"))
        ))
    }

    /// The name of the item for a profile.
    fn item_name<'n>(&'n self, profile: &'n str) -> &'n str {
        self.args.item.as_deref().unwrap_or(profile)
    }
}
