//! botocore and boto3, as people use them: they sign in, refresh, and take the keys of roles; and they send what version 2 of the
//! AWS CLI was recorded to send.

use serde_json::{Value, json};

use super::recorded::{after, authorize, recorded, recordings, sent, stable};
use crate::stand_in::clients::boto3;
use crate::support::aws::program;
use crate::support::sso::{
    Browser, CONFIG, ENDPOINTS, LEGACY, START_URL, from_now, old, read, sign_in, token_path, write,
};
use crate::support::{Aws, Sandbox, python};

/// Signs in by `tests/aws/sign_in.py`. What it prints.
fn signed_in(sandbox: &Sandbox, words: &[&str]) -> Option<Value> {
    let program = program(&python("botocore")?, "sign_in.py");
    let run = sandbox
        .program(program.get_program())
        .args(program.get_args())
        .args(words);
    Some(serde_json::from_str(run.output().success()).expect("JSON"))
}

#[test]
fn what_botocore_sends_is_what_was_recorded() {
    for (name, words) in [
        (
            "device",
            &["device", "https://my-sso.awsapps.com/start", "my-sso"] as &[&str],
        ),
        ("code", &["code", "https://my-sso.awsapps.com/start", "my-sso"]),
        ("legacy", &["device", "https://d-1234567890.awsapps.com/start"]),
    ] {
        let Some((aws, mut sandbox)) = recorded() else { return };
        // The recorded client of the legacy profile was allowed before.
        let approve = if name == "legacy" { 1 } else { 2 };
        aws.scenario(&json!({"sso": {"approve": approve}}));
        if Browser::Allow.set(&mut sandbox).is_none() {
            return;
        }
        let Some(files) = signed_in(&sandbox, words) else {
            return;
        };
        let seen = aws.requests();
        let (of_browser, of_client): (Vec<_>, Vec<_>) = seen.iter().partition(|seen| seen.method == "GET");
        assert_eq!(
            of_client.into_iter().map(sent).collect::<Vec<_>>(),
            recordings(name),
            "{name}"
        );
        for seen in of_browser {
            let fields: Vec<_> = seen.fields.clone().expect("a query").into_iter().map(stable).collect();
            assert_eq!(fields, authorize());
        }

        let (profile, session) = if name == "legacy" {
            ("legacy", "https://d-1234567890.awsapps.com/start")
        } else {
            ("sso", "my-sso")
        };
        write(&sandbox, &token_path(session), &files["token"]);
        let before = aws.requests().len();
        let Some(output) = boto3(&sandbox, &[profile]) else {
            return;
        };
        assert!(
            output.success().contains(":assumed-role/AWSReservedSSO_readOnly_"),
            "{}",
            output.all()
        );
        let asked = sent(&aws.requests()[before]);
        assert_eq!([asked], *recordings("role"), "{name}");
        assert_eq!(recordings("role"), recordings("legacy-role"));
    }
}

#[test]
fn boto3_refreshes_the_token_of_a_session() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    // Fifteen minutes are too few.
    let path = sign_in(&aws, &sandbox, 14 * 60);
    let before = old(&aws, START_URL, 0);
    let arn = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/tester@example.com\n";
    let Some(output) = boto3(&sandbox, &["sso-admin"]) else {
        return;
    };
    assert_eq!(output.success(), arn);
    assert_eq!((aws.count("CreateToken"), aws.count("GetRoleCredentials")), (1, 1));
    assert_eq!([sent(&aws.requests()[0])], recordings("refresh")[..1]);
    let after = read(&sandbox, &token_path("corp")).expect("a token");
    assert!(path.is_file());
    for name in ["accessToken", "refreshToken"] {
        assert_ne!(after[name], before[name], "{name}");
    }
    boto3(&sandbox, &["sso-admin"]).expect("boto3").success();
    assert_eq!(aws.count("CreateToken"), 1);

    let chain = boto3(&sandbox, &["sso-chain"]).expect("boto3");
    assert!(
        chain
            .success()
            .starts_with("arn:aws:sts::210987654321:assumed-role/Account/"),
        "{}",
        chain.all()
    );
    let closed = boto3(&sandbox, &["sso-closed"]).expect("boto3");
    assert!(
        closed.status != 0 && closed.err().contains("(ForbiddenException)"),
        "{}",
        closed.all()
    );
    let nowhere = boto3(&sandbox, &["sso-nowhere"]).expect("boto3");
    assert!(
        nowhere.status != 0 && nowhere.err().contains("ResourceNotFoundException"),
        "{}",
        nowhere.all()
    );
}

#[test]
fn boto3_does_not_refresh_what_has_ended() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 3600);
    aws.scenario(&json!({"sso": {"signed_out": true}}));
    let Some(output) = boto3(&sandbox, &["sso-admin"]) else {
        return;
    };
    assert!(
        output.status != 0 && output.err().contains("UnauthorizedSSOTokenError"),
        "{}",
        output.all()
    );
    aws.scenario(&json!({}));

    let mut token = old(&aws, START_URL, 60);
    token["registrationExpiresAt"] = json!(from_now(-60));
    write(&sandbox, &token_path("corp"), &token);
    boto3(&sandbox, &["sso-admin"]).expect("boto3").success();
    assert_eq!(aws.count("CreateToken"), 0);

    // That of a start URL is not refreshed at all.
    write(&sandbox, &token_path(LEGACY), &old(&aws, LEGACY, 60));
    boto3(&sandbox, &["sso-legacy"]).expect("boto3").success();
    write(&sandbox, &token_path(LEGACY), &old(&aws, LEGACY, -60));
    let output = boto3(&sandbox, &["sso-legacy"]).expect("boto3");
    assert!(
        output.status != 0 && output.err().contains("UnauthorizedSSOTokenError"),
        "{}",
        output.all()
    );
    assert_eq!(aws.count("CreateToken"), 0);
}

/// What the AWS CLI left behind is of use to boto3, which refreshes the token of a session and takes that of a start URL.
#[test]
fn boto3_goes_on_after_the_cli() {
    for (name, profile, refreshes) in [
        ("device", "sso", 1),
        ("code", "sso", 1),
        ("refresh", "sso", 1),
        ("legacy", "legacy", 0),
        ("roles", "sso", 1),
    ] {
        let Some((aws, sandbox)) = after(name, 60) else { return };
        let Some(output) = boto3(&sandbox, &[profile]) else {
            return;
        };
        let arn = "arn:aws:sts::123456789011:assumed-role/AWSReservedSSO_readOnly_0123456789abcdef/";
        assert!(output.success().starts_with(arn), "{name}: {}", output.all());
        assert_eq!(
            (aws.count("CreateToken"), aws.count("GetRoleCredentials")),
            (refreshes, 1),
            "{name}"
        );
    }
    let Some((_, sandbox)) = after("logout", 60) else {
        return;
    };
    let output = boto3(&sandbox, &["sso"]).expect("boto3");
    assert!(
        output.err().contains("Token for my-sso does not exist"),
        "{}",
        output.all()
    );
}

#[test]
fn one_variable_leads_to_all_services() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sso_sandbox();
    for name in ENDPOINTS {
        sandbox.unset(name);
    }
    sandbox.set("AWS_ENDPOINT_URL", aws.endpoint());
    sign_in(&aws, &sandbox, 0);
    let Some(output) = boto3(&sandbox, &["sso-chain"]) else {
        return;
    };
    output.success();
    let actions: Vec<_> = aws.requests().into_iter().filter_map(|seen| seen.action).collect();
    assert_eq!(
        actions,
        ["CreateToken", "GetRoleCredentials", "AssumeRole", "GetCallerIdentity"]
    );
    assert!(CONFIG.contains("[sso-session corp]"));
}
