//! Secrets of sign-ins: in no message, argument, variable or file but those of the AWS CLI.

use std::path::Path;

use serde_json::json as value;

use crate::support::sso::{Browser, LEGACY, LONG, START_URL, answered, old, opened, sign_in, token_path, write};
use crate::support::walk::Walk;
use crate::support::{Aws, Output, Sandbox};

/// Tokens, codes, verifiers, and secrets of clients.
fn of_sign_ins(aws: &Aws) -> Vec<String> {
    let known = [START_URL, LEGACY].map(|start_url| old(aws, start_url, 0));
    let known = known.iter().flat_map(|token| {
        ["accessToken", "refreshToken", "clientSecret"].map(|name| token[name].as_str().expect("text").to_owned())
    });
    let given = aws.secrets().into_iter().map(|given| given.value);
    known.chain(given).collect()
}

fn of_roles(aws: &Aws) -> Vec<String> {
    let issued = aws.issued().into_iter();
    issued
        .flat_map(|session| [session.secret_access_key, session.session_token])
        .collect()
}

fn all(aws: &Aws) -> Vec<String> {
    [of_sign_ins(aws), of_roles(aws)].concat()
}

#[track_caller]
fn assert_none(secrets: &[String], text: &str, place: &str) {
    for secret in secrets {
        // Nor a part that would be enough to guess by.
        assert!(!text.contains(&secret[..20]), "{place}: {secret}\n{text}");
    }
}

fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    aws.scenario(&value!({"sso": {"approve": 1, "refresh": "keep"}}));
    let mut sandbox = aws.sso_sandbox();
    Browser::Allow.set(&mut sandbox)?;
    Some((aws, sandbox))
}

/// Signed in to both sessions, with tokens that are due.
fn begin(aws: &Aws, sandbox: &Sandbox) {
    sign_in(aws, sandbox, -60);
    write(sandbox, &token_path(LEGACY), &old(aws, LEGACY, -60));
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
}

/// Every command that has to do with a sign-in or its keys.
const COMMANDS: [&[&str]; 22] = [
    &["-v", "login", "corp", "--force"],
    &["-v", "login", "corp", "--force", "--device", "--no-browser"],
    &["-v", "login", "sso-legacy", "--force", "--qr"],
    &["login", "corp"],
    &["-v", "whoami", "sso-chain"],
    &["whoami", "sso-admin", "--json"],
    &["whoami", "sso-closed", "--json"],
    &["-v", "exec", "sso-read", "--keys", "--", "true"],
    &["-v", "explain", "sso-chain"],
    &["explain", "sso-admin", "--json"],
    &["sso", "list", "--json"],
    &["-v", "sso", "accounts", "--session", "corp", "--json"],
    &["sso", "roles", "--session", "corp", "--refresh"],
    &["-v", "sso", "import", "--session", "corp", "--all", "--dry-run"],
    &["sessions", "list", "--json"],
    &["list", "--json"],
    &["doctor", "-v"],
    &["doctor", "--json"],
    &["history", "--json"],
    &["complete", "--", "login", ""],
    &["-v", "logout", "corp"],
    &["logout", "--all"],
];

/// The words of a command whose stdout may have the keys of a role.
const KEYS: [&[&str]; 2] = [
    &["-v", "use", "sso-chain", "--keys", "--shell", "posix"],
    &["-v", "credential-process", "sso-legacy"],
];

#[track_caller]
fn run_all(aws: &Aws, sandbox: &Sandbox) -> Vec<Output> {
    begin(aws, sandbox);
    let keys = KEYS.map(|words| {
        let output = sandbox.awsenv(words).env("AWS_MAX_ATTEMPTS", "1").output();
        assert_none(&all(aws), output.err(), &words.join(" "));
        assert_none(&of_sign_ins(aws), output.out(), &words.join(" "));
        output
    });
    let others = COMMANDS.map(|words| {
        let output = sandbox.awsenv(words).env("AWS_MAX_ATTEMPTS", "1").output();
        assert_none(&all(aws), &output.all(), &words.join(" "));
        output
    });
    keys.into_iter().chain(others).collect()
}

#[test]
fn no_output_and_no_file_has_a_secret() {
    let Some((aws, sandbox)) = start() else { return };
    let outputs = run_all(&aws, &sandbox);
    for output in outputs {
        let is_refusal = output.all().contains("sso-closed");
        assert!(
            output.status == 0 || is_refusal || output.all().contains("doctor"),
            "{}",
            output.all()
        );
    }
    let kinds = [
        "access_token",
        "refresh_token",
        "client_secret",
        "device_code",
        "code",
        "code_verifier",
    ];
    let given = aws.secrets();
    assert!(kinds.iter().all(|kind| given.iter().any(|given| given.kind == *kind)));
    assert!(of_roles(&aws).len() > 6);
    // Signed in again, so that something is there to be found.
    begin(&aws, &sandbox);
    sandbox.awsenv(["login", "corp", "--force"]).output().success();
    sandbox.awsenv(["credential-process", "sso-chain"]).output().success();
    sandbox
        .awsenv(["sso", "accounts", "--session", "corp"])
        .output()
        .success();
    let secrets = all(&aws);
    let cache = sandbox.path(".aws/sso/cache");
    let mut files = 0;
    for part in ["home", "run", "tmp"] {
        files += check(&secrets, &sandbox.root().join(part), &cache);
    }
    assert!(files > 6, "{files} files");
    check(&secrets, Path::new("/dev/shm"), &cache);
    // Neither does a page that awsenv has shown in the browser.
    for page in answered(&sandbox) {
        assert_none(&secrets, &page.to_string(), "a page");
    }
    assert_none(&secrets, &format!("{:?}", aws.requests()), "the log");
}

/// Looks into every file below but those of the AWS CLI, as bytes; the number of them.
fn check(secrets: &[String], dir: &Path, but: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let mut files = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && path != but {
            files += check(secrets, &path, but);
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            assert_none(secrets, &String::from_utf8_lossy(&bytes), &path.display().to_string());
            files += 1;
        }
    }
    files
}

/// A server that says what it was told, or what no service says.
#[test]
fn what_goes_wrong_shows_no_secret() {
    let Some((aws, sandbox)) = start() else { return };
    let quoting =
        |action: &str| value!({"when": {"Action": action}, "status": 403, "code": "OddException", "quote": true});
    let cut = |action: &str| value!({"when": {"Action": action}, "cut": "body"});
    let status = |action: &str, status: u16| value!({"when": {"Action": action}, "status": status});
    for faults in [
        value!([
            quoting("CreateToken"),
            quoting("GetRoleCredentials"),
            quoting("ListAccounts"),
            quoting("Logout")
        ]),
        value!([
            quoting("StartDeviceAuthorization"),
            quoting("ListAccountRoles"),
            quoting("AssumeRole")
        ]),
        value!([cut("RegisterClient"), cut("GetRoleCredentials"), cut("ListAccounts")]),
        value!([
            status("CreateToken", 503),
            status("GetRoleCredentials", 401),
            status("ListAccounts", 401)
        ]),
        value!([{"when": {"Action": "GetRoleCredentials"}, "body": "no"}, {"when": {"Action": "RegisterClient"}, "pad": 10 << 20}]),
    ] {
        aws.scenario(&value!({"sso": {"approve": 1, "refresh": "keep"}, "faults": faults}));
        let outputs = run_all(&aws, &sandbox);
        assert!(
            outputs.iter().filter(|output| output.status != 0).count() > 3,
            "{faults}"
        );
        let quotes = outputs.iter().filter(|output| output.all().contains("Rate exceeded "));
        assert!(quotes.count() > 1 || !faults.to_string().contains("quote"), "{faults}");
    }
}

#[test]
fn no_argument_and_no_variable_has_a_secret() {
    let Some(walk) = Walk::new() else { return };
    let Some((aws, sandbox)) = start() else { return };
    // A person who has allowed the client before is shown no page.
    aws.scenario(&value!({"sso": {"approve": 2, "refresh": "keep"}}));
    sign_in(&aws, &sandbox, LONG);
    for words in [
        &["login", "corp", "--force"][..],
        &["login", "corp", "--force", "--device"],
        &["exec", "sso-admin", "--keys", "--", "true"],
        &["exec", "sso-read", "--", "true"],
        &["credential-process", "sso-dev"],
        &["logout", "corp"],
    ] {
        let (output, trace) = walk.traced(&sandbox, sandbox.awsenv(words), "execve");
        output.success();
        let calls: Vec<&str> = trace.lines().filter(|line| line.contains("execve(")).collect();
        assert!(!calls.is_empty(), "{trace}");
        for call in &calls {
            assert_none(&of_sign_ins(&aws), call, &words.join(" "));
            // The words are the first list, the variables the second.
            let arguments = call.split("], [").next().unwrap_or_default();
            assert_none(&of_roles(&aws), arguments, arguments);
            let gets_keys = call.contains("AWS_SESSION_TOKEN=");
            assert!(
                !gets_keys || words[1] == "sso-admin" && call.contains("[\"true\"]"),
                "{call}"
            );
        }
    }
    let pages = opened(&sandbox);
    assert_eq!(pages.len(), 2);
    assert!(pages[0].contains("&state=") && pages[0].contains("&code_challenge="));
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
