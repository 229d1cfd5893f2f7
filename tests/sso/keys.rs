//! The keys of roles, by tokens that the AWS CLI has left.

use serde_json::json as value;

use super::json;
use crate::stand_in::sso::recorded::{after, recordings, sent};
use crate::support::sso::{LEGACY, START_URL, old, read, sign_in, token_path, write};
use crate::support::{Aws, Sandbox};

const ARN: &str = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/tester@example.com";

/// Whose keys a profile has, as AWS says.
#[track_caller]
fn arn(sandbox: &Sandbox, profile: &str) -> String {
    let output = sandbox.awsenv(["whoami", "--json", profile]).output();
    output.success();
    json(&output)["arn"].as_str().expect("an ARN").to_owned()
}

#[test]
fn awsenv_goes_on_after_the_cli() {
    for (name, profile, recording) in [
        ("device", "sso", "role"),
        ("code", "sso", "role"),
        ("refresh", "sso", "role"),
        ("legacy", "legacy", "legacy-role"),
    ] {
        let Some((aws, sandbox)) = after(name, 3600) else {
            return;
        };
        let output = sandbox.awsenv(["credential-process", profile]).output();
        let keys = json(&output);
        assert_eq!(keys["AccessKeyId"], aws.issued()[0].access_key_id, "{name}");
        let seen: Vec<_> = aws.requests().iter().map(sent).collect();
        assert_eq!(seen, recordings(recording), "{name}");
    }
    let Some((aws, sandbox)) = after("code", 60) else {
        return;
    };
    sandbox.awsenv(["credential-process", "sso"]).output().success();
    let seen: Vec<_> = aws.requests().iter().map(sent).collect();
    // Its second request is that of another token.
    assert_eq!(seen, recordings("refresh"));
}

#[test]
fn a_role_above_is_assumed_with_the_keys() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 3600);
    assert_eq!(arn(&sandbox, "sso-admin"), ARN);
    assert!(arn(&sandbox, "sso-chain").starts_with("arn:aws:sts::210987654321:assumed-role/Account/"));
    // The keys are kept.
    assert_eq!((aws.count("GetRoleCredentials"), aws.count("AssumeRole")), (1, 1));
}

#[test]
fn a_token_is_renewed_once_and_keeps_what_others_added() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let mut token = old(&aws, START_URL, 60);
    token["addedByOthers"] = value!({"a": [1, null]});
    write(&sandbox, &token_path("corp"), &token);
    assert_eq!(arn(&sandbox, "sso-admin"), ARN);
    assert_eq!(arn(&sandbox, "sso-read").matches("ReadOnly").count(), 1);
    assert_eq!(aws.count("CreateToken"), 1);
    let after = read(&sandbox, &token_path("corp")).expect("a token");
    assert_eq!(after["addedByOthers"], token["addedByOthers"]);
    assert!(after["refreshToken"] != token["refreshToken"] && after["accessToken"] != token["accessToken"]);

    // That of a start URL too.
    write(&sandbox, &token_path(LEGACY), &old(&aws, LEGACY, 60));
    assert_eq!(arn(&sandbox, "sso-legacy"), ARN);
    assert_eq!(aws.count("CreateToken"), 2);
}
