//! Processes that end before they should, while they renew a token or keep it.

use std::process::Stdio;

use serde_json::json as value;

use super::json;
use crate::support::Aws;
use crate::support::sso::{
    Browser, LONG, START_URL, old_registration, read, registration_path, sign_in, token_path, write,
};
use crate::support::walk::{WRITES, Walk};

/// Whenever it is killed, the file of the token is whole, and the next one goes on.
#[test]
fn whoever_is_killed_while_renewing_leaves_a_whole_token() {
    let Some(walk) = Walk::new() else { return };
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    // A token that is rotated dies with the process that its answer was for.
    aws.scenario(&value!({"sso": {"refresh": "keep"}}));
    let words = ["credential-process", "sso-admin"];
    let begin = || {
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
        sign_in(&aws, &sandbox, -60);
    };
    begin();
    let (output, steps) = walk.steps(&sandbox, WRITES, words);
    output.success();
    assert!(steps.len() > 5, "{steps:?}");
    let mut killed = 0;
    for step in &steps {
        begin();
        let before = read(&sandbox, &token_path("corp")).expect("a token");
        let renewals = aws.count("CreateToken");
        if walk.killed_before(&sandbox, step, words).is_none() {
            continue;
        }
        killed += 1;
        let after = read(&sandbox, &token_path("corp")).expect("a whole token");
        let is_new = after["accessToken"] != before["accessToken"];
        assert!(is_new || after == before, "{step}");
        assert_eq!(after["refreshToken"], before["refreshToken"], "{step}");
        let renewed = aws.count("CreateToken");
        assert!(renewed - renewals >= usize::from(is_new), "{step}");
        let output = sandbox.awsenv(words).output();
        output.success();
        assert!(json(&output)["SessionToken"].is_string(), "{step}");
        // What is new is not renewed again.
        assert_eq!(aws.count("CreateToken") - renewed, usize::from(!is_new), "{step}");
    }
    assert!(killed > 5, "{killed} of {steps:?}");
}

#[test]
fn a_renewal_that_is_killed_is_taken_over() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, -60);
    aws.scenario(
        &value!({"sso": {"refresh": "keep"}, "faults": [{"when": {"Action": "CreateToken"}, "slow": 30, "times": 1}]}),
    );
    let start = || {
        let mut command = sandbox.awsenv(["credential-process", "sso-admin"]).command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("awsenv")
    };
    let mut first = start();
    aws.wait_for("CreateToken", 1);
    let others: Vec<_> = (0..8).map(|_| start()).collect();
    first.kill().expect("its end");
    first.wait().expect("its end");
    for other in others {
        let output = other.wait_with_output().expect("its output");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(aws.count("CreateToken"), 2, "the one that was killed, and one more");
    assert_eq!(aws.count("GetRoleCredentials"), 1);
}

/// The code is used up then, but the token that was there is not.
#[test]
fn whoever_is_killed_while_a_browser_brings_a_code_leaves_the_old_token_or_the_new_one() {
    let Some(walk) = Walk::new().map(Walk::alone) else {
        return;
    };
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sso_sandbox();
    if Browser::Allow.set(&mut sandbox).is_none() {
        return;
    }
    let old = value!({"accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z", "theirs": [1]});
    let words = ["login", "corp"];
    let begin = || {
        let _ = std::fs::remove_dir_all(sandbox.path(".aws/sso"));
        write(&sandbox, &token_path("corp"), &old);
    };
    begin();
    let (output, steps) = walk.steps(&sandbox, WRITES, words);
    output.success();
    assert!(steps.len() > 8, "{steps:?}");
    let mut killed = 0;
    for step in &steps {
        begin();
        killed += usize::from(walk.killed_before(&sandbox, step, words).is_some());
        let token = read(&sandbox, &token_path("corp")).expect("a whole token");
        let is_new = token["accessToken"] != "old" && token["refreshToken"].is_string();
        assert!(token == old || is_new, "{step}: {token}");
        assert_eq!(token["theirs"], old["theirs"], "{step}");
        sandbox.awsenv(words).output().success();
        let token = read(&sandbox, &token_path("corp")).expect("a token");
        assert!(
            token["theirs"] == old["theirs"] && token["refreshToken"].is_string(),
            "{step}"
        );
        let files = std::fs::read_dir(sandbox.path(".aws/sso/cache")).expect("a folder");
        assert_eq!(files.count(), 2, "{step}: the token, the registration and nothing else");
    }
    assert!(killed > 5, "{killed} of {steps:?}");
}

#[test]
fn whoever_is_killed_while_leaving_is_still_in_or_out() {
    let Some(walk) = Walk::new() else { return };
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let registration = registration_path(START_URL, Some("corp"), Some(&["sso:account:access"]));
    // AWS forgets no token, so that the next run can begin as this one did.
    aws.scenario(&value!({"faults": [{"when": {"Action": "Logout"}, "status": 401}]}));
    let words = ["logout", "corp"];
    let begin = || {
        write(&sandbox, &registration, &old_registration(&aws, START_URL, LONG));
        sign_in(&aws, &sandbox, 3600);
        sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
        read(&sandbox, &token_path("corp"))
    };
    begin();
    let (output, steps) = walk.steps(&sandbox, WRITES, words);
    output.success();
    let mut killed = 0;
    for step in &steps {
        let before = begin();
        killed += usize::from(walk.killed_before(&sandbox, step, words).is_some());
        let after = read(&sandbox, &token_path("corp"));
        assert!(after.is_none() || after == before, "{step}: {after:?}");
        sandbox.awsenv(words).output().success();
        assert_eq!(read(&sandbox, &token_path("corp")), None, "{step}");
        assert!(read(&sandbox, &registration).is_some(), "{step}");
        assert_eq!(
            sandbox.awsenv(["sessions", "list", "--json"]).output().out(),
            "[]\n",
            "{step}"
        );
    }
    assert!(killed > 2, "{killed} of {steps:?}");
}

#[test]
fn whoever_is_killed_while_setting_up_leaves_a_whole_file() {
    let Some(walk) = Walk::new() else { return };
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, LONG);
    let words = [
        "sso",
        "setup",
        "new",
        "--start-url",
        "https://new.awsapps.com/start",
        "--region",
        "eu-west-1",
    ];
    let config = || std::fs::read_to_string(sandbox.path(".aws/config")).expect("a file");
    let before = config();
    // Nobody is there who could sign in.
    let setup = || sandbox.awsenv(words).env("CI", "true");
    let (_, steps) = walk.steps_of(&sandbox, setup(), WRITES);
    let whole = config();
    assert!(whole.starts_with(&before) && whole.ends_with("sso_registration_scopes = sso:account:access\n"));
    assert!(steps.len() > 5, "{steps:?}");
    let mut killed = 0;
    for step in &steps {
        sandbox.write(".aws/config", &before);
        killed += usize::from(walk.killing(setup(), step).is_some());
        assert!([&before, &whole].contains(&&config()), "{step}: {}", config());
        setup().output();
        assert_eq!(config(), whole, "{step}");
    }
    assert!(killed > 5, "{killed} of {steps:?}");
}
