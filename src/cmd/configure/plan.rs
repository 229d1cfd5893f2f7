//! What `configure` would change, found before the first question, and then changed as answered.

use crate::advice::{Advice, Command};
use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind, Profile, Section};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::{KeyCommand, Undo};
use crate::keychain::layout::{ID, SECRET};
use crate::keychain::{self, last_four};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::transaction::{self, Plan, Rules, Sharers};
use crate::ops::keychain::typed::Typed;
use crate::ops::keychain::{attach, command, halves, index, line, pair, store_to_write};
use crate::secret::Secret;
use crate::sys;
use crate::sys::edit::EditLock;
use crate::text::display;

use super::setting::{self, Key};

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

/// An empty answer keeps the present value.
pub(super) struct Answers {
    pub(super) key: Option<Typed>,
    pub(super) region: String,
    pub(super) output: String,
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
pub(super) struct Present {
    pub(super) id: String,
    secret: Secret<String>,
    /// Whether both halves are there.
    pub(super) works: bool,
}

/// The line that makes the profile use its key, present or new.
pub(super) struct Line {
    item: String,
    value: String,
    /// A profile that already uses the item gets a new key in it; another profile's item is kept.
    is_own: bool,
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
        let present = deposit::present(&keychain, &item, is_own).map_err(|error| {
            let is_absent = matches!(error, keychain::Error::Absent { .. });
            let error = Error::from(error);
            match is_absent {
                true => error.hint(plaintext_command(profile)),
                false => error,
            }
        })?;
        let present = present.map(|item| Present {
            id: item.access_key_id.clone(),
            secret: item.secret_access_key.clone(),
            works: true,
        });
        if present.is_some() && !is_own {
            return Err(deposit::other_key(store, &item));
        }
        let line = Line { item, value, is_own };
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
            (Keeping::Keychain { line, .. }, Some(key)) => {
                into_keychain(context, self.files, self.profile, line, answers, key).map(|()| true)
            }
            _ => into_files(context, self.files, self.profile, answers),
        }
    }
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

/// Puts the key into the keychain, and the other answers into the files.
fn into_keychain(
    context: &Context,
    files: &Files,
    profile: &str,
    line: &Line,
    answers: &Answers,
    key: &Typed,
) -> Result<(), Error> {
    let item = deposit::item(context, files.profiles.profile(profile), &key.id, key.secret.expose());
    let plan = |files: &Files| {
        let edits = attach::attach(files, profile, &line.item, &line.value, false)?;
        Ok(Some(Plan {
            deposit: Deposit {
                profile: profile.to_owned(),
                name: line.item.clone(),
                item: item.clone(),
                replace: line.is_own,
            },
            edits: with_settings(files, profile, answers, edits)?,
            title: title(profile),
            undo: Undo::Journal,
            rules: Rules {
                sharers: Sharers::Warn,
                may_change: true,
                ..Rules::default()
            },
        }))
    };
    transaction::store(context, &context.keychain(), files, plan).map(drop)
}

/// Puts all answers into the files; returns whether there were any.
fn into_files(context: &Context, files: &Files, profile: &str, answers: &Answers) -> Result<bool, Error> {
    let edits = |files: &Files| {
        let key = answers.key.as_ref();
        let key = key.map(|key| plaintext(files, profile, key)).transpose()?;
        with_settings(files, profile, answers, key.into_iter().collect())
    };
    // Reports what is impossible before the files are locked.
    edits(files)?;
    let lock = EditLock::take(context.env())?;
    let edits = edits(&Files::load(context)?)?;
    if answers.key.is_some() {
        for edit in edits.iter().filter(|edit| edit.was.is_some()) {
            // Before the file holds the secret.
            sys::edit::keep_private(&edit.path)?;
        }
    }
    edit::save(context, &lock, &title(profile), &edits, Undo::Journal)?;
    Ok(answers.key.is_some() || !edits.is_empty())
}

fn title(profile: &str) -> String {
    format!("configure `{}`", display(profile))
}

/// Adds the edits for the typed region and output; at most one edit for each file.
fn with_settings(
    files: &Files,
    profile: &str,
    answers: &Answers,
    mut edits: Vec<FileEdit>,
) -> Result<Vec<FileEdit>, Error> {
    for (key, value) in [("region", &answers.region), ("output", &answers.output)] {
        if value.is_empty() {
            continue;
        }
        let edited = files.edited(&edits)?;
        let setting = setting::edit_for(&edited, profile, &Key::parse(key), value)?;
        edits = edit::join(edits, setting.into_iter().collect());
    }
    Ok(edits)
}

/// The edit that writes the key to the credentials file, or to where the profile has one.
fn plaintext(files: &Files, profile: &str, key: &Typed) -> Result<FileEdit, Error> {
    let found = files.profiles.profile(profile);
    if let Some(process) = found.and_then(|found| found.get(line::KEY)) {
        let shown = display(profile);
        let message = format!("{}: `{shown}` gets its key from a credential_process", process.place());
        return Err(Error::new(Kind::Failed, message)
            .hint("take the key out of the keychain first, with `awsenv key restore` or `awsenv key remove`"));
    }
    let has_key = |section: &Section<'_>| [ID, SECRET].iter().any(|key| section.own(key).is_some());
    let own = found.and_then(|found: Profile<'_>| {
        let credentials = found.credentials_section();
        credentials
            .filter(has_key)
            .or(found.config_section().filter(has_key))
            .or(credentials)
    });
    let path = files.path_to_write(FileKind::Credentials)?;
    let new = Document::absent(path);
    let document = match own {
        Some(section) => section.document(),
        None => files.profiles.credentials().unwrap_or(&new),
    };
    let mut editor = Editor::new(document)?;
    let header = editor.header(own, FileKind::Credentials, profile)?;
    editor.set(&header, ID, &key.id)?;
    editor.set(&header, SECRET, key.secret.expose())?;
    // A token belongs to the old key.
    for token in ["aws_session_token", "aws_security_token"] {
        editor.remove(&header, token)?;
    }
    Ok(FileEdit::of(document, editor.finish()?))
}
