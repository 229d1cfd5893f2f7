//! Legacy boto files: which of them are still read, by which program, and which profiles get their keys.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::access;
use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::Advice;
use crate::config::boto::{BotoFiles, BotoKeys, BotoSource, Fallback, Problem};
use crate::config::{Document, Error, Place};
use crate::env::Env;
use crate::env::names::VarName;
use crate::error::config::legacy_remedy;
use crate::ops::describe;
use crate::ops::files::Files;
use crate::redact;
use crate::resolve::{self, BaseSource, Choice, How, Start, Survey};
use crate::text::display;

/// `files` are the AWS files, if they can be read.
pub(super) fn check(env: &Env, files: Option<&Files>) -> Vec<Finding> {
    let boto = crate::ops::files::boto(env);
    let fallbacks = boto.fallbacks();
    let mut findings = problems(&boto);
    let decides = fallbacks
        .iter()
        .position(|fallback| !matches!(fallback.found, Ok(None)));
    for (at, fallback) in fallbacks.iter().enumerate() {
        let first = decides.filter(|first| *first < at).map(|first| &fallbacks[first]);
        findings.extend(fallen_back_to(fallback, first, files, &findings));
    }
    findings.extend(profiles(&boto));
    findings.extend(readable(&boto, &fallbacks));
    findings
}

/// Files with keys that others can read.
fn readable(boto: &BotoFiles<'_>, fallbacks: &[Fallback]) -> Vec<Finding> {
    let read = |path: &PathBuf| Some(Document::parse_flat(path.as_path(), (boto.read)(path).ok()??));
    let own = boto.paths().into_iter().chain(boto.own_paths());
    let own = own.filter(|path| read(path).is_some_and(|document| access::holds_secret(&document)));
    let other = fallbacks
        .iter()
        .filter(|fallback| matches!(fallback.found, Ok(Some(_))));
    let paths: BTreeSet<PathBuf> = own.chain(other.map(|fallback| fallback.path.clone())).collect();
    let finding = |path: PathBuf| access::readable(&path);
    paths.into_iter().filter_map(finding).collect()
}

fn found(check: Check, message: impl Into<String>) -> Finding {
    Finding::new(check, Status::Warn, message)
}

fn problems(boto: &BotoFiles<'_>) -> Vec<Finding> {
    let finding = |problem| match problem {
        Problem::Broken(error) => {
            let place = if let Error::Parse { place, .. } = &error {
                Some(place.clone())
            } else {
                None
            };
            let remedy = legacy_remedy(&error);
            let error = crate::error::Error::from(error);
            let finding = found(
                Check::BotoBroken,
                format!("cannot be read, so its keys are not found: {}", error.message),
            )
            .remedy(remedy);
            place.iter().fold(finding, Finding::at)
        }
        Problem::Keyring { place, name } => found(
            Check::BotoKeyring,
            format!(
                "the keyring `{}` is never used: only a `[Credentials]` section without a secret uses its keyring",
                redact::shown(&name)
            ),
        )
        .remedy("delete the line")
        .at(&place),
        Problem::Percent { place, key } => found(
            Check::BotoPercent,
            format!("boto 2 refuses the `%` in `{key}`; awsenv and botocore take it literally"),
        )
        .at(&place),
    };
    boto.problems().into_iter().map(finding).collect()
}

/// A file that botocore reads for profiles without credentials. `first` is an earlier one that ends the search.
fn fallen_back_to(
    fallback: &Fallback,
    first: Option<&Fallback>,
    files: Option<&Files>,
    said: &[Finding],
) -> Option<Finding> {
    let away = match fallback.variable {
        Some(variable) => Advice::default().unset([VarName::of(variable)]),
        None => "awsenv key import --from boto, or delete the keys".into(),
    };
    match &fallback.found {
        // A missing AWS_CREDENTIAL_FILE is an error for botocore; a missing boto file is not.
        Err(error) => {
            let place = match error {
                Error::Parse { place, .. } | Error::HalfPair { place, .. } => Some(place.clone()),
                _ => None,
            };
            let error = crate::error::Error::from(error.clone());
            if said.iter().any(|finding| finding.message.ends_with(&error.message)) {
                return None;
            }
            let message = format!(
                "botocore reads this file when a profile has no credentials, and fails: {}",
                error.message
            );
            let finding = found(Check::BotoBroken, message).remedy(away).in_file(&fallback.path);
            Some(place.iter().fold(finding, Finding::at))
        }
        Ok(None) if fallback.is_there => {
            let finding = Finding::new(
                Check::BotoFallback,
                Status::Ok,
                "botocore still reads it, but finds no keys in it",
            );
            Some(finding.in_file(&fallback.path))
        }
        Ok(None) => {
            let variable = fallback.variable?;
            let message =
                format!("{variable} does not name a regular file, so botocore and boto 2 read no boto file at all");
            Some(found(Check::BotoMissing, message).remedy(away).in_file(&fallback.path))
        }
        Ok(Some(keys)) => {
            let to = match first {
                Some(first) => format!("but does not use it, because `{}` comes first", first.path.display()),
                None => format!("and uses it for {}", receivers(files, keys)),
            };
            let message = format!("botocore still reads {} here, {to}", shown(keys));
            Some(found(Check::BotoFallback, message).remedy(away).at(&keys.place))
        }
    }
}

/// The profiles without credentials of their own, for which botocore falls back to these keys.
fn receivers(files: Option<&Files>, keys: &BotoKeys) -> String {
    let Some(files) = files else {
        return "every profile without credentials of its own".to_owned();
    };
    let takes = |survey: &mut Survey<'_>, choice: &Choice| match survey.outline(choice, None).map(|found| found.start) {
        Ok(Start::Base(Some(base))) => {
            matches!(&*base, BaseSource::Boto(taken) if taken.place.as_ref() == Some(&keys.place))
        }
        _ => false,
    };
    let nobody = Choice {
        how: How::Implicit,
        ..resolve::select(Some("default"), &files.env)
    };
    let names = files.survey(|survey| {
        let profiles = files.profiles.names().map(Choice::explicit);
        let taking = profiles.filter(|choice| takes(survey, choice));
        let mut names: Vec<String> = taking.map(|choice| format!("`{}`", display(&choice.name))).collect();
        if takes(survey, &nobody) {
            names.push("commands that name no profile".to_owned());
        }
        names
    });
    match names.split_last() {
        None => "no profile now, because each has credentials of its own".to_owned(),
        Some((only, [])) => format!("{only}, for lack of other credentials"),
        Some((last, others)) => format!("{} and {last}, for lack of other credentials", others.join(", ")),
    }
}

fn profiles(boto: &BotoFiles<'_>) -> Vec<Finding> {
    let of = |(name, place): (String, Place)| {
        let keyring = match boto.profile(&name) {
            Ok(Some(BotoSource::Keyring(keyring))) => {
                format!(", with its secret in the keyring `{}`", redact::shown(&keyring.service))
            }
            _ => String::new(),
        };
        let message = format!("`{}` is a profile in a legacy boto file{keyring}", display(&name));
        Finding::new(Check::BotoProfile, Status::Ok, message).at(&place)
    };
    boto.names().into_iter().map(of).collect()
}

fn shown(keys: &BotoKeys) -> String {
    describe::the_key(&keys.access_key_id)
}
