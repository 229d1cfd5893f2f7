//! Whether the files can be read, and what other SDKs make of them.

use std::collections::HashSet;

use super::check::Check;
use super::finding::{Finding, Status};
use super::{access, boto, mistakes, process, temporary};
use crate::advice::{Advice, Command};
use crate::config::lint::{self, Lint};
use crate::config::{Document, Error, FileKind, Location, Profile, Section};
use crate::context::Context;
use crate::env::Env;
use crate::env::names::VarName;
use crate::error::Kind;
use crate::keychain::layout::{ID, SECRET};
use crate::ops::catalog;
use crate::ops::files::{self, Files};
use crate::ops::foreseen::{self, Cause, Foreseen, Held};
use crate::ops::paths;
use crate::resolve::{BaseSource, Choice, Link, Start, Survey};
use crate::sys;
use crate::text::display;

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
        let mistakes = mistakes::check(env, &files.profiles);
        let profiles = profiles(context, files, &mistakes);
        findings.extend(mistakes);
        findings.extend(lint::lint_profiles(&files.profiles).iter().map(of_lint));
        findings.extend(profiles);
        findings.extend(files.profiles.profiles().filter_map(temporary::check));
        findings.extend(first_steps(files));
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
    let bytes = match sys::fs::read_accessible(path) {
        Err(error) => {
            let finding = Finding::new(Check::FileUnreadable, Status::Fail, format!("cannot be read: {error}"));
            return vec![finding.remedy(access::make_readable(path)).in_file(path)];
        }
        Ok(None) if location.is_null() => {
            let message = format!("{} says to read no file", kind.variable());
            return vec![Finding::new(Check::File, Status::Ok, message).in_file(path)];
        }
        Ok(None) if location.from_variable => {
            let message = match sys::fs::access(path) {
                Some(_) => format!(
                    "{} does not name a regular file, so it is treated as empty",
                    kind.variable()
                ),
                None => paths::unnamed(kind, location),
            };
            let finding = Finding::new(Check::FileMissing, Status::Warn, message).remedy(catalog::correct(kind));
            return vec![finding.in_file(path)];
        }
        Ok(None) => return vec![Finding::new(Check::File, Status::Ok, "does not exist").in_file(path)],
        Ok(Some(bytes)) => bytes,
    };
    let document = Document::parse(path.as_path(), bytes);
    // A credentials file that cannot be parsed is taken to hold keys.
    let is_unclear = kind == FileKind::Credentials && document.error().is_some();
    let holds_keys = is_unclear || access::holds_secret(&document);
    let mut findings = access::check(env, holds_keys, path);
    match Error::of(&document) {
        // What other SDKs make of such a file is of no use.
        Some(error) => {
            findings.push(file_refused(error));
            return findings;
        }
        None => {
            let sections = document.sections().count();
            let word = if sections == 1 { "section" } else { "sections" };
            let message = format!("can be read, {sections} {word}");
            findings.push(Finding::new(Check::File, Status::Ok, message).in_file(path));
        }
    }
    let lints = lint::lint(&document, kind);
    findings.extend(lints.iter().map(of_lint));
    findings
}

fn file_refused(error: Error) -> Finding {
    let place = match &error {
        Error::Parse { place, .. } => Some(place.clone()),
        _ => None,
    };
    let error = crate::error::Error::from(error);
    let finding = Finding::new(Check::FileRefused, Status::Fail, error.message);
    let finding = error.hints.into_iter().take(1).fold(finding, Finding::remedy);
    place.iter().fold(finding, Finding::at)
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
        None => finding,
    }
}

/// What to do on a machine without any profile.
fn first_steps(files: &Files) -> Option<Finding> {
    let has_any = files.profiles.names().next().is_some() || !catalog::entries(files).is_empty();
    // Each has a finding of its own.
    if has_any || files.are_null() || files.unnamed().next().is_some() {
        return None;
    }
    let finding = Finding::new(Check::NoProfiles, Status::Warn, catalog::no_profiles(files).message);
    Some(match access::why_no_edit(&files.env) {
        Some(why) => finding.remedy(why),
        None => finding.remedy(Command::new("awsenv configure")),
    })
}

/// Profiles that botocore rejects although the file can be read, and those whose credentials surely cannot be had. What
/// `mistakes` say about a key is left out.
fn profiles(context: &Context, files: &Files, mistakes: &[Finding]) -> Vec<Finding> {
    let held = Held::of(context);
    let of_base = |name: &str, base: &BaseSource| {
        let found = foreseen::of_base(files, &files.env, &held, name, base).into_iter();
        let found = found.filter(|found| !is_said(files, name, found, mistakes));
        found.map(of_foreseen).collect::<Vec<_>>()
    };
    let mut bases = HashSet::new();
    let mut check = |survey: &mut Survey<'_>, profile: Profile<'_>| {
        let outline = survey.outline(&Choice::explicit(profile.name()), None);
        match outline.map(|outline| outline.start) {
            Ok(Start::Base(Some(base))) => of_base(profile.name(), &base),
            Ok(Start::Base(None)) => Vec::new(),
            Ok(Start::Chain(chain)) => {
                let (base, owner) = survey.base(chain);
                match survey.link(base) {
                    Link::Base(found) if bases.insert(base) => of_base(owner.unwrap_or(profile.name()), found),
                    _ => Vec::new(),
                }
            }
            Err(error) => vec![refused(profile, error.into())],
        }
    };
    let mut findings: Vec<Finding> = files.survey(|survey| {
        let profiles = files.profiles.profiles();
        profiles.flat_map(|profile| check(survey, profile)).collect()
    });
    // A profile may be the source of others too.
    let mut seen = HashSet::new();
    findings
        .retain(|finding| finding.line.is_none() || seen.insert((finding.check, finding.file.clone(), finding.line)));
    findings
}

/// Whether `found` is about the key of a profile, and a mistake that surely stops it is in one of its lines.
pub(super) fn is_said(files: &Files, profile: &str, found: &Foreseen, mistakes: &[Finding]) -> bool {
    let Some(profile) = files.profiles.profile(profile).filter(|_| found.cause == Cause::Keys) else {
        return false;
    };
    let sections = [profile.credentials_section(), profile.config_section()];
    let keys = |section: Section<'_>| {
        let keys = [ID, SECRET, "aws_session_token", "aws_security_token"].into_iter();
        keys.filter_map(move |key| section.get(key))
            .map(|value| value.place())
            .collect::<Vec<_>>()
    };
    let mut places = sections.into_iter().flatten().flat_map(keys);
    places.any(|place| {
        mistakes
            .iter()
            .any(|mistake| mistake.status == Status::Fail && mistake.is_at(&place))
    })
}

fn refused(profile: Profile<'_>, error: crate::error::Error) -> Finding {
    let message = match error.kind {
        // Of a boto file, which the message names.
        Kind::ConfigParse => format!("`{}` has no keys: {}", display(profile.name()), error.message),
        _ => error.message,
    };
    let finding = Finding::new(Check::Profile, Status::Fail, message);
    let hints = error.hints.into_iter().take(1);
    let finding = hints.fold(finding, Finding::remedy);
    profile
        .place()
        .into_iter()
        .fold(finding, |finding, place| finding.at(&place))
}

pub(super) fn of_foreseen(found: Foreseen) -> Finding {
    let check = match found.cause {
        Cause::Expiration => Check::ExpirationInvalid,
        Cause::Expired => Check::ExpirationPassed,
        Cause::Keys => Check::KeyInvalid,
        Cause::NoKey => Check::KeyMissing,
        Cause::Program { is_own: true } => Check::KeychainProgram,
        Cause::Program { is_own: false } => Check::ProcessProgram,
        Cause::TokenFile => Check::TokenFile,
        Cause::Value(Some(code)) => Check::Mistake(code),
        Cause::Value(None) => Check::VariableValue,
        Cause::LoggedOut | Cause::NoCredentials | Cause::OnlyInBoto | Cause::SignedOut => Check::InUse,
    };
    let status = if found.is_certain { Status::Fail } else { Status::Warn };
    let finding = Finding::new(check, status, found.message);
    let finding = found.remedies.into_iter().take(1).fold(finding, Finding::remedy);
    found.place.iter().fold(finding, Finding::at)
}
