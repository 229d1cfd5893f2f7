//! All profiles that can be chosen, from the AWS files and the legacy boto files, with what the files alone say about
//! them.

use crate::advice::{Advice, Command};
use crate::config::{FileKind, Kind, Place, Profile, account_of_arn};
use crate::context::Context;
use crate::env::names::VarName;
use crate::error::{self, Error};
use crate::journal::KeyCommand;
use crate::keychain::layout::ID;
use crate::ops::files::Files;
use crate::ops::keychain::command;
use crate::ops::keychain::detach::item_of;
use crate::ops::now;
use crate::ops::refusal;
use crate::redact::{HIDDEN, harmless};
use crate::text::display;

#[derive(Clone, Debug)]
pub struct Entry {
    /// The exact name.
    pub name: String,
    pub kind: Kind,
    pub region: Option<String>,
    /// If a file names it.
    pub account_id: Option<String>,
    pub role_arn: Option<String>,
    pub source_profile: Option<String>,
    pub place: Option<Place>,
}

pub fn no_profiles(files: &Files) -> Error {
    let message = format!("there are no profiles in {}", files.searched());
    let unnamed: Vec<_> = files.unnamed().map(|(kind, _)| correct(kind)).collect();
    Error {
        hints: match unnamed.is_empty() {
            true => refusal::first_steps(&files.profiles),
            false => unnamed,
        },
        ..Error::new(error::Kind::ProfileNotFound, message)
    }
}

/// What to do about a variable that names no file.
pub fn correct(kind: FileKind) -> Advice {
    let variable = kind.variable();
    let correct = Advice::from(format!("correct {variable}, or remove it: "));
    correct.unset([VarName::of(variable)])
}

/// What to do where no file defines a profile; empty where one does.
pub fn first_steps(files: &Files) -> Vec<Advice> {
    match entries(files).as_slice() {
        [] => no_profiles(files).hints,
        _ => Vec::new(),
    }
}

/// In the order of the files; a profile of the AWS files hides a boto profile with the same name.
pub fn entries(files: &Files) -> Vec<Entry> {
    let aws = files.profiles.profiles().map(|profile| {
        let value = |key: &str| profile.text(key).map(safe);
        Entry {
            kind: Kind::of(profile),
            region: value("region"),
            account_id: account_id(profile),
            role_arn: value("role_arn"),
            source_profile: value("source_profile"),
            place: profile.place(),
            name: profile.name().to_owned(),
        }
    });
    let mut entries: Vec<Entry> = aws.collect();
    for (name, place) in files.boto().names() {
        if files.profiles.profile(&name).is_none() {
            entries.push(Entry {
                kind: Kind::Boto,
                region: None,
                account_id: None,
                role_arn: None,
                source_profile: None,
                place: Some(place),
                name,
            });
        }
    }
    entries
}

/// The profile that tools take in this shell, with or without awsenv.
pub fn active(context: &Context, files: &Files) -> Option<String> {
    now::profile(&now::choice(context), files).map(str::to_owned)
}

/// A key in a file, beside awsenv's own line for the same profile. `aws configure` leaves one.
#[derive(Debug)]
pub struct Plaintext {
    /// The line of the key id.
    pub place: Place,
    pub message: String,
    /// The command that fixes it.
    pub remedy: Command,
}

/// A key in a file that takes precedence over the one in the keychain.
pub fn plaintext(profile: Profile<'_>) -> Option<Plaintext> {
    item_of(profile)?;
    let (key, who) = match (profile.in_credentials(ID), profile.in_config(ID)) {
        (Some(key), _) => (key, "the AWS CLI, boto3 and most SDKs use it"),
        (None, Some(key)) => (key, "the SDK for JavaScript uses it"),
        (None, None) => return None,
    };
    let name = display(profile.name());
    Some(Plaintext {
        place: key.place(),
        message: format!("the key in this file takes precedence over the one for `{name}` in the keychain: {who}"),
        remedy: command(KeyCommand::Import, profile.name()).flag("--replace"),
    })
}

impl Plaintext {
    pub fn warning(self) -> Advice {
        let what = format!("{}: {} (", self.place, self.message);
        Advice::from(what).command(self.remedy).text(")")
    }
}

fn account_id(profile: Profile<'_>) -> Option<String> {
    profile
        .text("role_arn")
        .and_then(account_of_arn)
        .or_else(|| profile.text("sso_account_id"))
        .or_else(|| profile.text("aws_account_id"))
        .map(safe)
}

/// A value, or a placeholder if it has swallowed a secret.
fn safe(text: &str) -> String {
    harmless(text).unwrap_or(HIDDEN).to_owned()
}
