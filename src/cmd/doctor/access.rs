//! Who else can read a file with keys, or write one.

use std::path::Path;

use super::{Finding, Status};
use crate::advice::Command;
use crate::config::{Document, Section};
use crate::redact;
use crate::sys;

/// Write access matters too, because a `credential_process` runs a program that the file names.
pub(super) fn check(check: &'static str, holds_keys: bool, path: &Path) -> Vec<Finding> {
    let Some(access) = sys::fs::access(path) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if !access.is_trusted_owner {
        let finding = Finding::new(
            check,
            Status::Fail,
            "belongs to another user, who can decide what your profiles run",
        );
        findings.push(
            finding
                .remedy(Command::new("chown \"$(id -un)\"").file(path))
                .in_file(path),
        );
    }
    if access.mode & 0o022 != 0 {
        let finding = Finding::new(
            check,
            Status::Fail,
            "can be written by other users, who can decide what your profiles run",
        );
        findings.push(finding.remedy(Command::new("chmod go-w").file(path)).in_file(path));
    }
    findings.extend(readable(check, path).filter(|_| holds_keys));
    findings
}

pub(super) fn readable(check: &'static str, path: &Path) -> Option<Finding> {
    sys::fs::access(path).filter(|access| access.mode & 0o044 != 0)?;
    let finding = Finding::new(check, Status::Warn, "can be read by other users, and it contains keys");
    Some(finding.remedy(Command::new("chmod 600").file(path)).in_file(path))
}

pub(super) fn holds_secret(document: &Document) -> bool {
    let mut values = document.sections().flat_map(Section::settings);
    values.any(|value| redact::is_secret(value.key()) && !value.text().is_empty())
}
