//! Who else can read a file with keys, or write one.

use std::path::Path;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::{Advice, Command};
use crate::config::{Document, Section};
use crate::env::Env;
use crate::error::NO_MODES;
use crate::redact;
use crate::sys;
use crate::sys::fs::Access;

/// Write access matters too, because a `credential_process` runs a program that the file names.
pub(super) fn check(env: &Env, holds_keys: bool, path: &Path) -> Vec<Finding> {
    let Some(access) = sys::fs::access(path) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    findings.extend(owner(env, &access, path));
    if access.mode & 0o022 != 0 {
        let finding = Finding::new(
            Check::FileWritable,
            Status::Fail,
            "can be written by other users, who can decide what your profiles run",
        );
        findings.push(finding.remedy(narrowed(path, "chmod go-w")).in_file(path));
    }
    findings.extend(readable(path).filter(|_| holds_keys));
    findings
}

/// Root that works in the HOME of another user must not make the files root's.
fn owner(env: &Env, access: &Access, path: &Path) -> Option<Finding> {
    let foreign = sys::fs::foreign_home(env);
    let (status, message) = match &foreign {
        None if access.is_trusted_owner => return None,
        Some(user) if access.owner == user.id => return None,
        Some(user) if access.owner == 0 => {
            if !env.os("HOME").is_some_and(|home| path.starts_with(home)) {
                return None;
            }
            (
                Status::Warn,
                format!("belongs to root, so `{}` cannot edit it", user.name),
            )
        }
        Some(user) => {
            let message = format!(
                "belongs to another user than HOME, who can decide what `{}` runs",
                user.name
            );
            (Status::Fail, message)
        }
        None => (
            Status::Fail,
            "belongs to another user, who can decide what your profiles run".to_owned(),
        ),
    };
    let remedy = match foreign {
        Some(user) => Command::new("chown").operand(&user.name),
        None if sys::fs::is_root() => Command::new("chown \"$(id -un)\""),
        None => Command::new("sudo chown \"$(id -un)\""),
    };
    Some(
        Finding::new(Check::FileOwner, status, message)
            .remedy(remedy.file(path))
            .in_file(path),
    )
}

/// A warning to root that HOME is another user's.
pub(super) fn foreign_home(env: &Env) -> Option<Finding> {
    let user = sys::fs::foreign_home(env)?;
    let message = format!(
        "HOME belongs to `{}`, and this runs as root: awsenv edits no files there",
        user.name
    );
    let remedy = format!("run awsenv as `{}`", user.name);
    Some(Finding::new(Check::ForeignHome, Status::Warn, message).remedy(remedy))
}

pub(super) fn readable(path: &Path) -> Option<Finding> {
    sys::fs::access(path).filter(|access| access.mode & 0o044 != 0)?;
    let message = "can be read by other users, and it contains keys";
    let finding = Finding::new(Check::FileReadable, Status::Warn, message);
    Some(finding.remedy(narrowed(path, "chmod 600")).in_file(path))
}

/// The command that takes rights to the file away, where that has an effect.
fn narrowed(path: &Path, chmod: &'static str) -> Advice {
    match sys::edit::keeps_modes(path) {
        true => Command::new(chmod).file(path).into(),
        false => NO_MODES.into(),
    }
}

pub(super) fn holds_secret(document: &Document) -> bool {
    let mut values = document.sections().flat_map(Section::settings);
    values.any(|value| redact::is_secret(value.key()) && !value.text().is_empty())
}
