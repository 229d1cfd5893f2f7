//! Processes that end before they should, while they renew a token or keep it.

use std::process::Stdio;

use serde_json::json as value;

use super::json;
use crate::support::Aws;
use crate::support::sso::{read, sign_in, token_path};
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
