//! Each folder of `tests/cases/config` holds the files that a user may have and, in `expected.json`, what botocore
//! makes of them and which constructs other SDKs read differently. To cover a new bug, add a folder; no Rust is needed.
//!
//! `expected.json`: `profiles`, `sso_sessions`, `services` (names and keys in botocore's order; a nested block is an
//! object) or `error` (`file`, `line`, and the `other` line of a duplicate); `lints`: `code@file:line` with what each
//! reader takes; `mistakes`, if there are any: `code@file:line`, what is there, and what to do.

#![allow(clippy::unwrap_used, reason = "a case that cannot be read is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use awsenv::config::mistakes::{self, MistakeCode};
use awsenv::config::{Document, Error, FileKind, Lint, ProfileSet, Value, lint, lint_profiles};
use serde_json::{Map, Value as Json, json};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/config");

#[test]
fn every_case_is_read_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(case)).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_lint_and_every_mistake_has_a_case() {
    let named: String = cases()
        .iter()
        .map(|case| fs::read_to_string(case.join("expected.json")).unwrap())
        .collect();
    let lints = awsenv::config::LintCode::ALL.iter().map(|code| code.as_str());
    let missing: Vec<_> = lints
        .chain(MistakeCode::ALL.iter().map(|code| code.as_str()))
        .filter(|code| !named.contains(&format!("\"{code}@")))
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(CASES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn difference(case: &Path) -> Option<String> {
    let name = case.file_name().unwrap().to_string_lossy();
    let Ok(expected) = fs::read_to_string(case.join("expected.json")) else {
        return Some(format!("{name}: no expected.json"));
    };
    let expected: Json = serde_json::from_str(&expected).unwrap();
    let found = read(case);
    // As text, because the order of names and keys counts.
    let (found, expected) = (format!("{found:#}"), format!("{expected:#}"));
    (found != expected).then(|| format!("--- {name}\nexpected {expected}\nfound    {found}"))
}

fn read(case: &Path) -> Json {
    let document = |name: &str| {
        let bytes = fs::read(case.join(name)).ok()?;
        let document = Document::parse(Path::new(name), bytes.clone());
        let pieces: Vec<u8> = document.pieces().flat_map(|(_, piece)| piece.to_vec()).collect();
        assert_eq!(pieces, bytes, "the pieces of a document are the file");
        Some(document)
    };
    let files = [("config", FileKind::Config), ("credentials", FileKind::Credentials)];
    let mut lints: Vec<Lint> = files
        .iter()
        .filter_map(|(name, kind)| Some(lint(&document(name)?, *kind)))
        .flatten()
        .collect();
    let mut found = Map::new();
    match ProfileSet::new(document("config"), document("credentials")) {
        Ok(set) => {
            let profiles = set
                .profiles()
                .map(|profile| (profile.name().to_owned(), values(profile.settings())));
            found.insert("profiles".into(), Json::Object(profiles.collect()));
            let sessions = set.sso_session_names().map(|name| (name, set.sso_session(name)));
            let services = set.services_names().map(|name| (name, set.services(name)));
            for (kind, sections) in [
                ("sso_sessions", sessions.collect::<Vec<_>>()),
                ("services", services.collect()),
            ] {
                let map = sections
                    .into_iter()
                    .map(|(name, section)| (name.to_owned(), values(section.unwrap().settings())));
                found.insert(kind.into(), Json::Object(map.collect()));
            }
            found.retain(|kind, map| kind == "profiles" || map.as_object().is_some_and(|map| !map.is_empty()));
            lints.extend(lint_profiles(&set));
            let mistakes = mistakes::all(&set).into_iter().map(|found| {
                let text = format!("{}: {}", found.what, found.instead);
                (format!("{}@{}", found.code.as_str(), found.place), json!(text))
            });
            let mistakes: Map<_, _> = mistakes.collect();
            if !mistakes.is_empty() {
                found.insert("mistakes".into(), Json::Object(mistakes));
            }
        }
        Err(Error::Parse { place, other, .. }) => {
            let mut error = json!({"file": place.file.to_string_lossy(), "line": place.line});
            if let Some(other) = other {
                error["other"] = json!(other);
            }
            found.insert("error".into(), error);
        }
        Err(other) => panic!("{other}"),
    }
    let lints = lints.iter().map(|lint| {
        let readings = lint
            .readings
            .iter()
            .map(|reading| (reading.reader.as_str().to_owned(), json!(reading.reads)));
        (
            format!("{}@{}", lint.code.as_str(), lint.place),
            Json::Object(readings.collect()),
        )
    });
    found.insert("lints".into(), Json::Object(lints.collect()));
    if let Some(mistakes) = found.shift_remove("mistakes") {
        found.insert("mistakes".into(), mistakes);
    }
    Json::Object(found)
}

fn values<'a>(values: impl Iterator<Item = Value<'a>>) -> Json {
    let value = |value: Value<'a>| {
        if !value.is_nested() {
            return json!(value.text());
        }
        Json::Object(
            value
                .nested()
                .map(|entry| (entry.key().to_owned(), json!(entry.text())))
                .collect(),
        )
    };
    Json::Object(values.map(|entry| (entry.key().to_owned(), value(entry))).collect())
}
