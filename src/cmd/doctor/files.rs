//! Whether the files can be read, and what other SDKs make of them.

use super::check::Check;
use super::finding::{Finding, Status};
use super::{access, boto, mistakes, process};
use crate::advice::{Advice, Command};
use crate::config::lint::{self, Lint};
use crate::config::{Document, Error, FileKind, Location, Profile};
use crate::context::Context;
use crate::env::Env;
use crate::env::names::VarName;
use crate::ops::files::{self, Files};
use crate::resolve::{Choice, Survey};
use crate::sys;

/// `files` are the AWS files, if they can be read.
pub(super) fn check(context: &Context, files: Option<&Files>) -> Vec<Finding> {
    let env = context.env();
    let mut findings: Vec<Finding> = state(env).into_iter().collect();
    let lists: Vec<_> = files.into_iter().flat_map(Files::lists).collect();
    for kind in [FileKind::Config, FileKind::Credentials] {
        if let Some((_, message)) = lists.iter().find(|(list, _)| *list == kind) {
            let remedy = format!("merge the files, and set {} to the path of one", kind.variable());
            findings.push(Finding::new(Check::FileList, Status::Fail, message).remedy(remedy));
            continue;
        }
        findings.extend(aws_file(kind, &files::locate(kind, env), env));
    }
    if let Some(files) = files {
        findings.extend(mistakes::check(&files.profiles));
        findings.extend(lint::lint_profiles(&files.profiles).iter().map(of_lint));
        findings.extend(profiles(files));
        let index = context.keychain().index().ok();
        findings.extend(process::check(files, index.as_ref()));
    }
    findings.extend(boto::check(env, files));
    findings
}

/// What makes every edit and every new key fail.
fn state(env: &Env) -> Option<Finding> {
    let error = crate::error::Error::from(sys::edit::check_state(env).err()?);
    let finding = Finding::new(
        Check::State,
        Status::Fail,
        format!("awsenv can edit no file and store no key: {}", error.message),
    );
    Some(error.hints.into_iter().fold(finding, Finding::remedy))
}

fn aws_file(kind: FileKind, location: &Location, env: &Env) -> Vec<Finding> {
    let Some(path) = &location.path else {
        let variable = kind.variable();
        return vec![
            Finding::new(
                Check::FileVariableEmpty,
                Status::Warn,
                format!("{variable} is empty, so no file is read"),
            )
            .remedy(Advice::default().unset([VarName::of(variable)])),
        ];
    };
    let bytes = match sys::fs::read_regular(path) {
        Err(error) => {
            let remedy = Command::new("chmod u+r").file(path);
            return vec![
                Finding::new(Check::FileUnreadable, Status::Fail, format!("cannot be read: {error}"))
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
                Finding::new(Check::FileMissing, Status::Warn, message)
                    .remedy(Advice::default().unset([VarName::of(kind.variable())]))
                    .in_file(path),
            ];
        }
        Ok(None) => return vec![Finding::new(Check::File, Status::Ok, "does not exist").in_file(path)],
        Ok(Some(bytes)) => bytes,
    };
    let document = Document::parse(path.as_path(), bytes);
    // A credentials file that cannot be parsed is taken to hold keys.
    let is_unclear = kind == FileKind::Credentials && document.error().is_some();
    let holds_keys = is_unclear || access::holds_secret(&document);
    let mut findings = access::check(env, holds_keys, path);
    match document.error() {
        Some(error) => {
            let place = document.place(error.line);
            let error = crate::error::Error::from(Error::parse(place.clone(), error));
            let mut finding = Finding::new(Check::FileRefused, Status::Fail, error.message).at(&place);
            finding.remedy = error.hints.into_iter().next();
            findings.push(finding);
        }
        None => {
            let sections = document.sections().count();
            let word = if sections == 1 { "section" } else { "sections" };
            let message = format!("can be read, {sections} {word}");
            findings.push(Finding::new(Check::File, Status::Ok, message).in_file(path));
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
    let example = format!("not all SDKs read this line{owner} alike ({})", lint.code.as_str());
    let finding = Finding::new(Check::Reading, Status::Warn, message)
        .example(example)
        .at(&lint.place);
    match &lint.profile {
        Some(profile) => finding.remedy(Command::new("awsenv explain").operand(profile)),
        None => finding.remedy("awsenv explain PROFILE"),
    }
}

/// Profiles that botocore rejects although the file can be read.
fn profiles(files: &Files) -> Vec<Finding> {
    let refused = |survey: &mut Survey<'_>, profile: Profile<'_>| {
        let error = survey.outline(&Choice::explicit(profile.name()), None).err()?;
        let error = crate::error::Error::from(error);
        let finding = Finding::new(Check::Profile, Status::Fail, error.message);
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
    };
    files.survey(|survey| {
        let profiles = files.profiles.profiles();
        profiles.filter_map(|profile| refused(survey, profile)).collect()
    })
}
