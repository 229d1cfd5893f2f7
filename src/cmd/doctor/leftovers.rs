//! Secrets that nothing uses any more: in comments, and in copies that editors, people and other programs left beside
//! the files. What was found is never shown.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::config::{self, FileKind, Place};
use crate::env::Env;
use crate::ops::files;
use crate::redact::holds_secret;
use crate::sys;

/// In bytes; how much of a copy is read.
const MAX_COPY: u64 = 1 << 20;

/// How many files of one directory are read.
const MAX_FILES: usize = 500;

/// A temporary file of awsenv's younger than this may still be in use.
const MOMENT: Duration = Duration::from_secs(60);

/// How many lines of one file are listed one by one.
const MAX_LINES: usize = 5;

struct Places {
    /// Files that some program reads.
    known: Vec<PathBuf>,
    /// All other files beside them.
    copies: Vec<PathBuf>,
}

pub(super) fn check(env: &Env) -> Vec<Finding> {
    let places = Places::of(env);
    let mut findings: Vec<Finding> = places.known.iter().flat_map(|path| comments(path)).collect();
    findings.extend(places.copies.iter().filter_map(|path| copy(path)));
    if findings.is_empty() {
        let message = "no secrets in comments or in copies of files";
        findings.push(Finding::new(Check::Leftovers, Status::Ok, message));
    }
    findings
}

impl Places {
    fn of(env: &Env) -> Self {
        let boto = files::boto(env);
        let aws = [FileKind::Config, FileKind::Credentials].map(|kind| files::locate(kind, env).path);
        let home = config::locate::expand("~", env, &sys::fs::home_of);
        let usual = [".aws/config", ".aws/credentials", ".boto"].map(|name| home.join(name));
        let known: BTreeSet<PathBuf> = aws
            .iter()
            .flatten()
            .cloned()
            .chain(usual)
            .chain(boto.paths())
            .chain(boto.own_paths())
            .chain(boto.fallbacks().into_iter().map(|fallback| fallback.path))
            .collect();
        let mut copies = BTreeSet::new();
        copies.extend(inside(&home.join(".aws"), |_| true));
        copies.extend(inside(&home, |name| plain(name).starts_with("boto")));
        for path in aws.iter().flatten() {
            let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
                continue;
            };
            copies.extend(inside(dir, |other| plain(other).starts_with(plain(name))));
        }
        copies.retain(|path: &PathBuf| !known.contains(path));
        Self {
            known: known.into_iter().collect(),
            copies: copies.into_iter().collect(),
        }
    }
}

/// The name without the prefix that editors add.
fn plain(name: &str) -> &str {
    name.trim_start_matches(['.', '#'])
}

fn inside(dir: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let names = sys::fs::names_in(dir).into_iter();
    let names = names.filter(|name| wanted(&name.to_string_lossy()));
    names.take(MAX_FILES).map(|name| dir.join(name)).collect()
}

/// Comment lines that hold a secret.
fn comments(path: &Path) -> Vec<Finding> {
    let Some(bytes) = sys::fs::read_regular(path).ok().flatten().map(Zeroizing::new) else {
        return Vec::new();
    };
    let is_comment = |line: &str| line.trim_start().starts_with(['#', ';']);
    let found = lines(&bytes, |line| is_comment(line) && holds_secret(line));
    let more = found.len().saturating_sub(MAX_LINES);
    let mut findings: Vec<Finding> = found
        .into_iter()
        .take(MAX_LINES)
        .map(|line| {
            Finding::new(Check::SecretInComment, Status::Warn, "this comment contains a secret")
                .remedy("delete the line; if the key still works, deactivate it too")
                .at(&Place {
                    file: path.into(),
                    line,
                })
        })
        .collect();
    if more > 0 {
        let message = format!("{more} more comments contain a secret");
        findings.push(
            Finding::new(Check::SecretInComment, Status::Warn, message)
                .remedy("delete the lines")
                .in_file(path),
        );
    }
    findings
}

/// Points at the first line that holds a secret; reports an old temporary file of awsenv's even if it holds none.
fn copy(path: &Path) -> Option<Finding> {
    let bytes = Zeroizing::new(sys::fs::read_start(path, MAX_COPY).ok()??);
    let found = lines(&bytes, holds_secret);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_ours = name.contains("awsenv");
    let what = if is_ours {
        "an interrupted awsenv left this file behind"
    } else {
        "neither the AWS CLI nor awsenv reads this file"
    };
    let finding = |message: String| Finding::new(Check::SecretInCopy, Status::Warn, message).remedy("delete the file");
    let holds = match found.as_slice() {
        [] if is_ours && sys::fs::is_older(path, MOMENT) => return Some(finding(what.to_owned()).in_file(path)),
        [] => return None,
        [_] => "a secret".to_owned(),
        [_, ..] => format!("secrets on {} lines", found.len()),
    };
    Some(finding(format!("{what}, and it contains {holds}")).at(&Place {
        file: path.into(),
        line: found[0],
    }))
}

/// Lines count from 1. Editors' own files also separate lines with a zero byte.
fn lines(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<u32> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let mut parts = line.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        if parts.any(|part| wanted(&Zeroizing::new(String::from_utf8_lossy(part).into_owned()))) {
            found.push(number);
        }
    }
    found
}
