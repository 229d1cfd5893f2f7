//! The files: whether they can be read, who else can, and what other SDKs make of them.

use std::path::Path;

use super::{Finding, Status};
use crate::cmd::inputs::{self, Files};
use crate::config::boto::{BotoFiles, Problem};
use crate::config::lint::{self, Lint};
use crate::config::{self, Document, Error, FileKind, Location};
use crate::env::Env;
use crate::resolve::Choice;
use crate::sys;

pub(super) fn check(env: &Env) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = inputs::settings(env) {
        findings
            .push(Finding::new("settings", Status::Fail, error.message).remedy("correct the line, or delete the file"));
    }
    for kind in [FileKind::Config, FileKind::Credentials] {
        findings.extend(aws_file(kind, &config::locate::locate(kind, env, &sys::fs::home_of)));
    }
    if let Ok(files) = Files::load(env) {
        findings.extend(lint::lint_profiles(&files.profiles).iter().map(of_lint));
        findings.extend(profiles(&files));
    }
    findings.extend(boto(&inputs::boto(env)));
    findings
}

/// Old files that act although nobody thinks of them any more.
fn boto(files: &BotoFiles<'_>) -> Vec<Finding> {
    let found = |message: &str| Finding::new("boto", Status::Warn, message);
    let mut findings = Vec::new();
    for problem in files.problems() {
        findings.push(match problem {
            Problem::Broken(error) => {
                let place = if let Error::Parse { place, .. } = &error {
                    Some(place.clone())
                } else {
                    None
                };
                let error = crate::error::Error::from(error);
                let finding = found(&format!("cannot be read, so its keys are not found: {}", error.message))
                    .remedy("correct the line, or delete the file");
                place.iter().fold(finding, Finding::at)
            }
            Problem::Keyring { place, name } => found(&format!(
                "the keyring `{name}` is asked by nobody: only `[Credentials]` without a secret is read that way"
            ))
            .remedy("delete the line")
            .at(&place),
            Problem::Percent { place, key } => found(&format!(
                "boto 2 refuses the `%` in `{key}`; awsenv and botocore take it as it stands"
            ))
            .at(&place),
        });
    }
    // What is wrong with these files has been said already.
    if let Ok(Some(keys)) = files.anonymous() {
        let message = format!(
            "`[Credentials]` with the key {} is no profile, but botocore falls back to it where a profile has no credentials",
            keys.access_key_id
        );
        findings.push(
            found(&message)
                .remedy("move the keys to a profile, or delete them")
                .at(&keys.place),
        );
    }
    if let Ok(Some(keys)) = files.credential_file() {
        let message = format!(
            "AWS_CREDENTIAL_FILE names the key {}, and botocore falls back to it where a profile has no credentials",
            keys.access_key_id
        );
        findings.push(found(&message).remedy("unset AWS_CREDENTIAL_FILE").at(&keys.place));
    }
    for (name, place) in files.names() {
        findings
            .push(Finding::new("boto", Status::Ok, format!("`{name}` is a profile of an old boto file")).at(&place));
    }
    findings
}

fn aws_file(kind: FileKind, location: &Location) -> Vec<Finding> {
    let check = if kind == FileKind::Config {
        "config-file"
    } else {
        "credentials-file"
    };
    let found = |status, message: String| Finding::new(check, status, message);
    let Some(path) = &location.path else {
        let variable = kind.variable();
        return vec![
            found(Status::Warn, format!("{variable} is empty, so none is read")).remedy(format!("unset {variable}")),
        ];
    };
    let bytes = match sys::fs::read_regular(path) {
        Err(error) => {
            let remedy = format!("chmod u+r {}", location.shown);
            return vec![
                found(Status::Fail, format!("cannot be read: {error}"))
                    .remedy(remedy)
                    .in_file(path),
            ];
        }
        Ok(None) if location.from_variable => {
            let message = format!("{} names no regular file, so it counts as empty", kind.variable());
            return vec![
                found(Status::Warn, message)
                    .remedy(format!("unset {}", kind.variable()))
                    .in_file(path),
            ];
        }
        Ok(None) => return vec![found(Status::Ok, "there is none".into()).in_file(path)],
        Ok(Some(bytes)) => bytes,
    };
    let document = Document::parse(path.as_path(), bytes);
    let mut findings = access(check, kind, path, &location.shown);
    match document.error() {
        Some(error) => {
            let place = document.place(error.line);
            let error = crate::error::Error::from(Error::parse(place.clone(), error));
            let mut finding = found(Status::Fail, error.message).at(&place);
            finding.remedy = error.hints.into_iter().next();
            findings.push(finding);
        }
        None => {
            let sections = document.sections().count();
            findings.push(found(Status::Ok, format!("can be read, {sections} sections")).in_file(path));
        }
    }
    findings.extend(lint::lint(&document, kind).iter().map(of_lint));
    findings
}

/// Who else can read the keys, or write what is run: a `credential_process` is a program of the file's choice.
fn access(check: &'static str, kind: FileKind, path: &Path, shown: &str) -> Vec<Finding> {
    let Some(access) = sys::fs::access(path) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if !access.is_trusted_owner {
        let finding = Finding::new(
            check,
            Status::Fail,
            "belongs to another user, who decides what your profiles run",
        );
        findings.push(finding.remedy(format!("chown \"$(id -un)\" {shown}")).in_file(path));
    }
    if access.mode & 0o022 != 0 {
        let finding = Finding::new(
            check,
            Status::Fail,
            "can be written by others, who decide what your profiles run",
        );
        findings.push(finding.remedy(format!("chmod go-w {shown}")).in_file(path));
    }
    if kind == FileKind::Credentials && access.mode & 0o044 != 0 {
        let finding = Finding::new(check, Status::Warn, "can be read by others, and it holds keys");
        findings.push(finding.remedy(format!("chmod 600 {shown}")).in_file(path));
    }
    findings
}

/// One construct, with all readers that differ.
fn of_lint(lint: &Lint) -> Finding {
    let readings: Vec<String> = lint
        .readings
        .iter()
        .map(|reading| {
            format!(
                "{} reads {} ({})",
                reading.reader.as_str(),
                reading.reads,
                reading.because
            )
        })
        .collect();
    let owner = lint.profile.as_deref().or(lint.section.as_deref());
    let owner = owner.map_or(String::new(), |owner| format!(" of `{owner}`"));
    let message = format!("{}{owner}: {}", lint.code.as_str(), readings.join("; "));
    let remedy = format!(
        "awsenv explain {}",
        lint.profile.as_deref().map_or("PROFILE".into(), shell_words::quote)
    );
    Finding::new("reading", Status::Warn, message)
        .remedy(remedy)
        .at(&lint.place)
}

/// Profiles that botocore refuses although the file can be read.
fn profiles(files: &Files) -> Vec<Finding> {
    let refused = files.profiles.profiles().filter_map(|profile| {
        let error = files.resolve(&Choice::explicit(profile.name()), None).err()?;
        let finding = Finding::new("profile", Status::Fail, error.message);
        let finding = match error.hints.into_iter().next() {
            Some(hint) => finding.remedy(hint),
            None => finding,
        };
        Some(
            profile
                .place()
                .into_iter()
                .fold(finding, |finding, place| finding.at(&place)),
        )
    });
    refused.collect()
}
