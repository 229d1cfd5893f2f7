//! What arrives is what version 2 of the AWS CLI was recorded to send, and what stays are the files that it left.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::stand_in::sso::recorded::{after, authorize, recorded, recordings, sent, stable};
use crate::support::aws::Seen;
use crate::support::sso::{Browser, LONG};
use crate::support::{Aws, PROJECT, Sandbox};

/// The files of a cache by their names, with the names of their members in their order.
fn files(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    let read = |entry: std::fs::DirEntry| {
        let bytes = std::fs::read(entry.path()).expect("a file");
        let content: Value = serde_json::from_slice(&bytes).expect("JSON");
        let members = content.as_object().expect("an object").keys().cloned().collect();
        (entry.file_name().to_string_lossy().into_owned(), members)
    };
    entries.map(|entry| read(entry.expect("an entry"))).collect()
}

fn ours(sandbox: &Sandbox) -> BTreeMap<String, Vec<String>> {
    files(&sandbox.path(".aws/sso/cache"))
}

fn theirs(after: &str) -> BTreeMap<String, Vec<String>> {
    files(Path::new(&format!(
        "{PROJECT}/tests/data/recorded/sso/after-{after}/sso/cache"
    )))
}

/// The requests of awsenv and those of the browser. The headers of the first say no more than they must.
fn requests(aws: &Aws) -> (Vec<Seen>, Vec<Seen>) {
    let (of_browser, ours): (Vec<_>, Vec<_>) = aws
        .requests()
        .into_iter()
        .partition(|seen| seen.action.as_deref() == Some("Authorize"));
    for seen in &ours {
        let mut names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected: &[&str] = match (seen.method.as_str(), seen.header("x-amz-sso_bearer_token")) {
            ("POST", None) => &["content-length", "content-type", "host", "user-agent"],
            ("GET", Some(_)) => &["host", "user-agent", "x-amz-sso_bearer_token"],
            _ => &["content-length", "host", "user-agent", "x-amz-sso_bearer_token"],
        };
        assert_eq!(names, expected, "{seen:?}");
        assert_eq!(
            seen.header("user-agent"),
            Some(concat!("awsenv/", env!("CARGO_PKG_VERSION")))
        );
    }
    (ours, of_browser)
}

#[test]
fn a_sign_in_is_that_of_the_cli() {
    for (name, words) in [
        ("device", &["login", "sso", "--device", "--no-browser"][..]),
        ("code", &["login", "my-sso"]),
        ("legacy", &["login", "legacy", "--no-browser"]),
    ] {
        let Some((aws, mut sandbox)) = recorded() else { return };
        // The recorded client of the legacy profile was allowed before.
        let approve = if name == "legacy" { 1 } else { 2 };
        aws.scenario(&json!({"sso": {"approve": approve}}));
        if Browser::Allow.set(&mut sandbox).is_none() {
            return;
        }
        sandbox.awsenv(words).output().success();
        let (asked, of_browser) = requests(&aws);
        let asked: Vec<_> = asked.iter().map(sent).collect();
        assert_eq!(asked, recordings(name), "{name}");
        for seen in &of_browser {
            let fields: Vec<_> = seen.fields.clone().expect("a query").into_iter().map(stable).collect();
            assert_eq!(fields, authorize());
        }
        assert_eq!(of_browser.len(), usize::from(name == "code"));
        // Those of a legacy profile were recorded after others.
        let others = if name == "legacy" {
            theirs("code")
        } else {
            BTreeMap::new()
        };
        let mut expected = theirs(name);
        expected.retain(|file, _| !others.contains_key(file));
        assert_eq!(ours(&sandbox), expected, "{name}");
    }
}

#[test]
fn a_sign_out_is_that_of_the_cli() {
    let Some((aws, sandbox)) = after("roles", LONG) else {
        return;
    };
    sandbox.awsenv(["logout", "--all"]).output().success();
    let (asked, _) = requests(&aws);
    let asked: Vec<_> = asked.iter().map(sent).collect();
    assert_eq!(asked, recordings("logout"));
    assert_eq!(ours(&sandbox), theirs("logout"));
    assert_eq!(files(&sandbox.path(".aws/cli/cache")).len(), 0);
}
