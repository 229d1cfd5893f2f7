//! Whether the files can be read, and what other SDKs make of them.

use super::{Finding, Status, access, boto, process};
use crate::advice::{Advice, Command};
use crate::config::lint::{self, Lint};
use crate::config::settings::Problem;
use crate::config::{Document, Error, FileKind, Location};
use crate::context::Context;
use crate::env::names::VarName;
use crate::ops::files::{self, Files};
use crate::resolve::Choice;
use crate::sys;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let env = context.env();
    let mut findings = Vec::new();
    findings.extend(context.problems().iter().map(of_settings));
    for kind in [FileKind::Config, FileKind::Credentials] {
        findings.extend(aws_file(kind, &files::locate(kind, env)));
    }
    let files = Files::load(context).ok();
    if let Some(files) = &files {
        findings.extend(lint::lint_profiles(&files.profiles).iter().map(of_lint));
        findings.extend(profiles(files));
        let index = context.keychain().index().ok();
        findings.extend(process::check(files, index.as_ref()));
    }
    findings.extend(boto::check(env, files.as_ref()));
    findings
}

fn of_settings(problem: &Problem) -> Finding {
    let status = if problem.is_guarded { Status::Fail } else { Status::Warn };
    Finding {
        line: problem.line,
        ..Finding::new("settings", status, problem.why.clone()).in_file(&problem.path)
    }
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
            found(Status::Warn, format!("{variable} is empty, so no file is read"))
                .remedy(Advice::default().unset([VarName::of(variable)])),
        ];
    };
    let bytes = match sys::fs::read_regular(path) {
        Err(error) => {
            let remedy = Command::new("chmod u+r").file(path);
            return vec![
                found(Status::Fail, format!("cannot be read: {error}"))
                    .remedy(remedy)
                    .in_file(path),
            ];
        }
        Ok(None) if location.from_variable => {
            let message = format!(
                "{} does not name a regular file, so it is treated as empty",
                kind.variable()
            );
            return vec![
                found(Status::Warn, message)
                    .remedy(Advice::default().unset([VarName::of(kind.variable())]))
                    .in_file(path),
            ];
        }
        Ok(None) => return vec![found(Status::Ok, "does not exist".into()).in_file(path)],
        Ok(Some(bytes)) => bytes,
    };
    let document = Document::parse(path.as_path(), bytes);
    // A credentials file that cannot be parsed is taken to hold keys.
    let is_unclear = kind == FileKind::Credentials && document.error().is_some();
    let holds_keys = is_unclear || access::holds_secret(&document);
    let mut findings = access::check(check, holds_keys, path);
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
            let word = if sections == 1 { "section" } else { "sections" };
            findings.push(found(Status::Ok, format!("can be read, {sections} {word}")).in_file(path));
        }
    }
    findings.extend(lint::lint(&document, kind).iter().map(of_lint));
    findings
}

/// One construct, with every reader that differs.
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
    let owner = owner.map_or(String::new(), |owner| format!(" in `{owner}`"));
    let message = format!("{}{owner}: {}", lint.code.as_str(), readings.join("; "));
    let finding = Finding::new("reading", Status::Warn, message).at(&lint.place);
    match &lint.profile {
        Some(profile) => finding.remedy(Command::new("awsenv explain").operand(profile)),
        None => finding,
    }
}

/// Profiles that botocore rejects although the file can be read.
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
