//! What other programs make of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE: which of `~`, `$` and an empty value they
//! expand, and which file they read in the end.

use std::path::{Path, PathBuf};

use crate::config::lint::Reader;
use crate::config::{Document, FileKind, ProfileSet};
use crate::env::Env;
use crate::resolve::BaseSource;
use crate::sys;
use crate::text::display;

use super::{Findings, Subject};
use Reader::{SdkGoV1, SdkGoV2, SdkJsV2, SdkJsV3, SdkRust};

const FILES: [FileKind; 2] = [FileKind::Config, FileKind::Credentials];

/// Readers that expand alike, whether they replace `~/`, and whether an empty variable counts as unset.
const RULES: [(&[Reader], bool, bool); 3] = [
    (&[SdkGoV2, SdkGoV1, SdkJsV2], false, true),
    (&[SdkJsV3], true, true),
    (&[SdkRust], true, false),
];

pub(super) fn paths(found: &mut Findings, subject: &Subject<'_>) {
    for kind in FILES {
        let Some(value) = subject.env.text(kind.variable()) else {
            continue;
        };
        for (who, expands_home, empty_is_unset) in RULES {
            let taken = match value {
                "" if empty_is_unset => home(subject.env).join(&kind.default_path()[2..]),
                "" => continue,
                _ => match value.strip_prefix("~/").filter(|_| expands_home) {
                    Some(rest) => home(subject.env).join(rest),
                    None => absolute(Path::new(value)),
                },
            };
            if subject.files.path(kind) != Some(taken.as_path()) {
                differ(found, subject, kind, value, who, &taken);
            }
        }
        sessions(found, subject, kind, value);
    }
}

/// The SDK for JavaScript reads the file once for profiles and once for sessions.
fn sessions(found: &mut Findings, subject: &Subject<'_>, kind: FileKind, value: &str) {
    let needs_session = matches!(&subject.plan.base, Some(BaseSource::Sso(sso)) if sso.session.name.is_some());
    if kind == FileKind::Config && value.starts_with("~/") && needs_session {
        let because = "it expands a `~` in AWS_CONFIG_FILE for profiles, but not for sso-session sections";
        found.add(&[SdkJsV3], "no SSO session", because, None);
    }
}

fn differ(found: &mut Findings, subject: &Subject<'_>, kind: FileKind, value: &str, who: &[Reader], taken: &Path) {
    let what = match kind {
        FileKind::Config => "config",
        FileKind::Credentials => "credentials",
    };
    let other = subject.files.read(taken).ok().flatten();
    let is_there = other.is_some();
    let defines = other.is_some_and(|bytes| defines(subject, kind, taken, bytes));
    if !defines && !uses(subject, kind) {
        return;
    }
    let reads = if is_there {
        format!("the {what} file {}", taken.display())
    } else {
        format!("no {what} file: there is no {}", taken.display())
    };
    let variable = kind.variable();
    let because = if value.is_empty() {
        format!("it takes an empty {variable} as unset")
    } else {
        let user = value.split('/').next().unwrap_or_default();
        let what = if user.starts_with('~') { user } else { "$" };
        format!("it does not expand `{}` in {variable}", display(what))
    };
    found.add(who, &reads, &because, None);
}

/// Whether the file that botocore reads says something about the profile or its chain.
fn uses(subject: &Subject<'_>, kind: FileKind) -> bool {
    let needs_config = || matches!(&subject.plan.base, Some(BaseSource::Sso(sso)) if sso.session.name.is_some());
    let is_in = |name: &str| {
        let profile = subject.files.profiles.profile(name);
        profile.is_some_and(|profile| match kind {
            FileKind::Config => profile.config_section().is_some() || needs_config(),
            FileKind::Credentials => profile.credentials_section().is_some(),
        })
    };
    subject.chain().into_iter().any(is_in)
}

/// Whether another file does.
fn defines(subject: &Subject<'_>, kind: FileKind, path: &Path, bytes: Vec<u8>) -> bool {
    let document = Some(Document::parse(path, bytes));
    let set = match kind {
        FileKind::Config => ProfileSet::new(document, None),
        FileKind::Credentials => ProfileSet::new(None, document),
    };
    set.is_ok_and(|set| subject.chain().into_iter().any(|name| set.profile(name).is_some()))
}

fn home(env: &Env) -> PathBuf {
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let home = env.os(variable).map(PathBuf::from).or_else(|| sys::fs::home_of(""));
    home.unwrap_or_default()
}

fn absolute(path: &Path) -> PathBuf {
    sys::fs::current_dir().map_or_else(|| path.to_owned(), |dir| dir.join(path))
}
