//! Case folders in `tests/cases/resolve`: the files that a user has, and what `explain --json` must say about them.
//!
//! A folder holds `config` and `credentials` (for `~/.aws`), `case.json` (`profile` to name on the command line, `env`,
//! other `files` below HOME) and `expected.json`: everything in it must be in the answer, objects key by key. `{HOME}`
//! is the folder's HOME. To cover a new bug, add a folder.

use std::path::Path;

use crate::support::{PROJECT, Sandbox};
use serde_json::Value;

#[test]
fn every_case_is_explained_as_expected() {
    let root = Path::new(PROJECT).join("tests/cases/resolve");
    let mut folders: Vec<_> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(
        folders.len() >= 60,
        "only {} cases in {}",
        folders.len(),
        root.display()
    );
    let failures: Vec<String> = folders.iter().flat_map(|folder| failures(folder)).collect();
    assert!(
        failures.is_empty(),
        "{} differences\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn failures(folder: &Path) -> Vec<String> {
    let name = folder.file_name().expect("a folder").to_string_lossy();
    let mut sandbox = Sandbox::new();
    for file in ["config", "credentials"] {
        if let Ok(bytes) = std::fs::read(folder.join(file)) {
            sandbox.write(Path::new(".aws").join(file), bytes);
        }
    }
    let case = read(&folder.join("case.json")).unwrap_or_default();
    for (path, text) in case["files"].as_object().into_iter().flatten() {
        sandbox.write(path, text.as_str().expect("the text of a file"));
    }
    let home = sandbox.home().to_string_lossy().into_owned();
    for (variable, value) in case["env"].as_object().into_iter().flatten() {
        sandbox.set(
            variable,
            value.as_str().expect("the text of a variable").replace("{HOME}", &home),
        );
    }
    let words = ["explain", "--json"].into_iter().chain(case["profile"].as_str());
    let output = sandbox.awsenv(words).output();
    let expected = read(&folder.join("expected.json")).unwrap_or_else(|| panic!("{name}: no expected.json"));
    let answer = output.out().replace(&home, "{HOME}");
    let Ok(answer) = serde_json::from_str::<Value>(&answer) else {
        return vec![format!(
            "{name}: stdout is no JSON: {:?}, stderr {:?}",
            output.out(),
            output.err()
        )];
    };
    let refused = expected.get("error").is_some();
    let mut found = Vec::new();
    if output.status != i32::from(refused) {
        found.push(format!("{name}: status {}", output.status));
    }
    compare(&format!("{name}: "), &expected, &answer, &mut found);
    found
}

/// `None` if there is no such file.
fn read(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Objects key by key, lists item by item, everything else by equality.
fn compare(at: &str, expected: &Value, answer: &Value, found: &mut Vec<String>) {
    match (expected, answer) {
        (Value::Object(expected), Value::Object(_)) => {
            for (key, value) in expected {
                compare(&format!("{at}.{key}"), value, &answer[key], found);
            }
        }
        (Value::Array(expected), Value::Array(answers)) if expected.len() == answers.len() => {
            for (n, (value, answer)) in expected.iter().zip(answers).enumerate() {
                compare(&format!("{at}[{n}]"), value, answer, found);
            }
        }
        _ if expected == answer => {}
        _ => found.push(format!("{at} is {answer}, not {expected}")),
    }
}
