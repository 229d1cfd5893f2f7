//! Values that botocore takes otherwise than they were meant: with quotes or a comment in them, or of another kind.

use super::choice::{choice, endpoint, of_roles, of_s3, service};
use super::wrong::Wrong;
use super::{Mistake, MistakeCode, Owned, brief, known, mfa, shown};
use crate::config::profiles::{ProfileSet, SectionKind};
use crate::config::region;
use crate::config::value::Value;
use crate::credentials::pair;
use crate::near;

/// What the AWS CLI prints.
pub const OUTPUTS: [&str; 6] = ["json", "yaml", "yaml-stream", "text", "table", "off"];

/// Quotes and `#` mean something to the programs that read these.
const COMMANDS: [&str; 2] = ["cli_pager", "credential_process"];

/// Resolving a profile checks these.
const RESOLVED: [&str; 3] = [
    "ec2_metadata_service_endpoint_mode",
    "metadata_service_num_attempts",
    "metadata_service_timeout",
];

/// Where these are set, a region may be any word.
pub const ELSEWHERE: [&str; 2] = ["endpoint_url", "services"];

pub(super) fn mistakes(profiles: &ProfileSet, owned: &Owned<'_>, found: &mut Vec<Mistake>) {
    let section = owned.section;
    let is_aws = !ELSEWHERE.iter().any(|key| section.own(key).is_some());
    let get = |key: &str| match owned.kind {
        SectionKind::Profile => profiles.profile(&owned.name)?.get(key),
        _ => None,
    };
    let has_role = get("role_arn").is_some();
    let ignores = get("ignore_configured_endpoint_urls");
    let has_ignored_urls = ignores.is_some_and(|value| value.text().eq_ignore_ascii_case("true"));
    for value in section.entries() {
        let key = value.key();
        if value.is_nested() {
            let is_service = owned.kind == SectionKind::Services;
            for entry in value.nested().filter(|_| is_service || key == "s3") {
                let place = entry.place();
                let wrong = spelled(|| shown(entry.key()), entry.text());
                let wrong = wrong.or_else(|| match entry.key() {
                    "endpoint_url" if is_service => endpoint(entry.text()),
                    key if !is_service => of_s3(key, entry.text()),
                    _ => None,
                });
                found.extend(wrong.map(|found| Mistake {
                    place,
                    ..found.at(value)
                }));
            }
            continue;
        }
        if owned.kind == SectionKind::Services {
            found.push(service(&shown(key), value.text()).at(value));
            continue;
        }
        if mfa::PROCESSES.contains(&key) {
            found.extend(mfa::process(key, value.text()).map(|found| found.at(value)));
        }
        if !known::PROFILE.contains(&key) || COMMANDS.contains(&key) || is_name(profiles, value) {
            continue;
        }
        let text = value.text();
        let wrong = swallowed(key, text)
            .or_else(|| spelled(|| key.to_owned(), text))
            .or_else(|| match key {
                "region" | "sso_region" => region(text, is_aws),
                "output" => output(text),
                "mfa_serial" => mfa::serial(text, has_role).or_else(|| choice(key, text).filter(|_| has_role)),
                "endpoint_url" if has_ignored_urls => None,
                key if RESOLVED.contains(&key) => None,
                key if of_roles().any(|of_role| of_role == key) => choice(key, text).filter(|_| has_role),
                key => choice(key, text),
            });
        found.extend(wrong.map(|found| found.at(value)));
    }
    if let (Some(id), Some(secret)) = (section.own("aws_access_key_id"), section.own("aws_secret_access_key"))
        && let Some(flaw) = pair::misplaced(id.text(), secret.text())
    {
        let wrong = Wrong::new(MistakeCode::SwappedKey, flaw.to_string(), flaw.remedy());
        found.push(wrong.at(id));
    }
}

/// Whether the value is the name of a section that exists; such a name may hold anything.
fn is_name(profiles: &ProfileSet, value: Value<'_>) -> bool {
    match value.key() {
        "source_profile" => profiles.profile(value.text()).is_some(),
        "services" => profiles.services(value.text()).is_some(),
        "sso_session" => profiles.sso_session(value.text()).is_some(),
        _ => false,
    }
}

/// A value of `AWS_DEFAULT_OUTPUT` or `output` that the AWS CLI rejects.
pub fn output(text: &str) -> Option<Wrong> {
    if text.is_empty() || OUTPUTS.contains(&text) {
        return None;
    }
    let (code, near) = (MistakeCode::Output, near::meant(text, OUTPUTS));
    // Lines behind the first may be anything.
    let first = text.lines().next().unwrap_or_default();
    let what = format!("the AWS CLI has no output format `{}`", brief(first));
    Some(match near {
        Some(right) => Wrong::new(code, what, format!("did you mean `{right}`?")),
        None => Wrong::new(code, what, format!("use one of {}", OUTPUTS.join(", "))),
    })
}

/// A value of `AWS_REGION` or `region` that is none; outside of AWS, a region may be almost any word.
pub fn region(text: &str, is_aws: bool) -> Option<Wrong> {
    let meant = if is_aws {
        region::meant(text)
    } else {
        region::refused(text)
    }?;
    // Lines behind the first may be anything.
    let what = match text.split_once('\n') {
        None if text.is_empty() => format!("the region is {}", meant.is),
        None => format!("the region `{}` is {}", brief(text), meant.is),
        Some((first, _)) => format!("the region `{}…` is {}", brief(first), meant.is),
    };
    let instead = match &meant.region {
        Some(region) if meant.is_guess => format!("did you mean `{region}`?"),
        Some(region) => format!("write `{region}`"),
        None => "write a code such as `eu-west-1`, or delete it".to_owned(),
    };
    Some(Wrong {
        is_certain: meant.is_certain,
        ..Wrong::new(MistakeCode::Region, what, instead)
    })
}

/// Quotes around a value, or a comment behind it, that belong to it.
fn spelled(key: impl FnOnce() -> String, text: &str) -> Option<Wrong> {
    let text = text.split('\n').next().unwrap_or_default();
    if let Some(cut) = comment(text) {
        let what = format!(
            "the text from the `{}` on is part of the value of `{}`",
            &text[cut..=cut],
            key()
        );
        return Some(Wrong::new(
            MistakeCode::CommentInValue,
            what,
            "put the comment on a line of its own",
        ));
    }
    quoted(text).map(|_| {
        let mut what = format!("the quotes are part of the value of `{}`", key());
        if text.starts_with(['"', '\'']) {
            what += "; only the SDK for Go removes them";
        }
        Wrong::new(MistakeCode::QuotesInValue, what, "delete the quotes")
    })
}

/// The text between the quotes around it.
pub fn quoted(text: &str) -> Option<&str> {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];
    PAIRS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

/// Where a comment begins; a `#` inside a word is part of a URL.
fn comment(text: &str) -> Option<usize> {
    let mut before = ' ';
    text.char_indices().find_map(|(at, c)| {
        let begins = matches!(c, '#' | ';') && matches!(before, ' ' | '\t') && at > 0;
        before = c;
        begins.then_some(at)
    })
}

/// A line of its own by its look, which its indentation makes a part of the value above.
fn swallowed(key: &str, text: &str) -> Option<Wrong> {
    let inner = text.lines().skip(1).find_map(|line| {
        let (inner, _) = line.split_once(['=', ':'])?;
        let inner = inner.trim().to_lowercase();
        known::PROFILE.iter().find(|known| **known == inner)
    })?;
    let what = format!("the indented line with `{inner}` is part of the value of `{key}`");
    Some(Wrong::new(
        MistakeCode::SwallowedLine,
        what,
        "give both lines the same indentation",
    ))
}
