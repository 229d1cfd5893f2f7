//! boto3 goes on with what awsenv has left, and awsenv with what boto3 has.

use serde_json::json;

use crate::stand_in::clients::boto3;
use crate::support::sso::{Browser, LEGACY, from_now, read, token_path, write};
use crate::support::{Aws, Sandbox};

/// Gives the token of a session one minute more, by its file.
fn age(sandbox: &Sandbox, name: &str) {
    let mut token = read(sandbox, &token_path(name)).expect("a token");
    token["expiresAt"] = json!(from_now(60));
    write(sandbox, &token_path(name), &token);
}

fn refreshes(aws: &Aws) -> usize {
    let requests = aws.requests().into_iter();
    requests
        .filter(|seen| seen.field("grantType") == Some("refresh_token") && seen.status == 200)
        .count()
}

#[test]
fn each_refreshes_what_the_other_has_got() {
    for (words, profile, name) in [
        (&["login", "corp"][..], "sso-admin", "corp"),
        (&["login", "corp", "--device", "--no-browser"], "sso-admin", "corp"),
        (&["login", "sso-legacy", "--no-browser"], "sso-legacy", LEGACY),
    ] {
        let Some(aws) = Aws::start() else { return };
        let mut sandbox = aws.sso_sandbox();
        if Browser::Allow.set(&mut sandbox).is_none() {
            return;
        }
        sandbox.awsenv(words).output().success();
        let theirs = || {
            let output = boto3(&sandbox, &[profile])?;
            let arn =
                "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/tester@example.com\n";
            assert_eq!(output.success(), arn, "{words:?}");
            Some(())
        };
        let ours = || {
            sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
            sandbox.awsenv(["credential-process", profile]).output().success();
        };
        if theirs().is_none() {
            return;
        }
        ours();
        assert_eq!(refreshes(&aws), 0, "{words:?}");
        // boto3 does not refresh the token of a start URL.
        let of_theirs = usize::from(name == "corp");
        age(&sandbox, name);
        theirs();
        assert_eq!(refreshes(&aws), of_theirs, "{words:?}");
        age(&sandbox, name);
        ours();
        assert_eq!(refreshes(&aws), of_theirs + 1, "{words:?}");
        theirs();
        age(&sandbox, name);
        theirs();
        assert_eq!(refreshes(&aws), 2 * of_theirs + 1, "{words:?}");
        ours();
        assert_eq!(refreshes(&aws), 2 + of_theirs, "{words:?}");
    }
}
