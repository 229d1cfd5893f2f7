//! What the portal and the token service refuse, and what awsenv says to it.

use serde_json::{Value, json as value};

use crate::support::sso::{START_URL, old, read, sign_in, token_path, write};
use crate::support::{Aws, Output, Sandbox};

const NO_ACCESS: &str = "hint: IAM Identity Center gives you the accounts and roles that you are assigned to; \
    `awsenv sso roles` lists them\n";

fn keys(sandbox: &Sandbox, profile: &str) -> Output {
    sandbox.awsenv(["credential-process", profile]).output()
}

/// Exit code 1, nothing on stdout, and this on stderr.
#[track_caller]
fn assert_refused(output: &Output, error: &str) {
    assert_eq!(
        (output.status, output.out(), output.err()),
        (1, "", error),
        "{}",
        output.all()
    );
}

/// What was asked since `before` requests, with the status of each answer.
fn asked(aws: &Aws, before: usize) -> Vec<(String, u16)> {
    let requests = aws.requests().into_iter().skip(before);
    requests
        .map(|seen| (seen.action.unwrap_or_default(), seen.status))
        .collect()
}

#[test]
fn without_a_token_the_command_is_named() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let corp = "awsenv: you are not signed in to the SSO session `corp`\nhint: awsenv login sso-admin\n";
    assert_refused(&keys(&sandbox, "sso-admin"), corp);
    assert_refused(
        &keys(&sandbox, "sso-legacy"),
        "awsenv: you are not signed in to the SSO session `https://legacy.awsapps.com/start`\nhint: awsenv login sso-legacy\n",
    );
    // A file that botocore cannot use either.
    sandbox.write(token_path("corp"), "{");
    assert_refused(&keys(&sandbox, "sso-admin"), corp);
    assert!(aws.requests().is_empty());
}

#[test]
fn a_role_that_the_user_does_not_have_is_denied() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 3600);
    for (profile, role, account, said) in [
        (
            "sso-closed",
            "Billing",
            "123456789012",
            "No access (ForbiddenException)",
        ),
        (
            "sso-nowhere",
            "Admin",
            "999999999999",
            "The specified account does not exist (ResourceNotFoundException)",
        ),
    ] {
        let output = keys(&sandbox, profile);
        let error = format!(
            "cannot get the keys of the role `{role}` in the account `{account}`: AWS denies it\nhint: AWS says: {said}\n"
        );
        assert_eq!(output.status, 1);
        assert!(output.err().ends_with(&(error + NO_ACCESS)), "{}", output.all());
    }
    assert_eq!(aws.requests().len(), 2);
}

#[test]
fn a_dead_token_is_renewed_once() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 3600);
    // By its file it has an hour, but AWS has ended it.
    aws.scenario(&value!({"faults": [{"when": {"Action": "GetRoleCredentials"}, "times": 1, "status": 401}]}));
    keys(&sandbox, "sso-admin").success();
    let renewed = [
        ("GetRoleCredentials", 401),
        ("CreateToken", 200),
        ("GetRoleCredentials", 200),
    ];
    assert_eq!(
        asked(&aws, 0),
        renewed.map(|(action, status)| (action.to_owned(), status))
    );

    aws.scenario(&value!({"sso": {"signed_out": true}}));
    let before = aws.requests().len();
    assert_refused(
        &keys(&sandbox, "sso-read"),
        "awsenv: AWS has ended the SSO session `corp`\nhint: awsenv login sso-read\n",
    );
    let refused = [("GetRoleCredentials", 401), ("CreateToken", 400)];
    assert_eq!(
        asked(&aws, before),
        refused.map(|(action, status)| (action.to_owned(), status))
    );
}

/// Another program may have used the refresh token of the file.
#[test]
fn a_refresh_that_is_refused_ends_nothing_that_lives() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let mut token = old(&aws, START_URL, 60);
    token["refreshToken"] = value!("used");
    write(&sandbox, &token_path("corp"), &token);
    keys(&sandbox, "sso-admin").success();
    assert_eq!(read(&sandbox, &token_path("corp")), Some(token.clone()));
    token["expiresAt"] = value!("2020-01-01T00:00:00Z");
    write(&sandbox, &token_path("corp"), &token);
    let output = keys(&sandbox, "sso-read");
    let error = "awsenv: you are no longer signed in to the SSO session `corp`: it expired at 2020-01-01 00:00 UTC, and AWS does \
                 not renew it\nhint: awsenv login sso-read\n";
    assert_refused(&output, error);
    assert_eq!(read(&sandbox, &token_path("corp")), Some(token));
    assert_eq!((aws.count("CreateToken"), aws.count("GetRoleCredentials")), (2, 1));
}

#[test]
fn what_passes_is_asked_again() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    for (action, fault) in [
        ("GetRoleCredentials", value!({"status": 429})),
        ("GetRoleCredentials", value!({"status": 503})),
        ("GetRoleCredentials", value!({"cut": "request"})),
        ("CreateToken", value!({"status": 503})),
    ] {
        let mut fault: Value = fault;
        fault["when"] = value!({"Action": action});
        fault["times"] = value!(1);
        aws.scenario(&value!({"sso": {"refresh": "keep"}, "faults": [fault]}));
        sign_in(&aws, &sandbox, 0);
        let before = aws.requests().len();
        keys(&sandbox, "sso-admin").success();
        let count = asked(&aws, before).iter().filter(|(asked, _)| asked == action).count();
        assert_eq!(count, 2, "{fault}");
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    }
}

#[test]
fn an_answer_that_is_not_of_aws_is_an_error() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    for action in ["GetRoleCredentials", "CreateToken"] {
        for fault in [
            value!({"body": "<html>", "content_type": "text/html"}),
            value!({"body": "{}"}),
            value!({"body": "[1]"}),
            value!({"cut": "body"}),
            value!({"pad": 10 << 20}),
        ] {
            let mut fault: Value = fault;
            fault["when"] = value!({"Action": action});
            aws.scenario(&value!({"sso": {"refresh": "keep"}, "faults": [fault]}));
            let token = old(&aws, START_URL, 0);
            write(&sandbox, &token_path("corp"), &token);
            let output = sandbox
                .awsenv(["credential-process", "sso-admin"])
                .env("AWS_MAX_ATTEMPTS", "1")
                .output();
            assert_eq!((output.status, output.out()), (1, ""), "{fault} {}", output.all());
            assert!(
                !output.err().contains("token-hB2nX9kLw4Rf") && !output.err().contains("panicked"),
                "{}",
                output.all()
            );
            if action == "CreateToken" {
                assert_eq!(read(&sandbox, &token_path("corp")), Some(token), "{fault}");
            }
        }
    }
}
