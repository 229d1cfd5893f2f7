//! The files: whether they can be read, who else can, and what other SDKs make of them.

use std::path::Path;

use super::{Finding, Status, boto, process};
use crate::config::lint::{self, Lint};
use crate::config::{Document, Error, FileKind, Location, Section};
use crate::context::Context;
use crate::ops::files::{self, Files};
use crate::redact;
use crate::resolve::Choice;
use crate::sys;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let env = context.env();
    let mut findings = Vec::new();
    if let Err(error) = context.settings() {
        findings
            .push(Finding::new("settings", Status::Fail, error.message).remedy("correct the line, or delete the file"));
    }
    for kind in [FileKind::Config, FileKind::Credentials] {
        findings.extend(aws_file(kind, &files::locate(kind, env)));
    }
    let files = Files::load(context).ok();
    if let Some(files) = &files {
        findings.extend(lint::lint_profiles(&files.profiles).iter().map(of_lint));
        findings.extend(profiles(files));
        let index = context.keychain().ok().and_then(|keychain| keychain.index().ok());
        findings.extend(process::check(files, index.as_ref()));
    }
    findings.extend(boto::check(env, files.as_ref()));
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
    // What cannot be parsed is taken for what it is meant to be.
    let is_unclear = kind == FileKind::Credentials && document.error().is_some();
    let holds_keys = is_unclear || holds_secret(&document);
    let mut findings = access(check, holds_keys, path, &location.shown);
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
fn access(check: &'static str, holds_keys: bool, path: &Path, shown: &str) -> Vec<Finding> {
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
    findings.extend(readable(check, path, shown).filter(|_| holds_keys));
    findings
}

/// Whether others can read a file that holds keys.
pub(super) fn readable(check: &'static str, path: &Path, shown: &str) -> Option<Finding> {
    sys::fs::access(path).filter(|access| access.mode & 0o044 != 0)?;
    let finding = Finding::new(check, Status::Warn, "can be read by others, and it holds keys");
    Some(finding.remedy(format!("chmod 600 {shown}")).in_file(path))
}

/// Whether some section has a secret.
pub(super) fn holds_secret(document: &Document) -> bool {
    let mut values = document.sections().flat_map(Section::settings);
    values.any(|value| redact::is_secret(value.key()) && !value.text().is_empty())
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
