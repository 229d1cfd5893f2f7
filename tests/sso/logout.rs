//! `logout`: what goes and what stays, also where AWS does not answer.

use serde_json::json;

use crate::support::sso::{
    LEGACY, LONG, START_URL, old, old_registration, read, registration_path, sign_in, token_path, write,
};
use crate::support::{Aws, Sandbox};

fn has(sandbox: &Sandbox, path: &str) -> bool {
    sandbox.path(path).exists()
}

/// Signed in to both, with a registration and keys of a role, in our store and in the AWS CLI's cache.
fn signed_in(aws: &Aws) -> Sandbox {
    let sandbox = aws.sso_sandbox();
    sandbox.write(".config/awsenv/config", "cli_cache = write\n");
    sign_in(aws, &sandbox, LONG);
    write(&sandbox, &registration(), &old_registration(aws, START_URL, LONG));
    write(&sandbox, &token_path(LEGACY), &old(aws, LEGACY, 3600));
    for profile in ["sso-admin", "sso-chain"] {
        sandbox.awsenv(["credential-process", profile]).output().success();
    }
    sandbox
}

fn registration() -> String {
    registration_path(START_URL, Some("corp"), Some(&["sso:account:access"]))
}

fn sessions(sandbox: &Sandbox) -> String {
    sandbox.awsenv(["sessions", "list"]).output().success().to_owned()
}

#[test]
fn a_session_is_left_with_all_that_it_gave() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = signed_in(&aws);
    sandbox
        .awsenv(["sso", "accounts", "--session", "corp"])
        .output()
        .success();
    assert!(sessions(&sandbox).contains("sso-admin"), "{}", sessions(&sandbox));
    sandbox.awsenv(["logout", "corp"]).output().success();
    assert_eq!(aws.count("Logout"), 1);
    assert!(!has(&sandbox, &token_path("corp")) && has(&sandbox, &token_path(LEGACY)));
    assert!(read(&sandbox, &registration()).is_some(), "registrations stay");
    assert_eq!(sessions(&sandbox), "");
    let output = sandbox.awsenv(["sso", "accounts", "--session", "corp"]).output();
    assert_eq!(output.status, 1, "the list is gone too: {}", output.out());
    // Again is no failure.
    sandbox.awsenv(["logout", "corp"]).output().success();
    assert_eq!(aws.count("Logout"), 1);
}

#[test]
fn where_aws_does_not_answer_the_token_goes_all_the_same() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = signed_in(&aws);
    aws.scenario(&json!({"faults": [{"when": {"Action": "Logout"}, "status": 401}]}));
    let output = sandbox.awsenv(["logout", "sso-dev", "-v"]).output();
    output.success();
    assert!(output.err().contains("AWS was not told"), "{}", output.err());
    assert!(!has(&sandbox, &token_path("corp")));
}

/// Each try alone may take 15 s, and all tries 30 s.
#[test]
fn a_portal_that_says_nothing_is_not_waited_for_as_long_as_for_keys() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = signed_in(&aws);
    aws.scenario(&json!({"faults": [{"when": {"Action": "Logout"}, "slow": 60}]}));
    let output = sandbox.awsenv(["-v", "logout", "corp"]).output();
    output.success();
    assert!(output.err().contains("AWS was not told"), "{}", output.err());
    assert_eq!(aws.count("Logout"), 1, "there was no time for a second try");
    assert!(!has(&sandbox, &token_path("corp")));
}

#[test]
fn the_name_is_a_profile_first() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = signed_in(&aws);
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config file");
    let twin = "[profile corp]\nsso_start_url = https://legacy.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Admin\n";
    sandbox.write(".aws/config", config + twin);
    sandbox.awsenv(["logout", "corp"]).output().success();
    assert!(has(&sandbox, &token_path("corp")) && !has(&sandbox, &token_path(LEGACY)));
    sandbox.awsenv(["logout", "--session", "corp"]).output().success();
    assert!(!has(&sandbox, &token_path("corp")));
    let output = sandbox.awsenv(["logout", "base"]).output();
    assert_eq!(output.status, 1);
    assert!(
        output.err().contains("takes nothing from IAM Identity Center"),
        "{}",
        output.err()
    );
    let output = sandbox.awsenv(["logout", "sso-admn"]).output();
    assert_eq!(output.status, 1);
}

#[test]
fn without_a_name_it_is_the_one_in_use() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = signed_in(&aws);
    let output = sandbox.awsenv(["logout"]).output();
    assert_eq!(output.status, 2, "{}", output.err());
    sandbox.set("AWS_PROFILE", "sso-chain");
    sandbox.awsenv(["logout"]).output().success();
    assert!(!has(&sandbox, &token_path("corp")) && has(&sandbox, &token_path(LEGACY)));
}

#[test]
fn all_is_everything_that_is_signed_in() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = signed_in(&aws);
    write(&sandbox, &token_path("forgotten"), &old(&aws, START_URL, 60));
    sandbox.awsenv(["logout", "--all"]).output().success();
    // One that no file configures any more is ended at AWS too.
    assert_eq!(aws.count("Logout"), 3);
    for name in ["corp", LEGACY, "forgotten"] {
        assert!(!has(&sandbox, &token_path(name)), "{name}");
    }
    assert!(has(&sandbox, &registration()));
    assert_eq!(sessions(&sandbox), "");
}

#[test]
fn what_cannot_be_removed_keeps_nothing_else() {
    let Some(aws) = Aws::start() else { return };
    for args in [&["logout", "--session", "corp"][..], &["logout", "--all"]] {
        let sandbox = signed_in(&aws);
        let token = sandbox.path(token_path("corp"));
        std::fs::remove_file(&token).expect("a token");
        sandbox.write(format!("{}/x", token_path("corp")), "");
        let output = sandbox.awsenv(args).output();
        assert_eq!(output.status, 1, "{}", output.err());
        assert!(output.err().contains("cannot sign out of"), "{}", output.err());
        assert_eq!(sessions(&sandbox), "");
        assert_eq!(has(&sandbox, &token_path(LEGACY)), args[1] != "--all");
    }
}
