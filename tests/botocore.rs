//! Comparison with botocore: it and awsenv resolve random files and environments (`tests/judge`).
//!
//! `AWSENV_JUDGE_COUNT` and `AWSENV_JUDGE_SEED` choose how many cases and which; `AWSENV_TEST_PYTHON` names a Python
//! that has botocore. Without one the test is skipped; with `CI=true` it fails.
#![allow(clippy::disallowed_methods, reason = "the test's own environment, not the program's")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use awsenv::aws::{Service, Variant, address, without_fips};
use awsenv::config::{Document, EditError, Editor};
use serde_json::{Value, json};

use crate::support::{AWSENV, PROJECT, say};

#[test]
fn botocore_and_awsenv_agree_on_random_cases() {
    compare("judge.py", "AWSENV_JUDGE_COUNT", "2000");
}

/// `AWSENV_JUDGE_NOW` sets the number of cases.
#[cfg(unix)]
#[test]
fn what_is_in_use_is_what_botocore_takes() {
    compare("now.py", "AWSENV_JUDGE_NOW", "300");
}

/// `AWSENV_JUDGE_MOVES` sets the number of cases.
#[cfg(unix)]
#[test]
fn a_key_that_moves_makes_nobody_somebody_else() {
    compare("moves.py", "AWSENV_JUDGE_MOVES", "100");
}

/// `AWSENV_JUDGE_VALUES` sets the number of cases.
#[cfg(unix)]
#[test]
fn a_value_that_botocore_refuses_is_a_failure() {
    compare("values.py", "AWSENV_JUDGE_VALUES", "120");
}

/// `AWSENV_JUDGE_CALLS` sets the number of cases.
#[cfg(unix)]
#[test]
fn services_are_called_as_botocore_calls_them() {
    compare("calls.py", "AWSENV_JUDGE_CALLS", "150");
}

/// `AWSENV_JUDGE_ROLES` sets the number of cases.
#[cfg(unix)]
#[test]
fn roles_are_assumed_as_botocore_assumes_them() {
    compare("roles.py", "AWSENV_JUDGE_ROLES", "100");
}

/// `AWSENV_JUDGE_SSO` sets the number of cases.
#[cfg(unix)]
#[test]
fn tokens_are_read_as_botocore_reads_them() {
    compare("sso.py", "AWSENV_JUDGE_SSO", "2000");
}

#[test]
fn every_service_is_where_botocore_finds_it() {
    let Some(python) = crate::support::python("botocore") else {
        return;
    };
    let output = Command::new(python)
        .args(["-X", "utf8", "-B"])
        .arg(Path::new(PROJECT).join("tests/judge/endpoints.py"))
        .output()
        .expect("a judge that runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let said = String::from_utf8_lossy(&output.stdout);
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong: Vec<String> = answers.iter().filter_map(misplaced).collect();
    assert!(
        answers.len() > 1000 && wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        answers.len(),
        wrong.join("\n")
    );
    say(&format!("{} addresses", answers.len()));
}

/// How awsenv's answer differs from botocore's.
fn misplaced(answer: &Value) -> Option<String> {
    let service = Service::ALL
        .into_iter()
        .find(|service| service.id().replace('_', "-") == answer["service"])
        .expect("a service that awsenv knows");
    let (region, asks_for_fips) = without_fips(answer["region"].as_str()?);
    let variant = Variant {
        fips: asks_for_fips || answer["fips"] == true,
        dual_stack: answer["dual_stack"] == true,
    };
    let ours = address(service, &region, variant);
    let is_signed_alike = answer["signed"].is_null() || ours.region == answer["signed"];
    (ours.host != answer["host"] || !is_signed_alike).then(|| format!("{answer}: awsenv has {ours:?}"))
}

/// Runs one of the judges on as many cases as `variable` says.
fn compare(judge: &str, variable: &str, default: &str) {
    let Some(python) = crate::support::python("botocore") else {
        return;
    };
    let seed = seed();
    let count = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    let output = Command::new(python)
        .args(["-X", "utf8", "-B"])
        .arg(Path::new(PROJECT).join("tests/judge").join(judge))
        .args([AWSENV, "--seed", &seed, "--count", &count, "--jobs", "2"])
        .output()
        .expect("a judge that runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "seed {seed}\n{said}\n{errors}");
    say(said.trim_end());
}

fn seed() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    std::env::var("AWSENV_JUDGE_SEED").unwrap_or(now.to_string())
}

/// `AWSENV_JUDGE_EDITS` sets the number of cases.
#[test]
fn botocore_reads_what_an_edit_means() {
    let Some(python) = crate::support::python("botocore") else {
        return;
    };
    let (seed, dir) = (seed(), tempfile::tempdir().unwrap());
    let count = std::env::var("AWSENV_JUDGE_EDITS").unwrap_or_else(|_| "600".to_owned());
    let ask = |what: &str| {
        let output = Command::new(&python)
            .args(["-X", "utf8", "-B"])
            .arg(Path::new(PROJECT).join("tests/judge/edits.py"))
            .arg(what)
            .arg(dir.path())
            .args(["--seed", &seed, "--count", &count])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "seed {seed}\n{said}\n{errors}");
        said
    };
    ask("make");
    for number in 0..count.parse::<usize>().unwrap() {
        let path = |end: &str| dir.path().join(format!("{number}.{end}"));
        let bytes = std::fs::read(path("before")).unwrap();
        if let Some((after, meant)) = edited(bytes, &format!("{seed}/{number}")) {
            std::fs::write(path("after"), after).unwrap();
            std::fs::write(path("json"), Value::from(meant).to_string()).unwrap();
        }
    }
    say(ask("judge").trim_end());
}

/// A file after up to four edits, and the edits. `None` if the file cannot be edited.
fn edited(bytes: Vec<u8>, seed: &str) -> Option<(Vec<u8>, Vec<Value>)> {
    let document = Document::parse(Path::new("f"), bytes.clone());
    let mut dice = Dice(seed.to_owned(), 0);
    let mut editor = Editor::new(&document).ok()?;
    let mut meant = Vec::new();
    for _ in 0..4 {
        match edit(&mut editor, &mut dice) {
            Ok(value) => meant.extend(value),
            Err(error @ (EditError::Ambiguous(_) | EditError::Document(_) | EditError::Unholdable { .. })) => {
                panic!("{seed}: {error}")
            }
            Err(_) => {}
        }
    }
    match editor.finish() {
        Ok(edited) => Some((edited.bytes.to_vec(), meant)),
        // Without its section header, an indented header would continue the value above it; and a new section would
        // inherit what was not read before. Such a file stays unchanged.
        Err(EditError::Ambiguous(_)) if meant.iter().any(|edit| edit["key"].is_null()) => Some((bytes, Vec::new())),
        Err(error) => panic!("{seed}: {error}"),
    }
}

/// Edits a random entry of the file; `None` if there is nothing to edit.
fn edit(editor: &mut Editor<'_>, dice: &mut Dice) -> Result<Option<Value>, EditError> {
    let headers: Vec<String> = editor
        .document()
        .sections()
        .map(|section| section.header().to_owned())
        .collect();
    if headers.is_empty() || dice.roll(8) == 0 {
        let header = dice.pick(&["profile new", "new", "profile 'two words'"]).to_owned();
        editor.add_section(&header)?;
        return Ok(Some(json!({"edit": "add-section", "section": header})));
    }
    let header = headers[dice.roll(headers.len())].clone();
    let section = editor
        .document()
        .sections()
        .find(|section| section.header() == header)
        .expect("a section of the list");
    let mut keys: Vec<(String, Vec<String>)> = section
        .entries()
        .map(|value| {
            (
                value.key().to_owned(),
                value.nested().map(|line| line.key().to_owned()).collect(),
            )
        })
        .collect();
    keys.push((dice.pick(&["region", "new_key", "a b", "s3"]).to_owned(), Vec::new()));
    let (key, blocks) = keys[dice.roll(keys.len())].clone();
    let value = dice
        .pick(&[
            "",
            "eu",
            "a # b",
            "[x]",
            "a = b: c",
            "ü\u{3000}ü",
            "/\"a b\" 'c'",
            "x\ty",
        ])
        .to_owned();
    let nested = blocks
        .first()
        .filter(|_| dice.roll(2) == 0)
        .map_or("new", String::as_str)
        .to_owned();
    let value = match dice.roll(7) {
        0 => {
            editor.remove_section(&header)?;
            json!({"edit": "remove-section", "section": header})
        }
        1 => match editor.remove(&header, &key)? {
            true => json!({"edit": "remove", "section": header, "key": key}),
            false => return Ok(None),
        },
        2 => {
            editor.comment(&header, &key, "it was here")?;
            json!({"edit": "comment", "section": header, "key": key})
        }
        3 => {
            editor.replace(&header, &key, "credential_process", &value)?;
            json!({"edit": "replace", "section": header, "key": key, "by": "credential_process", "value": value})
        }
        4 if !nested.is_empty() => {
            editor.set_nested(&header, &key, &nested, &value)?;
            json!({"edit": "set-nested", "section": header, "key": key, "nested": nested, "value": value})
        }
        5 => match editor.remove_nested(&header, &key, &nested)? {
            true => json!({"edit": "remove-nested", "section": header, "key": key, "nested": nested}),
            false => return Ok(None),
        },
        _ => {
            editor.set(&header, &key, &value)?;
            json!({"edit": "set", "section": header, "key": key, "value": value})
        }
    };
    Ok(Some(value))
}

/// Numbers derived from a seed.
struct Dice(String, u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.1 += 1;
        let mut hasher = DefaultHasher::new();
        (&self.0, self.1).hash(&mut hasher);
        usize::try_from(hasher.finish() % sides as u64).expect("a small number")
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}
