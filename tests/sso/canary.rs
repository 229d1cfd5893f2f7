//! Secrets of tokens and keys: in no message, argument or file but those of the AWS CLI, and in the encrypted sessions.

use std::path::Path;

use serde_json::json as value;

use crate::support::sso::{LEGACY, SCOPE, START_URL, old, read, registration_path, sign_in, token_path, write};
use crate::support::{Aws, Sandbox};

/// All secrets that the stand-in has, and those that it has given out.
fn secrets(aws: &Aws) -> Vec<String> {
    let of_world = [START_URL, LEGACY].map(|url| old(aws, url, 0));
    let of_world = of_world.iter().flat_map(|token| {
        let parts = ["accessToken", "refreshToken", "clientSecret"];
        parts.map(|part| token[part].as_str().expect("a secret").to_owned())
    });
    let given = aws.secrets().into_iter().map(|given| given.value);
    let issued = aws.issued().into_iter();
    let issued = issued.flat_map(|session| [session.secret_access_key, session.session_token]);
    of_world.chain(given).chain(issued).collect()
}

#[track_caller]
fn assert_none(secrets: &[String], text: &str, place: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{place}");
    }
}

const COMMANDS: [&[&str]; 12] = [
    &["-v", "whoami", "sso-admin"],
    &["-v", "whoami", "sso-chain", "--json"],
    &["-v", "exec", "sso-read", "--keys", "--", "true"],
    &["-v", "exec", "sso-closed", "--keys", "--", "true"],
    &["-v", "whoami", "sso-legacy"],
    &["explain", "sso-admin", "--json"],
    &["-v", "explain", "sso-chain"],
    &["sessions", "list", "--json"],
    &["sessions", "list"],
    &["list", "--json"],
    &["doctor", "-v"],
    &["current", "--json"],
];

#[test]
fn no_output_has_a_secret() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let faults = [
        value!({}),
        value!({"status": 401}),
        value!({"status": 503}),
        value!({"cut": "body"}),
        value!({"content_type": "text/html"}),
    ];
    for fault in faults {
        aws.scenario(&value!({"sso": {"refresh": "keep"}, "faults": [fault]}));
        for expires_in in [60, -60] {
            sign_in(&aws, &sandbox, expires_in);
            write(&sandbox, &token_path(LEGACY), &old(&aws, LEGACY, expires_in));
            for words in COMMANDS {
                let output = sandbox.awsenv(words).env("AWS_MAX_ATTEMPTS", "1").output();
                assert_none(&secrets(&aws), &output.all(), &words.join(" "));
            }
            drop(sandbox.awsenv(["sessions", "clear", "--all"]).output());
        }
    }
}

/// What answers there may quote what it was sent.
#[test]
fn no_error_has_a_secret() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    for (expires_in, part) in [(3600, "accessToken"), (-60, "refreshToken"), (-60, "clientSecret")] {
        sign_in(&aws, &sandbox, expires_in);
        let token = old(&aws, START_URL, expires_in);
        let secret = token[part].as_str().expect("a secret");
        let says = format!("secret={secret}. It is not right.");
        let fault = value!({"status": 400, "code": "InvalidRequestException", "message": says});
        aws.scenario(&value!({"faults": [fault]}));
        for words in [
            &["-v", "whoami", "sso-admin"][..],
            &["-v", "sso", "accounts", "--session", "corp"],
        ] {
            let output = sandbox.awsenv(words).output();
            assert_eq!(output.status, 1, "{}", output.all());
            assert_none(&[secret.to_owned()], &output.all(), part);
            assert!(
                expires_in < 0 || output.err().contains("It is not right"),
                "{}",
                output.all()
            );
        }
    }
    let fault = value!({"status": 400, "code": "InvalidRequestException", "message": "The session `123456789012345x` is unknown"});
    aws.scenario(&value!({"faults": [fault]}));
    sign_in(&aws, &sandbox, 3600);
    let output = sandbox.awsenv(["whoami", "sso-admin"]).output();
    assert!(
        output.err().contains("says: The session `123456789012345x`"),
        "{}",
        output.err()
    );
}

/// Files below HOME that have a secret in plain text.
fn leaks(sandbox: &Sandbox, secrets: &[String]) -> Vec<String> {
    fn walk(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => walk(&entry.path(), found),
                false => found.push(entry.path()),
            }
        }
    }
    let home = sandbox.path("");
    let mut files = Vec::new();
    walk(&home, &mut files);
    let has_one = |path: &std::path::PathBuf| {
        let text = std::fs::read(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        secrets.iter().any(|secret| text.contains(secret.as_str()))
    };
    let leaks = files.into_iter().filter(has_one);
    let name = |path: std::path::PathBuf| path.strip_prefix(&home).unwrap_or(&path).display().to_string();
    leaks.map(name).collect()
}

#[test]
fn only_the_files_of_the_aws_cli_have_secrets() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, -60);
    for profile in ["sso-admin", "sso-read", "sso-chain"] {
        sandbox.awsenv(["credential-process", profile]).output().success();
    }
    let secrets = secrets(&aws);
    assert_eq!(leaks(&sandbox, &secrets), [token_path("corp")]);
    let token = read(&sandbox, &token_path("corp")).expect("a token");
    assert!(secrets.iter().any(|secret| token["accessToken"] == secret.as_str()));
    // Nothing was registered.
    let registration = registration_path(START_URL, Some("corp"), Some(&[SCOPE]));
    assert!(!sandbox.path(&registration).exists());
}
