//! Accounts, roles and their keys.

use serde_json::{Value, json};

use super::{Answer, OLD, get, old_refresh, post, send};
use crate::stand_in::ask;
use crate::stand_in::requests::{VERSION, identity};
use crate::support::Aws;
use crate::support::sso::{changed, large};

const KEYS: &str = "/federation/credentials?role_name=Admin&account_id=123456789012";

/// The error of the portal.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.verdict(), (status, Some(code)), "{}", answer.body);
    assert!(answer.json()["message"].is_string());
}

#[test]
fn the_keys_of_a_role_are_real() {
    let Some(aws) = Aws::start() else { return };
    let keys = get(&aws, KEYS, OLD).success()["roleCredentials"].take();
    let key = json!({"id": keys["accessKeyId"], "secret": keys["secretAccessKey"], "token": keys["sessionToken"]});
    assert!(keys["accessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")));
    let expires = keys["expiration"].as_i64().expect("milliseconds");
    let role = "arn:aws:iam::210987654321:role/Account";
    let above = json!([
        ["Action", "AssumeRole"],
        ["Version", VERSION],
        ["RoleArn", role],
        ["RoleSessionName", "above"]
    ]);
    let other = json!({"id": key["id"], "secret": key["secret"], "token": "another"});
    let cases = json!([
        {"name": "itself", "key": key, "form": identity()},
        {"name": "above", "key": key, "form": above},
        {"name": "other token", "key": other, "form": identity()},
    ]);
    let Some(answers) = ask(aws.endpoint(), &cases) else {
        return;
    };
    let arn = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/tester@example.com";
    assert_eq!(answers[0].arn.as_deref(), Some(arn));
    assert_eq!(
        answers[1].arn.as_deref(),
        Some("arn:aws:sts::210987654321:assumed-role/Account/above")
    );
    assert_eq!(answers[2].code.as_deref(), Some("InvalidClientTokenId"));
    let issued = &aws.issued()[0];
    let ends: jiff::Timestamp = issued.expiration.parse().expect("a time");
    assert_eq!((ends.as_second(), issued.arn.as_str()), (expires / 1000, arn));

    aws.scenario(&json!({"lifetime": 60}));
    let short = get(&aws, KEYS, OLD).success()["roleCredentials"]["expiration"].as_i64();
    assert!(
        short.is_some_and(|short| (expires - 3_545_000..=expires - 3_535_000).contains(&(short - 5000))),
        "{short:?}"
    );
}

#[test]
fn the_portal_refuses_what_the_user_does_not_have() {
    let Some(aws) = Aws::start() else { return };
    let path = |role: &str, account: &str| format!("/federation/credentials?role_name={role}&account_id={account}");
    for (path, status, code) in [
        (path("Billing", "123456789012"), 403, "ForbiddenException"),
        (path("Nope", "123456789012"), 403, "ForbiddenException"),
        (path("Admin", "999999999999"), 404, "ResourceNotFoundException"),
        (path("Admin", "1234"), 400, "InvalidRequestException"),
        (path("", "123456789012"), 400, "InvalidRequestException"),
        (
            "/federation/credentials?role_name=Admin".to_owned(),
            400,
            "InvalidRequestException",
        ),
        (KEYS.to_owned() + "&account_id=123456789012", 400, "StandIn"),
        (KEYS.to_owned() + "&region=eu-west-1", 400, "StandIn"),
        ("/assignment/roles".to_owned(), 400, "InvalidRequestException"),
        (
            "/assignment/accounts?max_result=0".to_owned(),
            400,
            "InvalidRequestException",
        ),
        (
            "/assignment/accounts?max_result=101".to_owned(),
            400,
            "InvalidRequestException",
        ),
        (
            "/assignment/accounts?max_result=ten".to_owned(),
            400,
            "InvalidRequestException",
        ),
        (
            "/assignment/accounts?next_token=made-up".to_owned(),
            400,
            "InvalidRequestException",
        ),
    ] {
        refused(&get(&aws, &path, OLD), status, code);
    }
    refused(&get(&aws, KEYS, "another"), 401, "UnauthorizedException");
    refused(&send(&aws, "GET", KEYS, &[], ""), 401, "UnauthorizedException");
    let twice = [("x-amz-sso_bearer_token", OLD); 2];
    refused(&send(&aws, "GET", KEYS, &twice, ""), 400, "StandIn");
    let with_body = send(&aws, "GET", KEYS, &twice[..1], "{}");
    refused(&with_body, 400, "StandIn");
    aws.scenario(&json!({"clock": 3600}));
    refused(&get(&aws, KEYS, OLD), 401, "UnauthorizedException");
}

#[test]
fn lists_come_in_pages() {
    let Some(aws) = Aws::with(changed(|corp| corp["page_size"] = json!(2))) else {
        return;
    };
    let names = |answer: &Value| {
        let accounts = answer["accountList"].as_array().expect("accounts").iter();
        accounts
            .map(|one| one["accountName"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let first = get(&aws, "/assignment/accounts?max_result=100", OLD).success();
    assert_eq!(names(&first), ["Production", "Development"]);
    let token = encoded(first["nextToken"].as_str().expect("another page"));
    for _ in 0..2 {
        let next = get(
            &aws,
            &format!("/assignment/accounts?next_token={token}&max_result=100"),
            OLD,
        )
        .success();
        // An account without a role of the user is not in it.
        assert_eq!(
            (names(&next), next["nextToken"].is_null()),
            (vec!["Zürich & Söhne".to_owned()], true)
        );
    }
    let roles = get(&aws, "/assignment/roles?account_id=123456789012&max_result=1", OLD).success();
    assert_eq!(
        (&roles["roleList"][0]["roleName"], roles["nextToken"].is_string()),
        (&json!("Admin"), true)
    );
    // The token of a page is for the same list only.
    let other = format!("/assignment/roles?account_id=123456789012&next_token={token}");
    refused(&get(&aws, &other, OLD), 400, "InvalidRequestException");
    let token = encoded(roles["nextToken"].as_str().expect("another page"));
    let other = format!("/assignment/roles?account_id=210987654321&next_token={token}");
    refused(&get(&aws, &other, OLD), 400, "InvalidRequestException");
    let token = encoded(first["nextToken"].as_str().expect("another page"));
    let legacy = format!("/assignment/accounts?next_token={token}");
    refused(
        &get(&aws, &legacy, "legacy-access-token-sN3yDi7Ul6Zp"),
        400,
        "InvalidRequestException",
    );
}

fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect()
}

#[test]
fn a_large_world_has_many_accounts() {
    let Some(aws) = Aws::with(large(300, 5)) else { return };
    let (mut path, mut count) = ("/assignment/accounts?max_result=100".to_owned(), 0);
    loop {
        let page = get(&aws, &path, OLD).success();
        count += page["accountList"].as_array().expect("accounts").len();
        let Some(token) = page["nextToken"].as_str() else { break };
        path = format!("/assignment/accounts?max_result=100&next_token={}", encoded(token));
    }
    assert_eq!((count, aws.count("ListAccounts")), (300, 3));
    let roles = get(&aws, "/assignment/roles?account_id=700000000300", OLD).success();
    assert_eq!(roles["roleList"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_sign_out_ends_all_tokens_of_a_sign_in() {
    let Some(aws) = Aws::start() else { return };
    let token = [("x-amz-sso_bearer_token", OLD)];
    let out = send(&aws, "POST", "/logout", &token, "");
    assert_eq!((out.verdict(), out.body.as_str()), ((200, None), ""));
    refused(&send(&aws, "POST", "/logout", &token, ""), 401, "UnauthorizedException");
    refused(&get(&aws, KEYS, OLD), 401, "UnauthorizedException");
    post(&aws, "/token", &old_refresh()).refused(400, "invalid_grant");
}

#[test]
fn faults_have_the_form_of_the_service() {
    let Some(aws) = Aws::start() else { return };
    aws.scenario(&json!({"faults": [
        {"when": {"Action": "GetRoleCredentials", "role_name": "Admin"}, "times": 1, "status": 429},
        {"when": {"Action": "CreateToken", "grantType": "refresh_token"}, "times": 1, "status": 400, "code": "SlowDownException"},
        {"when": {"Action": "ListAccounts"}, "pad": 1 << 20},
        {"when": {"Action": "ListAccountRoles"}, "body": "<html>", "content_type": "text/html"},
    ]}));
    refused(&get(&aws, KEYS, OLD), 429, "TooManyRequestsException");
    get(&aws, KEYS, OLD).success();
    post(&aws, "/token", &old_refresh()).refused(400, "slow_down");
    post(&aws, "/token", &old_refresh()).success();
    let padded = get(&aws, "/assignment/accounts", OLD);
    assert!(padded.body.len() > 1 << 20 && padded.success()["accountList"].is_array());
    let page = get(&aws, "/assignment/roles?account_id=123456789012", OLD);
    assert_eq!(
        (page.header("content-type"), page.body.as_str()),
        (Some("text/html"), "<html>")
    );
}
