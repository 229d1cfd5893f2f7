//! What `configure` would change, found before the first question, and then changed as answered.

use crate::advice::{Advice, Command};
use crate::config::Profile;
use crate::config::own_line::keychain_item;
use crate::context::Context;
use crate::error::Error;
use crate::journal::KeyCommand;
use crate::keychain;
use crate::keychain::last_four;
use crate::keychain::layout::{ID, SECRET};
use crate::ops::edit;
use crate::ops::files::Files;
use crate::ops::keychain::typed::Typed;
use crate::ops::keychain::{attach, command, deposit, halves, index, line, pair, store_to_write, transaction};
use crate::secret::Secret;
use crate::text::display;

use super::write::{Answers, Line, changed, into_files, into_keychain, plaintext, with_settings};

/// What else was asked for.
pub(super) struct Options {
    pub(super) plaintext: bool,
    pub(super) any_shape: bool,
}

/// A profile, and what becomes of its key.
pub(super) struct Target<'a> {
    pub(super) profile: &'a str,
    pub(super) keeping: Keeping,
    files: &'a Files,
}

/// Where a new key goes.
pub(super) enum Keeping {
    /// The profile gets its credentials in another way, which the error says.
    Not(Error),
    Files {
        present: Option<Present>,
    },
    Keychain {
        present: Option<Present>,
        line: Line,
    },
}

/// The key that the profile has now.
#[derive(PartialEq, Eq)]
pub(super) struct Present {
    pub(super) id: String,
    secret: Secret<String>,
    /// Whether both halves are there.
    pub(super) works: bool,
}

impl Present {
    pub(super) fn masked(&self) -> String {
        format!("****{}", last_four(&self.id))
    }

    pub(super) fn is_same(&self, typed: &Typed) -> bool {
        self.id == typed.id && self.secret == typed.secret
    }
}

impl<'a> Target<'a> {
    /// # Errors
    /// The store cannot take a key, with the other places for it; a file that cannot be edited.
    pub(super) fn of(context: &Context, files: &'a Files, profile: &'a str, options: &Options) -> Result<Self, Error> {
        let Options { plaintext, any_shape } = *options;
        let keeping = if plaintext {
            Ok(Self::in_files(files, profile))
        } else {
            Self::in_keychain(context, files, profile, any_shape)
        };
        let target = Self {
            profile,
            keeping: keeping?,
            files,
        };
        target.check_ready(context)?;
        Ok(target)
    }

    /// What is impossible is said before the first question: all files that an answer may change are looked at.
    fn check_ready(&self, context: &Context) -> Result<(), Error> {
        let Self { profile, files, .. } = *self;
        let edits = match &self.keeping {
            Keeping::Not(_) => Vec::new(),
            Keeping::Files { .. } => vec![plaintext(files, profile, &any_key())?],
            Keeping::Keychain { line, .. } => attach::attach(files, profile, &line.item, &line.value, false)?,
        };
        let needs_files = !edits.is_empty();
        let any = Answers {
            key: None,
            region: ANY.to_owned(),
            output: ANY.to_owned(),
        };
        let edits = with_settings(files, profile, &any, edits)?;
        edit::check_writable(context, &edits).map_err(|error| match self.keeping {
            Keeping::Keychain { .. } if !needs_files => {
                let command = Command::new("awsenv key add").flag("--replace").operand(profile);
                error.hint(Advice::from("or replace the key alone: ").command(command))
            }
            _ => error,
        })?;
        match &self.keeping {
            Keeping::Keychain { .. } => transaction::check_ready(context, &context.keychain(), &[]),
            _ => edit::check_ready(context, &[]),
        }
    }

    fn in_files(files: &Files, profile: &str) -> Keeping {
        let found = files.profiles.profile(profile);
        if let Err(obstacle) = plaintext(files, profile, &any_key()) {
            return Keeping::Not(obstacle);
        }
        let present = found.and_then(|found| {
            let text = |key| found.in_credentials(key).or_else(|| found.in_config(key));
            let id = text(ID)?.text();
            let secret = text(SECRET).map(|secret| secret.text()).unwrap_or_default();
            Some(Present {
                id: id.to_owned(),
                works: !id.is_empty() && !secret.is_empty(),
                secret: Secret::new(secret.to_owned()),
            })
        });
        Keeping::Files { present }
    }

    fn in_keychain(context: &Context, files: &Files, profile: &str, any_shape: bool) -> Result<Keeping, Error> {
        let found = files.profiles.profile(profile);
        let own_item = found.and_then(|found| found.text(line::KEY)).and_then(keychain_item);
        let has_line = own_item.is_some();
        let item = own_item.unwrap_or_else(|| profile.to_owned());
        let value = line::value(context, profile, &item)?;
        if let Err(obstacle) = attach::attach(files, profile, &item, &value, false) {
            let process = found.and_then(|found| found.get(line::KEY));
            let is_of_process = attach::attach(files, profile, &item, &value, true).is_ok();
            return Ok(Keeping::Not(match process.filter(|_| is_of_process) {
                Some(process) => {
                    attach::has_process(profile, process).hint(command(KeyCommand::Add, profile).flag("--replace"))
                }
                None => match found {
                    Some(found) => unmovable(found, obstacle, any_shape),
                    None => obstacle,
                },
            }));
        }
        let keychain = context.keychain();
        let store = store_to_write(&keychain, &item)?;
        let records = index::load(&keychain)?;
        let is_recorded = records.find(&item).is_some_and(|record| record.profile == profile);
        let is_own = has_line || is_recorded;
        let line = Line { item, value, is_own };
        let present = in_store(context, &line).map_err(|error| {
            let is_absent = matches!(error, keychain::Error::Absent { .. });
            let error = Error::from(error);
            match is_absent {
                true => error.hint(plaintext_command(profile)),
                false => error,
            }
        })?;
        if present.is_some() && !is_own {
            let add = || command(KeyCommand::Add, profile);
            return Err(deposit::other_key(store, &line.item)
                .hint(Advice::from("to overwrite that key: ").command(add().flag("--replace")))
                .hint(Advice::from("to keep both, under different names: ").command(add().option("--item", "NAME"))));
        }
        if present.is_none()
            && is_own
            && let Err(damaged @ keychain::Error::Damaged { .. }) = keychain.read(store, &line.item)
        {
            let damaged = Error::from(damaged).message;
            context.ui.warn(format!("{damaged}: a key that you enter replaces it"));
        }
        Ok(Keeping::Keychain { present, line })
    }

    /// Which profile is edited, and where it is.
    pub(super) fn title(&self) -> String {
        let shown = display(self.profile);
        match self
            .files
            .profiles
            .profile(self.profile)
            .and_then(|found| found.place())
        {
            Some(place) => format!("configuring `{shown}` ({place})"),
            None => format!("configuring `{shown}`, a new profile"),
        }
    }

    /// The present value; empty if there is none.
    pub(super) fn setting(&self, key: &str) -> &str {
        let found = self.files.profiles.profile(self.profile);
        found.and_then(|found| found.text(key)).unwrap_or_default()
    }

    /// Returns whether anything was changed.
    ///
    /// # Errors
    /// Whatever prevents it; then no file is written.
    pub(super) fn apply(&self, context: &Context, answers: &Answers) -> Result<bool, Error> {
        match (&self.keeping, &answers.key) {
            (Keeping::Keychain { line, present }, Some(key)) => {
                let now = in_store(context, line)?;
                if now != *present && !now.is_some_and(|now| now.is_same(key)) {
                    return Err(changed(self.profile, Command::new("awsenv configure")));
                }
                into_keychain(context, self.files, self.profile, line, answers, key).map(|()| true)
            }
            _ => into_files(context, self.files, self.profile, answers),
        }
    }
}

/// The key in the item of the line.
fn in_store(context: &Context, line: &Line) -> Result<Option<Present>, keychain::Error> {
    let found = deposit::present(&context.keychain(), &line.item, line.is_own)?;
    Ok(found.map(|item| Present {
        id: item.access_key_id.clone(),
        secret: item.secret_access_key.clone(),
        works: true,
    }))
}

/// Why the key that a profile has in the files is not replaced here: what is wrong with it, else the `obstacle`.
fn unmovable(found: Profile<'_>, obstacle: Error, any_shape: bool) -> Error {
    let check = |pair: &halves::Pair<'_>| {
        let secret = Secret::new(pair.secret.text().to_owned());
        pair::check(&pair.place(), pair.id.text(), &secret, any_shape)
    };
    let pairs = match halves::pairs(found) {
        Ok(pairs) if pairs.is_empty() => return obstacle,
        Ok(pairs) => pairs,
        Err(flawed) => return flawed,
    };
    let flawed = pairs.iter().find_map(|pair| check(pair).err());
    flawed.unwrap_or(obstacle).hint(plaintext_command(found.name()))
}

/// An answer that no profile has, so that it always is a change.
const ANY: &str = "any";

fn any_key() -> Typed {
    Typed {
        id: ANY.to_owned(),
        secret: Secret::new(ANY.to_owned()),
    }
}

fn plaintext_command(profile: &str) -> Advice {
    let command = Command::new("awsenv configure").flag("--plaintext").operand(profile);
    Advice::from("or keep the key in the credentials file, as plain text: ").command(command)
}
