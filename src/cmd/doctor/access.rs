//! Who else can read a file with keys, or write one.

use std::path::Path;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::{Advice, Command};
use crate::config::{Document, Section};
use crate::env::Env;
use crate::error::{Error, NO_MODES};
use crate::redact;
use crate::sys;
use crate::sys::fs::Access;

const TAKE: &str = "sudo chown \"$(id -un)\"";

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
        let chmod = if access.may_change {
            "chmod go-w"
        } else {
            "sudo chmod go-w"
        };
        findings.push(finding.remedy(narrowed(path, chmod)).in_file(path));
    }
    findings.extend(readable(path).filter(|_| holds_keys));
    findings
}

/// Root that works in the HOME of another user must not make the files root's.
fn owner(env: &Env, access: &Access, path: &Path) -> Option<Finding> {
    let foreign = sys::fs::foreign_home(env);
    let (status, message) = match &foreign {
        None if access.owner == 0 && !access.may_change => {
            if !env.os("HOME").is_some_and(|home| path.starts_with(home)) {
                return None;
            }
            (Status::Warn, "belongs to root, so you cannot edit it".to_owned())
        }
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
        None => Command::new(TAKE),
    };
    Some(
        Finding::new(Check::FileOwner, status, message)
            .remedy(remedy.file(path))
            .in_file(path),
    )
}

/// Why awsenv should write nothing into HOME; `None` where nothing speaks against it.
pub(super) fn why_no_edit(env: &Env) -> Option<Advice> {
    if let Some(user) = sys::fs::foreign_home(env) {
        return Some(format!("run awsenv as `{}`", user.name).into());
    }
    home(env).is_some().then(|| SET_HOME.into())
}

const SET_HOME: &str = "set HOME to the path of your home directory";

/// A warning that there is no HOME.
pub(super) fn home(env: &Env) -> Option<Finding> {
    if cfg!(windows) {
        return None;
    }
    let what = match env.filled("HOME") {
        None => "not set",
        Some(home) if Path::new(home).is_relative() => "not an absolute path",
        Some(_) => return None,
    };
    let message =
        format!("HOME is {what}, so most SDKs find no AWS files, and awsenv has no place for keys and history");
    Some(Finding::new(Check::Home, Status::Warn, message).remedy(SET_HOME))
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
    let access = sys::fs::access(path).filter(|access| access.mode & 0o044 != 0)?;
    let message = "can be read by other users, and it contains keys";
    let finding = Finding::new(Check::FileReadable, Status::Warn, message);
    // Another user's file must be made one's own first, or one could not read it any more.
    let finding = if access.may_change {
        finding.remedy(narrowed(path, "chmod 600"))
    } else {
        finding.remedy(Advice::from("make the file yours: ").command(take(path)))
    };
    Some(finding.in_file(path))
}

/// The command that takes rights to the file away, where that has an effect.
fn narrowed(path: &Path, chmod: &'static str) -> Advice {
    match sys::edit::keeps_modes(path) {
        true => Command::new(chmod).file(path).into(),
        false => NO_MODES.into(),
    }
}

/// For a file that cannot be read, or whose directory cannot be entered.
pub(super) fn make_readable(path: &Path) -> Command {
    let parent = path
        .parent()
        .filter(|parent| sys::fs::access(path).is_none() && sys::fs::access(parent).is_some());
    let (target, chmod) = match parent {
        Some(parent) => (parent, "chmod u+rx"),
        None => (path, "chmod u+r"),
    };
    match sys::fs::access(target) {
        Some(access) if !access.may_change => take(target),
        _ => Command::new(chmod).file(target),
    }
}

fn take(path: &Path) -> Command {
    Command::new(TAKE).file(path)
}

/// Why awsenv cannot edit the file; `None` where nothing speaks against it.
pub(super) fn why_fixed(env: &Env, path: &Path) -> Option<Advice> {
    if let Some(why) = why_no_edit(env) {
        return Some(why);
    }
    let is_fixed = sys::fs::access(path).is_some_and(|access| !access.may_change);
    if is_fixed {
        return Some(Advice::from("make the file yours first: ").command(take(path)));
    }
    let error = Error::from(sys::edit::check_free(path).err()?);
    let hint = error.hints.into_iter().next();
    Some(hint.unwrap_or_else(|| error.message.into()))
}

pub(super) fn holds_secret(document: &Document) -> bool {
    let mut values = document.sections().flat_map(Section::settings);
    values.any(|value| redact::is_secret(value.key()) && !value.text().is_empty())
}
